package import KubernetesModel

/// Where one container of a pod stands, over all its restarts.
package struct ContainerProgress: Hashable, Sendable {
    package enum Stage: Hashable, Sendable {
        /// Not started, and not about to be: the reason and message its status shows.
        case waiting(reason: String, message: String?)
        /// Asked of the runtime.
        case starting
        case running(startedAt: Double)
        case ended(ContainerStateTerminated, at: Double)
    }

    package let container: Container
    package let isInit: Bool
    package var stage: Stage
    /// Which attempt is running or comes next.
    package var attempt = 0
    package var lastTermination: ContainerStateTerminated?
    package var probes: [ProbeKind: ProbeProgress] = [:]
    var backoff = RestartBackoff()
    /// When to start it again.
    var restartAt: Double?
    /// Set once SIGTERM was sent: when to send SIGKILL.
    var killAt: Double?
    var isKilled = false

    init(_ container: Container, isInit: Bool, reason: String) {
        self.container = container
        self.isInit = isInit
        stage = .waiting(reason: reason, message: nil)
    }

    package var isRunning: Bool { if case .running = stage { true } else { false } }

    package var isActive: Bool { isRunning || stage == .starting }

    /// Whether the startup probe, if any, has passed.
    package var hasStarted: Bool { isRunning && (probes[.startup]?.passed ?? true) }

    package var isReady: Bool {
        if isInit { return succeeded }
        return hasStarted && (probes[.readiness]?.passed ?? true)
    }

    package var termination: ContainerStateTerminated? {
        if case .ended(let termination, _) = stage { termination } else { nil }
    }

    /// Ended with 0 and not to be started again.
    package var succeeded: Bool { termination?.exitCode == 0 && restartAt == nil }

    mutating func started(at time: Double) {
        stage = .running(startedAt: time)
        (killAt, isKilled, restartAt) = (nil, false, nil)
        probes = [:]
        guard !isInit else { return }
        probes[.startup] = container.startupProbe.map { ProbeProgress(.startup, $0, startedAt: time) }
        probes[.liveness] = container.livenessProbe.map { ProbeProgress(.liveness, $0, startedAt: time) }
        probes[.readiness] = container.readinessProbe.map { ProbeProgress(.readiness, $0, startedAt: time) }
    }

    /// Which probes may be asked now: only the startup probe until it has passed.
    var openProbes: [ProbeKind] {
        guard isRunning, killAt == nil else { return [] }
        if let startup = probes[.startup], !startup.passed { return [.startup] }
        return [.liveness, .readiness].filter { probes[$0] != nil }
    }

    /// Whether kubelet would restart it because of its probes.
    var isUnhealthy: Bool {
        if let startup = probes[.startup], !startup.passed, startup.hasFailed { return true }
        if let liveness = probes[.liveness], !liveness.passed { return true }
        return false
    }
}
