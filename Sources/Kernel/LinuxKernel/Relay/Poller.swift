internal import CLinux
internal import Glibc

/// One epoll instance and the table that leads from an event to whom it concerns.
///
/// Belongs to one thread. An event carries a slot and the slot's generation, so an event fetched before its
/// descriptor was closed, in the same batch, finds nobody rather than the slot's next user.
final class Poller {
    /// What an event names: a slot in the low half, its generation in the high half.
    typealias Token = UInt64

    static let readable = EPOLLIN.rawValue
    static let writable = EPOLLOUT.rawValue
    static let hangup = EPOLLRDHUP.rawValue | EPOLLHUP.rawValue | EPOLLERR.rawValue
    static let failed = EPOLLERR.rawValue
    /// Both directions, each change told once.
    static let stream = readable | writable | EPOLLRDHUP.rawValue | EPOLLET.rawValue
    /// A listener watched by several threads: one of them is woken.
    static let shared = readable | EPOLLEXCLUSIVE.rawValue

    private struct Slot {
        var handler: EventHandler?
        var generation: UInt32 = 0
    }

    private let descriptor: FileDescriptor
    private let events: UnsafeMutableBufferPointer<epoll_event>
    private var slots: [Slot] = []
    private var free: [UInt32] = []

    /// - Throws: the errno of epoll_create1.
    init() throws(SystemCall.Failure) {
        descriptor = FileDescriptor(owning: try SystemCall.check { epoll_create1(Int32(EPOLL_CLOEXEC)) })
        events = .allocate(capacity: 256)
    }

    deinit { events.deallocate() }

    /// Everybody who is registered, each once per descriptor.
    var handlers: [EventHandler] { slots.compactMap(\.handler) }

    /// Watches a descriptor; nil when the kernel refuses (out of memory or of watches).
    func add(_ watched: Int32, events: UInt32, handler: EventHandler) -> Token? {
        let index: UInt32
        if let reused = free.popLast() {
            index = reused
        } else {
            index = UInt32(slots.count)
            slots.append(Slot())
        }
        slots[Int(index)].handler = handler
        let token = Token(slots[Int(index)].generation) << 32 | Token(index)
        var event = epoll_event(events: events, data: epoll_data_t(u64: token))
        guard epoll_ctl(descriptor.rawValue, EPOLL_CTL_ADD, watched, &event) == 0 else {
            forget(token)
            return nil
        }
        return token
    }

    /// Frees a slot whose descriptor is closed now or was never watched: closing takes it out of epoll, at once or when a
    /// child that is just being started lets go of it; events until then find nobody.
    func forget(_ token: Token) {
        let index = Int(UInt32(truncatingIfNeeded: token))
        slots[index].handler = nil
        slots[index].generation &+= 1
        free.append(UInt32(index))
    }

    /// Stops watching a descriptor that stays open.
    func remove(_ watched: Int32, _ token: Token) {
        var event = epoll_event()
        epoll_ctl(descriptor.rawValue, EPOLL_CTL_DEL, watched, &event)
        forget(token)
    }

    /// Who stands behind a token now.
    func handler(of token: Token) -> EventHandler? {
        let slot = slots[Int(UInt32(truncatingIfNeeded: token))]
        return slot.generation == UInt32(truncatingIfNeeded: token >> 32) ? slot.handler : nil
    }

    /// Waits up to so many milliseconds (-1: for ever) and hands each event to whom it concerns.
    func wait(milliseconds: Int32, _ body: (EventHandler, Token, UInt32) -> Void) {
        let count = epoll_wait(descriptor.rawValue, events.baseAddress, Int32(events.count), milliseconds)
        guard count > 0 else { return }
        for index in 0..<Int(count) {
            let event = events[index]
            let token = event.data.u64
            if let handler = handler(of: token) { body(handler, token, event.events) }
        }
    }
}

/// Who owns descriptors that a worker watches. All calls come on the worker's thread.
class EventHandler {
    /// Something happened on the descriptor registered under this token.
    func handle(_ events: UInt32, token: Poller.Token, on worker: RelayWorker) {}

    /// Work that was put off so that others get their turn goes on.
    func resume(on worker: RelayWorker) {}

    /// The time asked for with ``RelayWorker/callBack(_:after:serial:)`` has come.
    func timeIsUp(serial: UInt64, on worker: RelayWorker) {}

    /// Closes everything at once and tells nobody: the node or the whole data plane goes away.
    func abandon(on worker: RelayWorker) {}

    /// The node this serves; nil for what serves the worker itself.
    var node: RelayNode? { nil }
}
