package import KubernetesModel

/// The three questions kubelet asks of a container.
package enum ProbeKind: String, Hashable, Sendable, CaseIterable {
    /// Until it succeeds the other two are not asked; its failure restarts the container.
    case startup
    /// Its failure restarts the container.
    case liveness
    /// Its answer decides whether the container gets traffic.
    case readiness
}

/// What came of asking once (kubelet's pkg/probe).
package enum ProbeAnswer: Hashable, Sendable {
    case success
    /// What it said, or why there was no saying.
    case failure(String)
    /// It could not be asked; counts as a failure.
    case error(String)
}

/// What a row of answers to one probe has come to (kubelet's prober worker).
package struct ProbeProgress: Hashable, Sendable {
    package let probe: Probe
    /// The verdict: readiness and startup begin as failed, liveness as passed.
    package private(set) var passed: Bool
    /// When to ask next, in seconds; nil while an answer is awaited.
    package private(set) var nextAt: Double?
    private var successes = 0
    private var failures = 0

    package init(_ kind: ProbeKind, _ probe: Probe, startedAt: Double) {
        self.probe = probe
        passed = kind == .liveness
        nextAt = startedAt + Double(max(0, probe.initialDelaySeconds ?? 0))
    }

    /// Seconds one attempt may take.
    package var timeout: Double { Double(max(1, probe.timeoutSeconds ?? 1)) }

    /// Whether the failures have reached the threshold.
    package var hasFailed: Bool { failures >= Int(max(1, probe.failureThreshold ?? 3)) }

    package mutating func asked() { nextAt = nil }

    /// Counts an answer; a verdict changes only once the threshold of like answers in a row is reached.
    package mutating func answered(_ success: Bool, at now: Double) {
        nextAt = now + Double(max(1, probe.periodSeconds ?? 10))
        if success {
            failures = 0
            successes += 1
            if successes >= Int(max(1, probe.successThreshold ?? 1)) { passed = true }
        } else {
            successes = 0
            failures += 1
            if hasFailed { passed = false }
        }
    }
}
