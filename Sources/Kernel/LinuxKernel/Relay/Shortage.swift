internal import Glibc
internal import Synchronization

/// What all workers of a data plane may open together, and when that ran out.
///
/// The process needs descriptors for more than the proxy: the control socket, files, the namespaces. So connections and
/// flows keep within a share of RLIMIT_NOFILE, and the lab can still be asked how it is, changed and taken down when
/// clients have used up that share.
final class Shortage: Sendable {
    let limit: Int
    private let used = Atomic(0)
    private let events = Atomic(0)
    private let lastEvent = Mutex(-Double.infinity)
    private let bell: RelayBell

    /// - Parameter limit: nil for the process's own limit as it is now, less an eighth and at least 64.
    init(limit: Int?, bell: RelayBell) {
        self.limit = limit ?? Self.share(of: Self.processLimit)
        self.bell = bell
    }

    /// Whether an errno says that this process, or the kernel under it, has no room for another socket.
    static func isCause(_ errno: Int32) -> Bool {
        switch errno {
        case EMFILE, ENFILE, ENOBUFS, ENOMEM: true
        default: false
        }
    }

    /// Claims descriptors, before they are opened; false when there are not as many left.
    func take(_ count: Int) -> Bool {
        if used.wrappingAdd(count, ordering: .relaxed).newValue <= limit { return true }
        give(count)
        return false
    }

    /// Claims what is opened in any case, such as a listener.
    func claim(_ count: Int) { used.wrappingAdd(count, ordering: .relaxed) }

    /// Gives a claim back once they are closed.
    func give(_ count: Int) { used.wrappingSubtract(count, ordering: .relaxed) }

    /// Something was put off or dropped for want of descriptors or memory.
    func note() {
        events.wrappingAdd(1, ordering: .relaxed)
        lastEvent.withLock { $0 = Clock.monotonic() }
        bell.ring(.shortage)
    }

    /// Descriptors claimed now.
    var inUse: Int { used.load(ordering: .relaxed) }

    /// Times something was put off so far, and when that was last, on ``Clock/monotonic()``.
    var history: (events: Int, last: Double) { (events.load(ordering: .relaxed), lastEvent.withLock { $0 }) }

    private static func share(of limit: Int) -> Int { max(16, limit - max(64, limit / 8)) }

    private static var processLimit: Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        return Int(clamping: limit.rlim_cur)
    }
}
