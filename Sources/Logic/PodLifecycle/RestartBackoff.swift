/// How long kubelet waits before it starts a container again.
///
/// The first restart is at once, the next after 10 s, doubling to 300 s (MaxContainerBackOff); forgotten once a
/// container has run for more than ten minutes after a restart (kubelet's flowcontrol.Backoff, hasExpired).
package struct RestartBackoff: Hashable, Sendable {
    package static let initial = 10.0
    package static let maximum = 300.0
    package static let resetAfter = 600.0

    /// Seconds to wait after the next end; 0 before the first restart.
    package private(set) var delay: Double
    private var lastRestart: Double?

    /// - Parameter restarts: how often it was restarted before this process looked: the delay goes on from there.
    package init(restarts: Int = 0) {
        delay = restarts == 0 ? 0 : min(Self.initial * Double(1 << min(restarts - 1, 10)), Self.maximum)
    }

    /// When to start again a container that ended at a time.
    package mutating func restartTime(afterEnd end: Double) -> Double {
        if let lastRestart, end - lastRestart > Self.resetAfter { delay = 0 }
        return end + delay
    }

    package mutating func restarted(at now: Double) {
        delay = delay == 0 ? Self.initial : min(delay * 2, Self.maximum)
        lastRestart = now
    }
}
