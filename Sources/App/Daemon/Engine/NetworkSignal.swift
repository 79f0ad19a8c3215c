internal import LinuxKernel
internal import NetworkModel
internal import NetworkPlanning
internal import Reconciler
internal import Synchronization

/// Between the thread that hears the kernel's announcements and the engine: judges each, and calls the engine once for
/// all that have come until it looks.
final class NetworkSignal: Sendable {
    private let state = Mutex(State())

    private struct State {
        var judge = DriftJudge()
        /// When the first change that nobody has looked at yet was announced.
        var announced: Double?
    }

    /// Takes up announcements; true when the engine is to be called.
    func take(_ events: [NetworkEvent]) -> Bool {
        state.withLock { state in
            for event in events where state.announced == nil {
                if state.judge.callsForLook(event) {
                    state.announced = event.monotonic
                    return true
                }
            }
            return false
        }
    }

    /// What is wanted from now on.
    func judge(by desired: NetworkState?) {
        state.withLock { $0.judge.desired = desired ?? NetworkState() }
    }

    /// A look is about to be taken: what is announced after this calls for another.
    func takeAnnounced() -> Double? {
        state.withLock { state in
            defer { state.announced = nil }
            return state.announced
        }
    }

    /// What the last look has found.
    func remember(_ drift: DriftWatch) {
        state.withLock { state in
            state.judge.hasForeign = drift.hasForeign
            state.judge.hasDrift = drift.hasDrift
        }
    }
}
