package import KubernetesModel

/// One pod as kubelet drives it: told what happened, it says what to do next. It does nothing itself.
///
/// The caller reports starts, ends and probe answers, calls ``advance(now:)`` after each and at ``deadline``, and
/// carries out what that returns. Times are seconds since the epoch.
///
/// Not done: lifecycle hooks, activeDeadlineSeconds, ephemeral and sidecar (restartable init) containers, gRPC and
/// HTTPS probes.
package struct PodMachine: Sendable {
    package enum Action: Hashable, Sendable {
        case start(container: String, attempt: Int)
        case signal(container: String, attempt: Int, Int32)
        /// Forget an attempt; the one before the running one is kept for `logs --previous`.
        case remove(container: String, attempt: Int)
        case probe(container: String, attempt: Int, ProbeKind, timeout: Double)
        /// Told to go, and every container has ended.
        case finished
    }

    package private(set) var pod: Pod
    package internal(set) var initContainers: [ContainerProgress]
    package internal(set) var containers: [ContainerProgress]
    package let startTime: Double
    private var terminateBy: Double?
    private var events: [PodEvent] = []
    private var isFinished = false

    private static let terminate: Int32 = 15
    private static let kill: Int32 = 9

    /// - Parameter isRunnable: whether an image without a command can be run: it is built in.
    package init(pod: Pod, startTime: Double, isRunnable: (String) -> Bool) {
        self.pod = pod
        self.startTime = startTime
        let initContainers = pod.spec?.initContainers ?? []
        self.initContainers = initContainers.map {
            Self.progress($0, isInit: true, "PodInitializing", isRunnable)
        }
        let reason = initContainers.isEmpty ? "ContainerCreating" : "PodInitializing"
        containers = (pod.spec?.containers ?? []).map { Self.progress($0, isInit: false, reason, isRunnable) }
        events = (self.initContainers + containers).flatMap(\.imageEvents)
    }

    /// What is to be told since the last call, in order.
    package mutating func takeEvents() -> [PodEvent] {
        defer { events = [] }
        return events
    }

    /// What an earlier process left of a container; attempts in ascending order.
    package mutating func resume(container: String, attempt: Int, _ status: ContainerStatus, now: Double) {
        update(container) { progress in
            progress.lastTermination = progress.termination ?? progress.lastTermination
            progress.attempt = attempt
            progress.stage = .starting
            progress.backoff = RestartBackoff(restarts: attempt)
        }
        let told = events
        report(container: container, attempt: attempt, status, now: now)
        // It was started, and told of, by the earlier process.
        events = told
    }

    /// A newer version of the object: only deletion and metadata matter, the rest of a pod cannot change.
    package mutating func update(pod: Pod) { self.pod = pod }

    /// The pod shall go. A second call may only shorten the time.
    package mutating func terminate(now: Double, grace: Double) {
        terminateBy = min(terminateBy ?? .infinity, now + grace)
    }

    package var isTerminating: Bool { terminateBy != nil }

    /// A container was started, ended, or could not be started. Reports about another attempt are ignored.
    package mutating func report(container: String, attempt: Int, _ status: ContainerStatus, now: Double) {
        var told: [PodEvent] = []
        update(container) { progress in
            guard progress.attempt == attempt, progress.termination == nil else { return }
            let isNew = progress.stage == .starting
            if isNew { told.append(progress.createdEvent) }
            switch status {
            case .running(_, let startedAt):
                if isNew { told.append(progress.startedEvent) }
                if !progress.isRunning { progress.started(at: startedAt) }
            case .exited(let code, _, let startedAt, let finishedAt):
                if isNew { told.append(progress.startedEvent) }
                let reason = code == 0 ? "Completed" : "Error"
                progress.stage = .ended(
                    ContainerStateTerminated(
                        exitCode: code, reason: reason, startedAt: Timestamp(seconds: Int64(startedAt)),
                        finishedAt: Timestamp(seconds: Int64(finishedAt))), at: finishedAt)
            case .failed(let reason, let message):
                told.append(progress.failedEvent(message))
                // containerd: exit code 128 and the epoch as its start.
                progress.stage = .ended(
                    ContainerStateTerminated(
                        exitCode: 128, reason: reason, message: message, startedAt: Timestamp(seconds: 0),
                        finishedAt: Timestamp(seconds: Int64(now))), at: now)
            }
        }
        events += told
    }

    /// It cannot be prepared: a variable of its environment is not to be had, say.
    package mutating func refuse(container: String, reason: String, message: String) {
        var told: PodEvent?
        update(container) { progress in
            progress.stage = .waiting(reason: reason, message: message)
            told = progress.failedEvent(message)
        }
        if let told { events.append(told) }
    }

    package mutating func answer(
        container: String, attempt: Int, _ kind: ProbeKind, _ answer: ProbeAnswer, now: Double
    ) {
        var told: PodEvent?
        update(container) { progress in
            guard progress.attempt == attempt, progress.isRunning else { return }
            progress.probes[kind]?.answered(answer == .success, at: now)
            // One that is on its way out fails its probes as a matter of course.
            if progress.killAt == nil { told = progress.event(kind, answer) }
        }
        if let told { events.append(told) }
    }

    /// Everything that is due.
    package mutating func advance(now: Double) -> [Action] {
        var actions: [Action] = []
        var told: [PodEvent] = []
        let policy = pod.spec?.restartPolicy ?? "Always"
        var mayStart = !isTerminating
        initContainers = initContainers.map { progress in
            // In order: the next only once the one before has succeeded. On success none is restarted.
            var progress = progress
            advance(&progress, policy: policy == "Never" ? "Never" : "OnFailure", mayStart, now, &actions, &told)
            mayStart = mayStart && progress.succeeded
            return progress
        }
        containers = containers.map { progress in
            var progress = progress
            advance(&progress, policy: policy, mayStart, now, &actions, &told)
            return progress
        }
        if isTerminating, !isFinished, (initContainers + containers).allSatisfy({ !$0.isActive }) {
            isFinished = true
            actions.append(.finished)
        }
        events += told
        return actions
    }

    /// When to call ``advance(now:)`` though nothing has happened; nil when there is no such time.
    package var deadline: Double? {
        (initContainers + containers).compactMap { progress in
            var times = progress.openProbes.compactMap { progress.probes[$0]?.nextAt }
            if !isTerminating, let restartAt = progress.restartAt { times.append(restartAt) }
            if progress.isRunning, !progress.isKilled, let killAt = progress.killAt { times.append(killAt) }
            return times.min()
        }.min()
    }

    private func advance(
        _ progress: inout ContainerProgress, policy: String, _ mayStart: Bool, _ now: Double,
        _ actions: inout [Action], _ told: inout [PodEvent]
    ) {
        let name = progress.container.name
        func start() {
            progress.stage = .starting
            told.append(progress.pulledEvent)
            actions.append(.start(container: name, attempt: progress.attempt))
        }
        switch progress.stage {
        case .waiting(let reason, _):
            if mayStart, reason == "ContainerCreating" || reason == "PodInitializing" { start() }
        case .starting: break
        case .running: tend(&progress, now, &actions, &told)
        case .ended(let termination, let end):
            guard !isTerminating, policy == "Always" || (policy == "OnFailure" && termination.exitCode != 0) else {
                progress.restartAt = nil
                return
            }
            let restartAt = progress.restartAt ?? progress.backoff.restartTime(afterEnd: end)
            if progress.restartAt == nil, now < restartAt { told.append(progress.backOffEvent) }
            progress.restartAt = restartAt
            guard now >= restartAt else { return }
            progress.restartAt = nil
            progress.backoff.restarted(at: now)
            progress.lastTermination = termination
            if progress.attempt > 0 { actions.append(.remove(container: name, attempt: progress.attempt - 1)) }
            progress.attempt += 1
            start()
        }
    }

    /// A running container: stops it when it must go, asks its probes when they are due.
    private func tend(
        _ progress: inout ContainerProgress, _ now: Double, _ actions: inout [Action], _ told: inout [PodEvent]
    ) {
        let name = progress.container.name
        let grace = Double(pod.spec?.terminationGracePeriodSeconds ?? 30)
        let stopBy = terminateBy ?? (progress.isUnhealthy ? progress.killAt ?? now + grace : nil)
        if let stopBy {
            if progress.killAt == nil { told.append(progress.killingEvent(isLeaving: isTerminating)) }
            if progress.killAt == nil, now < stopBy {
                actions.append(.signal(container: name, attempt: progress.attempt, Self.terminate))
            }
            progress.killAt = min(progress.killAt ?? .infinity, stopBy)
            if now >= stopBy, !progress.isKilled {
                progress.isKilled = true
                actions.append(.signal(container: name, attempt: progress.attempt, Self.kill))
            }
            return
        }
        for kind in progress.openProbes {
            guard let probe = progress.probes[kind], let nextAt = probe.nextAt, now >= nextAt else { continue }
            progress.probes[kind]?.asked()
            actions.append(
                .probe(container: name, attempt: progress.attempt, kind, timeout: probe.timeout))
        }
    }

    private mutating func update(_ name: String, _ body: (inout ContainerProgress) -> Void) {
        if let index = containers.firstIndex(where: { $0.container.name == name }) {
            body(&containers[index])
        } else if let index = initContainers.firstIndex(where: { $0.container.name == name }) {
            body(&initContainers[index])
        }
    }

    /// Nothing is pulled: an image that is neither built in nor has a command stays where kubelet would end up too.
    private static func progress(
        _ container: Container, isInit: Bool, _ reason: String, _ isRunnable: (String) -> Bool
    ) -> ContainerProgress {
        var progress = ContainerProgress(container, isInit: isInit, reason: reason)
        let image = container.image ?? ""
        guard (container.command ?? []).isEmpty, !isRunnable(image) else { return progress }
        let isNever = container.imagePullPolicy == "Never"
        let message =
            isNever
            ? "Container image \"\(image)\" is not present with pull policy of Never"
            : "Back-off pulling image \"\(image)\": images are not pulled; give the container a command"
        progress.stage = .waiting(reason: isNever ? "ErrImageNeverPull" : "ImagePullBackOff", message: message)
        return progress
    }
}
