internal import CLinux
internal import CNetlink
internal import Glibc
internal import NetworkModel

/// Builds netlink messages with libnl, each in the same `nl_msg`, and appends them to queues.
///
/// One message buffer is used again and again because allocating one per route is what building costs most.
final class MessageBuilder {
    /// Enough for any message netlab sends: the largest is a veth pair, under 1 KiB.
    private static let capacity = 4096

    private let message: OpaquePointer

    init() {
        // libnl answers NULL only when malloc does, and Swift itself cannot continue then either.
        guard let message = nlmsg_alloc_size(Self.capacity) else { preconditionFailure("out of memory") }
        self.message = message
    }

    deinit { nlmsg_free(message) }

    /// Builds one message and appends it to the queue.
    ///
    /// - Parameters:
    ///   - type: `RTM_...`.
    ///   - flags: `NLM_F_...`; `NLM_F_REQUEST` is added.
    ///   - header: the family's fixed header, such as `ifinfomsg`.
    func append<Header: BitwiseCopyable>(
        to queue: inout MessageQueue, step: Int, type: Int, flags: Int32, header: Header,
        _ attributes: (MessageBuilder) -> Void
    ) {
        begin(type: type, flags: flags, header: header)
        attributes(self)
        queue.append(UnsafeRawBufferPointer(start: nlmsg_hdr(message), count: length), step: step)
    }

    private func begin<Header: BitwiseCopyable>(type: Int, flags: Int32, header: Header) {
        let head = nlmsg_hdr(message)
        head?.pointee = nlmsghdr(
            nlmsg_len: UInt32(MemoryLayout<nlmsghdr>.size), nlmsg_type: UInt16(truncatingIfNeeded: type),
            nlmsg_flags: UInt16(truncatingIfNeeded: flags | NLM_F_REQUEST), nlmsg_seq: 0, nlmsg_pid: 0)
        putRaw(header)
    }

    private var length: Int { nlmsg_hdr(message).map { Int($0.pointee.nlmsg_len) } ?? 0 }

    /// Appends a fixed header; also the one inside `VETH_INFO_PEER`.
    func putRaw<Header: BitwiseCopyable>(_ header: Header) {
        var header = header
        check(nlmsg_append(message, &header, MemoryLayout<Header>.size, Int32(NLMSG_ALIGNTO)))
    }

    func put(_ type: Int, _ value: UInt32) { check(nla_put_u32(message, Int32(type), value)) }

    func put(_ type: Int, _ value: UInt8) { check(nla_put_u8(message, Int32(type), value)) }

    /// A text with its NUL, as interface names are.
    func put(_ type: Int, _ text: String) { check(nla_put_string(message, Int32(type), text)) }

    func put(_ type: Int, bytes: [UInt8]) { check(nla_put(message, Int32(type), Int32(bytes.count), bytes)) }

    func put(_ type: Int, _ address: IPAddress) { put(type, bytes: address.bytes) }

    func nest(_ type: Int, _ body: () -> Void) {
        guard let start = nla_nest_start(message, Int32(type)) else { return check(-1) }
        body()
        nla_nest_end(message, start)
    }

    /// Names and aliases have bounded lengths, so a message that does not fit is a defect of this layer.
    private func check(_ status: Int32) { precondition(status >= 0, "a netlink message outgrew its buffer") }
}

/// Messages waiting to be sent to one namespace, each remembering the step it is part of.
struct MessageQueue {
    struct Entry {
        var offset: Int
        var length: Int
        var step: Int
    }

    private(set) var bytes: [UInt8] = []
    private(set) var entries: [Entry] = []

    var isEmpty: Bool { entries.isEmpty }

    mutating func append(_ message: UnsafeRawBufferPointer, step: Int) {
        entries.append(Entry(offset: bytes.count, length: message.count, step: step))
        bytes.append(contentsOf: message)
        while bytes.count % Int(NLMSG_ALIGNTO) != 0 { bytes.append(0) }
    }

    /// Gives a message its sequence number, and asks for an ACK if it is the last of a run.
    mutating func seal(_ index: Int, sequence: UInt32, acknowledged: Bool) {
        let offset = entries[index].offset
        bytes.withUnsafeMutableBytes { raw in
            raw.storeBytes(of: sequence, toByteOffset: offset + 8, as: UInt32.self)
            guard acknowledged else { return }
            let flags = raw.load(fromByteOffset: offset + 6, as: UInt16.self)
            raw.storeBytes(of: flags | UInt16(NLM_F_ACK), toByteOffset: offset + 6, as: UInt16.self)
        }
    }
}
