internal import Dispatch
internal import KubernetesModel
internal import NetworkModel
package import PodLifecycle
internal import Synchronization

/// Keeps the containers of the pods of a lab as their objects say: what kubelet's pod workers do, for every node.
///
/// Decisions are ``PodMachine``'s, effects the runtime's. All state changes happen on one queue; calls that block run
/// on threads of their own, so a slow probe or start holds nothing else up. Nothing is polled: a start, an end or an
/// answer leads to the next step at once. Containers that an earlier process started are taken up as they are.
package final class PodWorkers: Sendable {
    struct Worker {
        var assignment: PodAssignment
        var machine: PodMachine
        var reported: PodStatus?
        /// For when a timer is set.
        var wakeAt: Double?
    }

    let runtime: any ContainerRuntime
    let clock: any WorkloadClock
    let logDirectory: String
    let starts: BlockingWork
    let probes: BlockingWork
    private let report: @Sendable (PodStatusUpdate) -> Void
    private let isRunnable: @Sendable (String) -> Bool
    private let workers = Mutex<[String: Worker]>([:])
    private let queue = DispatchQueue(label: "netlab.workloads")

    /// - Parameters:
    ///   - logDirectory: the log of an attempt is UID/CONTAINER/ATTEMPT/log below it. With the runtime's own root, a
    ///     log goes with its container's other files.
    ///   - starts: where containers are started and stopped, one after the other per thread.
    ///   - probes: where probes wait for their answers.
    ///   - isRunnable: which images run without a command.
    ///   - report: called on the workers' queue, in order, whenever a status changed. It must not block.
    package init(
        runtime: any ContainerRuntime, logDirectory: String, clock: any WorkloadClock = SystemClock(),
        starts: BlockingWork = .threads(8), probes: BlockingWork = .threads(8),
        isRunnable: @escaping @Sendable (String) -> Bool = { BuiltInImages.isBuiltIn($0) },
        report: @escaping @Sendable (PodStatusUpdate) -> Void
    ) {
        self.runtime = runtime
        self.logDirectory = logDirectory
        self.clock = clock
        self.starts = starts
        self.probes = probes
        self.isRunnable = isRunnable
        self.report = report
        runtime.onExit { [weak self] id in
            guard let self else { return }
            queue.async { self.observe(id) }
        }
    }

    /// Where the log of an attempt stands.
    package func logPath(_ id: ContainerID) -> String {
        "\(logDirectory)/\(id.podUID)/\(id.container)/\(id.attempt)/log"
    }

    /// Every pod that shall run, and those that are being deleted. Starts what is new; stops, with the pod's grace
    /// period, what is gone from the list or has a deletion timestamp. Any number of calls with the same list is one.
    package func sync(desired: [PodAssignment]) {
        queue.async { self.apply(desired) }
    }

    /// Containers below the runtime that belong to none of these pods, left by a lost store: ends and forgets them.
    package func removeContainers(exceptOf uids: Set<String>) {
        queue.async { [self] in
            for id in runtime.list() where !uids.contains(id.podUID) && !workers.withLock({ $0[id.podUID] != nil }) {
                starts { [runtime] in _ = try? runtime.remove(id) }
            }
        }
    }

    /// Returns once everything given so far has been decided upon; not once it has been done.
    package func settle() { queue.sync {} }

    // MARK: On the queue

    private func apply(_ desired: [PodAssignment]) {
        let now = clock.now
        let known = workers.withLock { Set($0.keys) }
        let left = known.isSuperset(of: desired.map(\.pod.uid)) ? [:] : containersByPod()
        for assignment in desired {
            let uid = assignment.pod.uid
            if !known.contains(uid) {
                if Self.isOver(assignment.pod), left[uid] == nil { continue }
                take(assignment, left[uid] ?? [], now)
            } else if workers.withLock({ $0[uid]?.assignment == assignment }) {
                // Nothing new for this pod; its machine has timers of its own.
                continue
            }
            step(uid) { worker in
                worker.assignment = assignment
                worker.machine.update(pod: assignment.pod)
                if assignment.pod.metadata.deletionTimestamp != nil { Self.terminate(&worker, now) }
            }
        }
        for uid in known.subtracting(desired.map(\.pod.uid)) { step(uid) { Self.terminate(&$0, now) } }
    }

    /// A pod that has run to its end is not run again, even when its containers' traces are lost.
    private static func isOver(_ pod: Pod) -> Bool {
        pod.metadata.deletionTimestamp == nil && ["Succeeded", "Failed"].contains(pod.status?.phase ?? "")
    }

    private static func terminate(_ worker: inout Worker, _ now: Double) {
        let pod = worker.assignment.pod
        let grace = pod.metadata.deletionGracePeriodSeconds ?? pod.spec?.terminationGracePeriodSeconds ?? 30
        worker.machine.terminate(now: now, grace: Double(grace))
    }

    private func containersByPod() -> [String: [ContainerID]] { Dictionary(grouping: runtime.list(), by: \.podUID) }

    private func take(_ assignment: PodAssignment, _ left: [ContainerID], _ now: Double) {
        let startTime = assignment.pod.status?.startTime.map { Double($0.seconds) } ?? now
        var machine = PodMachine(pod: assignment.pod, startTime: startTime, isRunnable: isRunnable)
        for id in left.sorted(by: { $0.attempt < $1.attempt }) {
            guard let status = runtime.status(id) else { continue }
            machine.resume(container: id.container, attempt: id.attempt, status, now: now)
        }
        let worker = Worker(assignment: assignment, machine: machine, reported: assignment.pod.status)
        workers.withLock { $0[assignment.pod.uid] = worker }
    }

    /// Tells a pod's machine something, then does what it says.
    func step(_ uid: String, _ change: (inout Worker) -> Void = { _ in }) {
        let now = clock.now
        let result = workers.withLock { workers -> (Worker, [PodMachine.Action])? in
            guard var worker = workers[uid] else { return nil }
            change(&worker)
            let actions = worker.machine.advance(now: now)
            workers[uid] = worker
            return (worker, actions)
        }
        guard let (worker, actions) = result else { return }
        publish(uid, worker, now)
        arm(uid)
        for action in actions { perform(action, uid, worker) }
    }

    /// From any thread: the same, on the queue.
    func enqueue(_ uid: String, _ change: @escaping @Sendable (inout Worker) -> Void) {
        queue.async { self.step(uid, change) }
    }

    private func observe(_ id: ContainerID) {
        guard let status = runtime.status(id) else { return }
        let now = clock.now
        step(id.podUID) { $0.machine.report(container: id.container, attempt: id.attempt, status, now: now) }
    }

    private func publish(_ uid: String, _ worker: Worker, _ now: Double, isGone: Bool = false) {
        let status = Self.status(worker, now)
        let events = workers.withLock { $0[uid]?.machine.takeEvents() ?? [] }
        guard isGone || status != worker.reported || !events.isEmpty else { return }
        workers.withLock { $0[uid]?.reported = status }
        let pod = worker.assignment.pod
        report(
            PodStatusUpdate(
                namespace: pod.namespace, name: pod.name, uid: uid, status: status, isGone: isGone, events: events))
    }

    private static func status(_ worker: Worker, _ now: Double) -> PodStatus {
        let assignment = worker.assignment
        return worker.machine.status(
            .init(host: "\(assignment.hostIP)", pod: assignment.podIPs.map { "\($0)" }),
            previous: worker.reported ?? assignment.pod.status, now: now)
    }

    /// Sets a timer for the machine's deadline, unless an earlier one is set already.
    private func arm(_ uid: String) {
        let deadline = workers.withLock { workers -> Double? in
            guard let deadline = workers[uid]?.machine.deadline else { return nil }
            if let wakeAt = workers[uid]?.wakeAt, wakeAt <= deadline { return nil }
            workers[uid]?.wakeAt = deadline
            return deadline
        }
        guard let deadline else { return }
        clock.call(at: deadline) { [weak self] in
            self?.enqueue(uid) { worker in
                if worker.wakeAt == deadline { worker.wakeAt = nil }
            }
        }
    }

    /// Forgets a pod whose containers have all ended.
    func finish(_ uid: String) {
        queue.async { [self] in
            guard let worker = workers.withLock({ $0[uid] }) else { return }
            publish(uid, worker, clock.now, isGone: true)
            workers.withLock { $0[uid] = nil }
        }
    }
}
