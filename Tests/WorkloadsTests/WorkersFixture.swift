import KubernetesModel
import NetworkModel
import PodLifecycle
import Synchronization
import Testing
import Workloads

/// Workers over a fake runtime, everything on one thread at a time.
final class WorkersFixture: Sendable {
    let clock = ManualClock()
    let runtime: FakeRuntime
    let workers: PodWorkers
    private let updates: UpdateLog

    init(runtime previous: FakeRuntime? = nil) {
        let runtime = previous ?? FakeRuntime(clock: clock)
        let updates = UpdateLog()
        (self.runtime, self.updates) = (runtime, updates)
        workers = PodWorkers(
            runtime: runtime, logDirectory: "/logs", clock: clock, starts: BlockingWork { $0() },
            probes: BlockingWork { $0() }, report: { update in updates.add(update) })
    }

    var last: PodStatusUpdate? { updates.all.last }
    var words: [String] { updates.all.map { Pod(metadata: ObjectMeta(), status: $0.status).statusWord } }
    var reports: Int { updates.all.count }
    /// What was told, as `kubectl describe` shows it.
    var told: [String] {
        updates.all.flatMap(\.events).map { "\($0.isWarning ? "Warning" : "Normal") \($0.reason) \($0.message)" }
    }
    var paths: Set<String> { Set(updates.all.flatMap(\.events).map(\.fieldPath)) }

    /// What an action leads to may lead to another: each round of the queue carries out one.
    func settle() { for _ in 0..<20 { workers.settle() } }

    func sync(_ pods: Pod...) throws {
        let network = try #require(NamespaceName(rawValue: "lab.pod"))
        workers.sync(
            desired: pods.map {
                PodAssignment(
                    pod: $0, network: network, podIPs: [IPAddress(10, 0, 0, 7)], hostIP: IPAddress(172, 18, 0, 2))
            })
        settle()
    }

    func advance(_ seconds: Double) { clock.advance(by: seconds, settle: settle) }

    func end(_ container: String = "c", attempt: Int = 0, code: Int32) {
        runtime.end(ContainerID(podUID: "u", container: container, attempt: attempt), code: code)
        settle()
    }

    func condition(_ type: String) -> PodCondition? { last?.status.conditions?.first { $0.type == type } }

    static func pod(_ containers: Container..., initContainers: [Container]? = nil, policy: String = "Always") -> Pod {
        Pod(
            metadata: ObjectMeta(name: "p", namespace: "default", uid: "u"),
            spec: PodSpec(
                initContainers: initContainers, containers: containers, restartPolicy: policy, nodeName: "kind-worker"))
    }

    static func container(_ name: String = "c", readiness: Probe? = nil, liveness: Probe? = nil, startup: Probe? = nil)
        -> Container
    {
        Container(
            name: name, image: "hello-app:1.0", livenessProbe: liveness, readinessProbe: readiness,
            startupProbe: startup)
    }
}

private final class UpdateLog: Sendable {
    private let updates = Mutex<[PodStatusUpdate]>([])
    var all: [PodStatusUpdate] { updates.withLock { $0 } }
    func add(_ update: PodStatusUpdate) { updates.withLock { $0.append(update) } }
}
