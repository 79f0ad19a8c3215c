internal import CLinux
internal import Glibc
internal import NetworkPlanning
internal import Synchronization

/// What happened in the data plane that somebody outside may act on.
package struct RelayNews: OptionSet, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Accepting paused, or a datagram was dropped, for want of descriptors or memory: ``RelayDataPlane/shortage``.
    package static let shortage = RelayNews(rawValue: 1)
    /// A client was bound to a backend, moved or renewed: ``RelayDataPlane/affinity``.
    package static let affinity = RelayNews(rawValue: 2)
    static let end = RelayNews(rawValue: 128)
}

/// Lets the workers, which call nobody, say that there is news. Rung often and answered seldom: until it is answered
/// a second ring costs one atomic operation.
final class RelayBell: Sendable {
    private let descriptor: FileDescriptor
    private let pending = Atomic<UInt8>(0)

    /// - Throws: the errno of eventfd.
    init() throws(SystemCall.Failure) {
        descriptor = FileDescriptor(owning: try SystemCall.check { eventfd(0, Int32(EFD_CLOEXEC)) })
    }

    func ring(_ news: RelayNews) {
        let before = pending.bitwiseOr(news.rawValue, ordering: .releasing).oldValue
        if before & news.rawValue == 0 { eventfd_write(descriptor.rawValue, 1) }
    }

    /// Blocks until it rings; says what for, once.
    func answer() -> RelayNews {
        var value: eventfd_t = 0
        while eventfd_read(descriptor.rawValue, &value) != 0 {}
        return RelayNews(rawValue: pending.exchange(0, ordering: .acquiring))
    }
}

/// The thread that hears the bell.
final class RelayWatch: Sendable {
    private let bell: RelayBell
    private let onNews: @Sendable (RelayNews) -> Void

    init(_ bell: RelayBell, onNews: @escaping @Sendable (RelayNews) -> Void) {
        self.bell = bell
        self.onNews = onNews
    }

    /// Starts the thread, which ends with the data plane.
    func start() throws(KernelError) {
        let box = Unmanaged.passRetained(self)
        var thread = pthread_t()
        let status = pthread_create(&thread, nil, relayWatchMain, box.toOpaque())
        guard status == 0 else {
            box.release()
            throw KernelError(errno: status, "start a thread of the service proxy")
        }
        pthread_detach(thread)
    }

    fileprivate func loop() {
        while true {
            let news = bell.answer()
            if news.contains(.end) { return }
            if !news.isEmpty { onNews(news) }
        }
    }
}

/// The thread's entry: a free function, because a closure would carry the isolation of where it was written.
private func relayWatchMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    Unmanaged<RelayWatch>.fromOpaque(argument).takeRetainedValue().loop()
    return nil
}
