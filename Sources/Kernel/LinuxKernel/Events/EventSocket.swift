internal import CNetlink
internal import Glibc
internal import NetworkModel
internal import NetworkPlanning

/// The subscription in one namespace. Whoever holds it, holds the lock of ``NetworkWatch``.
///
/// It keeps its namespace alive: it is let go of as soon as the namespace has lost its name.
final class EventSocket {
    let name: NamespaceName
    let identity: NamespaceIdentity
    /// What the poller knows it by.
    var token: UInt64 = 0
    private let socket: NetlinkSocket
    private let port: UInt32
    /// nil until the first announcement: a daemon with a thousand quiet namespaces asks none of them.
    private var names: [Int32: LinkName]?
    /// Whether the kernel drops what it would announce, which it does from an overrun until everything has been read.
    private var isOverrun = false

    /// 2,000 announcements in one go; a limit, not memory that is taken.
    private static let receiveBuffer: Int32 = 4 << 20
    /// Datagrams read before others get their turn.
    private static let turn = 256

    /// Opens the subscription on the calling thread, which is inside the namespace.
    init(_ name: NamespaceName, _ identity: NamespaceIdentity) throws(KernelError) {
        self.name = name
        self.identity = identity
        socket = try NetlinkSocket()
        port = try socket.subscribe(EventDecoding.groups, receiveBuffer: Self.receiveBuffer)
    }

    var descriptor: Int32 { socket.descriptor.rawValue }

    /// Asks the names of the links now, so that those of links removed later are known.
    func prime(_ scratch: EventScratch) -> [NetworkEvent] {
        var events: [NetworkEvent] = []
        learnNames(scratch, into: &events)
        return events
    }

    /// Reads what has come, without waiting, up to a turn's worth.
    func read(_ scratch: EventScratch, into events: inout [NetworkEvent]) {
        if names == nil { learnNames(scratch, into: &events) }
        for _ in 0..<Self.turn {
            guard let count = receive(scratch, into: &events) else { return }
            take(scratch, count, into: &events)
        }
    }

    /// One datagram's length; nil when there is none. Reports what was lost before it.
    private func receive(_ scratch: EventScratch, into events: inout [NetworkEvent]) -> Int? {
        while true {
            do throws(SystemCall.Failure) {
                if let count = try socket.receive(into: scratch.buffer) { return count }
                guard isOverrun else { return nil }
                // What was dropped since the overrun was told is told now, when nothing is dropped any more.
                isOverrun = false
                events.append(event(.added, .lost))
                return nil
            } catch {
                guard error.errno == ENOBUFS else { return nil }
                if !isOverrun { events.append(event(.added, .lost)) }
                isOverrun = true
                // Names may be among what was lost: asked again, at the next turn.
                names = nil
            }
        }
    }

    private func take(_ scratch: EventScratch, _ count: Int, into events: inout [NetworkEvent]) {
        var known = names ?? [:]
        NetlinkMessage.forEach(in: scratch.buffer, count: count) { message in
            guard message.port != port, let (action, object) = EventDecoding.decode(message, names: &known) else {
                return
            }
            events.append(event(action, object))
        }
        if names != nil { names = known }
    }

    private func event(_ action: NetworkEvent.Action, _ object: NetworkEvent.Object) -> NetworkEvent {
        NetworkEvent(name, monotonic: Clock.monotonic(), wall: Clock.wall(), action, object)
    }

    /// Dumps the links over the same socket. Announcements that come in between are kept, and read afterwards.
    private func learnNames(_ scratch: EventScratch, into events: inout [NetworkEvent]) {
        var found: [Int32: LinkName] = [:]
        var between: [[UInt8]] = []
        var queue = MessageQueue()
        scratch.builder.append(
            to: &queue, step: 0, type: Int(RTM_GETLINK), flags: NLM_F_DUMP, header: LinkMessages.head(0)
        ) { _ in }
        queue.seal(0, sequence: socket.reserveSequence(1), acknowledged: false)
        var isDone = (try? socket.send(queue.bytes, 0..<queue.bytes.count)) == nil
        while !isDone, let count = receive(scratch, into: &events) {
            var hasOthers = false
            NetlinkMessage.forEach(in: scratch.buffer, count: count) { message in
                guard message.port == port else {
                    hasOthers = true
                    return
                }
                if message.type == Int(NLMSG_DONE) || message.type == Int(NLMSG_ERROR) { isDone = true }
                if let link = LinkDump.decode(message) { found[link.index] = link.link.name }
            }
            if hasOthers { between.append(Array(UnsafeRawBufferPointer(rebasing: scratch.buffer[..<count]))) }
        }
        names = found
        for datagram in between {
            datagram.withUnsafeBytes { scratch.buffer.copyMemory(from: $0) }
            take(scratch, datagram.count, into: &events)
        }
    }
}

/// What all subscriptions share: one receive buffer and one builder of requests.
final class EventScratch {
    let builder = MessageBuilder()
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 * 1024, alignment: 8)

    deinit { buffer.deallocate() }
}
