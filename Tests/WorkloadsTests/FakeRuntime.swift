import KubernetesModel
import PodLifecycle
import Synchronization
import Workloads

/// Containers that run until the test ends them. SIGTERM is ignored, as by PID 1 without a handler; SIGKILL ends.
final class FakeRuntime: ContainerRuntime {
    struct State {
        var statuses: [ContainerID: ContainerStatus] = [:]
        var specs: [ContainerSpec] = []
        var signals: [Int32] = []
        var probed = 0
        var connectResult = ConnectResult.refused
        var exitCode: Int32 = 0
        var output = ""
        var failure: ContainerStatus?
        var onExit: (@Sendable (ContainerID) -> Void)?
    }

    let state = Mutex(State())
    let clock: ManualClock

    init(clock: ManualClock) { self.clock = clock }

    func start(_ spec: ContainerSpec) throws(ContainerRuntimeError) {
        let now = clock.now
        state.withLock {
            $0.specs.append(spec)
            $0.statuses[spec.id] = $0.failure ?? .running(pid: 1, startedAt: now)
        }
    }

    func signal(_ id: ContainerID, _ signal: Int32) throws(ContainerRuntimeError) {
        state.withLock { $0.signals.append(signal) }
        if signal == 9 { end(id, code: 137) }
    }

    func end(_ id: ContainerID, code: Int32) {
        let now = clock.now
        state.withLock { $0.statuses[id] = .exited(code: code, signal: 0, startedAt: now, finishedAt: now) }
        state.withLock { $0.onExit }?(id)
    }

    func status(_ id: ContainerID) -> ContainerStatus? { state.withLock { $0.statuses[id] } }
    func list() -> [ContainerID] { state.withLock { Array($0.statuses.keys) } }
    func remove(_ id: ContainerID) throws(ContainerRuntimeError) { state.withLock { $0.statuses[id] = nil } }

    func run(_ command: [String], in id: ContainerID, timeout: Double) throws(ContainerRuntimeError) -> CommandResult {
        state.withLock {
            $0.probed += 1
            return CommandResult(exitCode: $0.exitCode, output: Array($0.output.utf8), timedOut: false)
        }
    }

    func connect(_ probe: ConnectProbe) throws(ContainerRuntimeError) -> ConnectResult {
        state.withLock {
            $0.probed += 1
            return $0.connectResult
        }
    }

    func onExit(_ body: @escaping @Sendable (ContainerID) -> Void) { state.withLock { $0.onExit = body } }
}

/// Time that passes when the test says so.
final class ManualClock: WorkloadClock {
    private struct State {
        var now = 1_700_000_000.0
        var calls: [(time: Double, body: @Sendable () -> Void)] = []
    }
    private let state = Mutex(State())

    var now: Double { state.withLock { $0.now } }

    func call(at time: Double, _ body: @escaping @Sendable () -> Void) {
        state.withLock { $0.calls.append((time, body)) }
    }

    /// Moves on to the next call within the time, makes it, and so on.
    func advance(by seconds: Double, settle: () -> Void) {
        let end = now + seconds
        while true {
            let body = state.withLock { state -> (@Sendable () -> Void)? in
                let due = state.calls.indices.filter { state.calls[$0].time <= end }
                guard let next = due.min(by: { state.calls[$0].time < state.calls[$1].time }) else { return nil }
                let call = state.calls.remove(at: next)
                state.now = max(state.now, call.time)
                return call.body
            }
            guard let body else { break }
            body()
            settle()
        }
        state.withLock { $0.now = end }
    }
}
