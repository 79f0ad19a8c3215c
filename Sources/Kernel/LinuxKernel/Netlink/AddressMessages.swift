internal import CNetlink
internal import NetworkModel
internal import NetworkPlanning

/// Encodes and decodes interface addresses (`RTM_NEWADDR`, `RTM_DELADDR`).
enum AddressMessages {
    /// Appends an add or remove of the address on the link with this index.
    ///
    /// IPv6 addresses skip duplicate detection: nobody else is on a lab's links, and they are usable at once.
    static func append(
        _ address: InterfaceAddress, index: Int32, adding: Bool, to queue: inout MessageQueue,
        _ builder: MessageBuilder, step: Int
    ) {
        let family = address.prefix.family
        let header = ifaddrmsg(
            ifa_family: family.number, ifa_prefixlen: UInt8(address.prefix.length),
            ifa_flags: family == .ipv6 ? UInt8(IFA_F_NODAD) : 0, ifa_scope: address.scope.rawValue,
            ifa_index: UInt32(bitPattern: index))
        builder.append(
            to: &queue, step: step, type: Int(adding ? RTM_NEWADDR : RTM_DELADDR),
            flags: adding ? NLM_F_CREATE | NLM_F_EXCL : 0, header: header
        ) { message in
            message.put(Int(IFA_LOCAL), address.prefix.address)
            message.put(Int(IFA_ADDRESS), address.prefix.address)
        }
    }

    /// All addresses but `lo`'s own and IPv6 link-local ones.
    static func dump(
        _ socket: NetlinkSocket, _ exchange: NetlinkExchange, of namespace: String, names: [Int32: LinkName]
    ) throws(KernelError) -> Set<InterfaceAddress> {
        var found: Set<InterfaceAddress> = []
        let header = ifaddrmsg(ifa_family: UInt8(AF_UNSPEC), ifa_prefixlen: 0, ifa_flags: 0, ifa_scope: 0, ifa_index: 0)
        try exchange.ask(
            socket, "list the addresses of \(namespace)", type: Int(RTM_GETADDR), flags: NLM_F_DUMP, header: header,
            begin: { found = [] }
        ) { message in
            if let address = decode(message, names: names) { found.insert(address) }
        }
        return found
    }

    /// An address from a dump, or from the announcement that it was added or removed.
    ///
    /// - Parameter all: `lo`'s own and link-local ones too.
    static func decode(
        _ message: NetlinkMessage, names: [Int32: LinkName], all: Bool = false
    ) -> InterfaceAddress? {
        guard [Int(RTM_NEWADDR), Int(RTM_DELADDR)].contains(message.type), let header = message.header(ifaddrmsg.self),
            let family = IPFamily(number: header.ifa_family),
            let link = names[Int32(bitPattern: header.ifa_index)], let scope = RouteScope(rawValue: header.ifa_scope)
        else { return nil }
        var local: IPAddress?
        var remote: IPAddress?
        message.attributes(after: ifaddrmsg.self).forEach { attribute in
            if attribute.type == Int(IFA_LOCAL) { local = attribute.address }
            if attribute.type == Int(IFA_ADDRESS) { remote = attribute.address }
        }
        // IPv6 has no IFA_LOCAL unless the link is point to point.
        guard let address = local ?? remote, Int(header.ifa_prefixlen) <= family.bitWidth else { return nil }
        let isOwn = link == .loopback && scope == .host && address.isLoopbackDefault
        let isLinkLocal = family == .ipv6 && scope == .link
        if !all, isOwn || isLinkLocal { return nil }
        return InterfaceAddress(link: link, prefix: IPPrefix(address, Int(header.ifa_prefixlen)), scope: scope)
    }
}

extension IPFamily {
    /// AF_INET or AF_INET6.
    var number: UInt8 { UInt8(self == .ipv4 ? AF_INET : AF_INET6) }

    init?(number: UInt8) {
        switch Int32(number) {
        case AF_INET: self = .ipv4
        case AF_INET6: self = .ipv6
        default: return nil
        }
    }
}

extension IPAddress {
    /// 127.0.0.1 or ::1, which the kernel gives to `lo` when it goes up.
    fileprivate var isLoopbackDefault: Bool { family == .ipv4 ? bits == 0x7f00_0001 : bits == 1 }
}
