internal import CNetlink
internal import NetworkModel
internal import NetworkPlanning

/// A link as the kernel reports it, with what only makes sense together with the other namespaces.
struct ObservedLink {
    var index: Int32
    /// `veth` peers are filled in later (``PeerResolution``), masters in ``LinkDump``.
    var link: Link
    var kind: String
    var masterIndex: Int32
    /// IFLA_LINK: for a veth, the other end's index.
    var peerIndex: Int32?
    /// IFLA_LINK_NETNSID: how this namespace calls the peer's; nil when the peer stands in the same one.
    var peerNamespaceID: Int32?
}

/// All links of a namespace.
struct LinkDump {
    var links: [ObservedLink] = []

    /// Dumps the links over the socket of their namespace.
    init(_ socket: NetlinkSocket, _ exchange: NetlinkExchange, of namespace: String) throws(KernelError) {
        var found: [ObservedLink] = []
        try exchange.ask(
            socket, "list the links of \(namespace)", type: Int(RTM_GETLINK), flags: NLM_F_DUMP,
            header: LinkMessages.head(0), begin: { found = [] }
        ) { message in
            if let link = Self.decode(message) { found.append(link) }
        }
        let names = Dictionary(found.map { ($0.index, $0.link.name) }) { _, last in last }
        for position in found.indices where found[position].masterIndex != 0 {
            found[position].link.master = names[found[position].masterIndex]
        }
        links = found
    }

    /// Reads one link by index, of the socket's namespace or of another that this namespace has an id for.
    static func one(
        index: Int32, inNamespaceID id: Int32? = nil, _ socket: NetlinkSocket, _ exchange: NetlinkExchange
    ) throws(KernelError) -> ObservedLink? {
        var found: ObservedLink?
        try exchange.ask(
            socket, "read link \(index)", type: Int(RTM_GETLINK), flags: 0, header: LinkMessages.head(index),
            attributes: { message in
                if let id { message.put(IFLA_TARGET_NETNSID, UInt32(bitPattern: id)) }
            }
        ) { found = decode($0) }
        return found
    }

    /// A link from a dump, or from the announcement that it was made, changed or removed.
    static func decode(_ message: NetlinkMessage) -> ObservedLink? {
        guard [Int(RTM_NEWLINK), Int(RTM_DELLINK)].contains(message.type), let header = message.header(ifinfomsg.self)
        else { return nil }
        var name: LinkName?
        var link = ObservedLink(
            index: header.ifi_index, link: Link(name: .loopback, kind: .loopback), kind: "", masterIndex: 0)
        link.link.isUp = header.ifi_flags & LinkMessages.Flag.up != 0
        link.link.arp = header.ifi_flags & LinkMessages.Flag.noARP == 0
        message.attributes(after: ifinfomsg.self).forEach { attribute in
            switch attribute.type {
            case IFLA_IFNAME: name = LinkName(rawValue: attribute.text)
            case IFLA_MTU: link.link.mtu = Int(attribute.uint32)
            case IFLA_ADDRESS: link.link.mac = MACAddress(bytes: attribute.bytes)
            case IFLA_IFALIAS: link.link.alias = attribute.text.isEmpty ? nil : attribute.text
            case IFLA_MASTER: link.masterIndex = attribute.int32
            case IFLA_LINK: link.peerIndex = attribute.int32
            case IFLA_LINK_NETNSID: link.peerNamespaceID = attribute.int32
            case IFLA_LINKINFO:
                attribute.nested.forEach { info in
                    if info.type == Int(IFLA_INFO_KIND) { link.kind = info.text }
                    guard info.type == Int(IFLA_INFO_SLAVE_DATA) else { return }
                    info.nested.forEach {
                        if $0.type == Int(IFLA_BRPORT_ISOLATED) { link.link.isIsolated = $0.uint8 != 0 }
                    }
                }
            case IFLA_AF_SPEC:
                attribute.nested.forEach { if $0.type == Int(AF_INET) { link.link.settings = settings($0) } }
            default: break
            }
        }
        guard let name else { return nil }
        link.link.name = name
        let isLoopback = header.ifi_flags & 0x8 != 0
        if !isLoopback { link.link.kind = link.kind == "bridge" ? .bridge : .other(link.kind) }
        return link
    }

    private static func settings(_ family: Attribute) -> [IPv4Setting: Int] {
        var settings: [IPv4Setting: Int] = [:]
        family.nested.forEach { attribute in
            guard attribute.type == Int(IFLA_INET_CONF) else { return }
            for setting in IPv4Setting.allCases {
                settings[setting] = attribute.uint32(at: setting.configurationNumber - 1).map { Int($0) }
            }
        }
        return settings
    }
}
