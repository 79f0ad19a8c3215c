internal import CLinux
internal import CNetlink
internal import Glibc
internal import NetworkModel

/// A received message, valid only inside the closure it was handed to.
struct NetlinkMessage {
    fileprivate let head: UnsafeMutablePointer<nlmsghdr>

    var type: Int { Int(head.pointee.nlmsg_type) }
    var flags: Int32 { Int32(head.pointee.nlmsg_flags) }
    var sequence: UInt32 { head.pointee.nlmsg_seq }
    /// The port of the socket that asked: of an announcement, whoever made the change.
    var port: UInt32 { head.pointee.nlmsg_pid }

    /// The family's fixed header, such as `ifinfomsg`; nil when the message is too short for one.
    func header<Header: BitwiseCopyable>(_: Header.Type) -> Header? {
        guard nlmsg_valid_hdr(head, Int32(MemoryLayout<Header>.size)) != 0 else { return nil }
        return nlmsg_data(head)?.loadUnaligned(as: Header.self)
    }

    /// The attributes that follow a fixed header.
    func attributes<Header: BitwiseCopyable>(after _: Header.Type) -> Attributes {
        let size = Int32(MemoryLayout<Header>.size)
        return Attributes(first: nlmsg_attrdata(head, size), length: nlmsg_attrlen(head, size))
    }

    /// Walks the messages of one datagram.
    static func forEach(in buffer: UnsafeMutableRawBufferPointer, count: Int, _ body: (NetlinkMessage) -> Void) {
        var left = Int32(count)
        var head = buffer.baseAddress?.assumingMemoryBound(to: nlmsghdr.self)
        while let current = head, nlmsg_ok(current, left) != 0 {
            body(NetlinkMessage(head: current))
            head = nlmsg_next(current, &left)
        }
    }
}

extension NetlinkMessage {
    /// The content of an `NLMSG_ERROR`: 0 for an ACK, else an errno, with the kernel's words when it gave any.
    var outcome: (errno: Int32, text: String)? {
        guard type == Int(NLMSG_ERROR), let error = header(nlmsgerr.self) else { return nil }
        guard error.error != 0, flags & Int32(NLM_F_ACK_TLVS) != 0 else { return (-error.error, "") }
        // Requests are capped (NETLINK_CAP_ACK), so the attributes follow the copied request header.
        var text = ""
        attributes(after: nlmsgerr.self).forEach { attribute in
            if attribute.type == Int(NLMSGERR_ATTR_MSG.rawValue) { text = attribute.text }
        }
        return (-error.error, text)
    }
}

/// A run of attributes, walked once: every decoder wants most of them.
struct Attributes {
    fileprivate let first: UnsafeMutablePointer<nlattr>?
    fileprivate let length: Int32

    func forEach(_ body: (Attribute) -> Void) {
        var left = length
        var current = first
        while let attribute = current, nla_ok(attribute, left) != 0 {
            body(Attribute(head: attribute))
            current = nla_next(attribute, &left)
        }
    }
}

/// One attribute. Reading more than it holds answers zero or an empty text.
struct Attribute {
    fileprivate let head: UnsafeMutablePointer<nlattr>

    var type: Int { Int(nla_type(head)) }
    var count: Int { Int(nla_len(head)) }
    var uint32: UInt32 { count >= 4 ? nla_get_u32(head) : 0 }
    var int32: Int32 { Int32(bitPattern: uint32) }
    var uint8: UInt8 { count >= 1 ? nla_get_u8(head) : 0 }

    var bytes: [UInt8] {
        guard let data = nla_data(head) else { return [] }
        return Array(UnsafeRawBufferPointer(start: data, count: count))
    }

    /// The text up to its NUL.
    var text: String {
        guard let data = nla_data(head) else { return "" }
        return String(decoding: UnsafeRawBufferPointer(start: data, count: count).prefix { $0 != 0 }, as: UTF8.self)
    }

    /// Four or sixteen bytes in network order.
    var address: IPAddress? { IPAddress(bytes: bytes) }

    var nested: Attributes {
        Attributes(first: nla_data(head)?.assumingMemoryBound(to: nlattr.self), length: Int32(count))
    }

    /// An array of native 32-bit numbers, as `IFLA_INET_CONF` is in a dump.
    func uint32(at index: Int) -> UInt32? {
        guard let data = nla_data(head), count >= 4 * (index + 1) else { return nil }
        return UnsafeRawPointer(data).loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)
    }
}

extension Attribute {
    /// Attributes that stand inside this one between two offsets, as behind each next hop of a multipath route.
    func attributes(from start: Int, upTo end: Int) -> Attributes {
        guard let data = nla_data(head), start <= end, end <= count else { return Attributes(first: nil, length: 0) }
        return Attributes(first: (data + start).assumingMemoryBound(to: nlattr.self), length: Int32(end - start))
    }
}
