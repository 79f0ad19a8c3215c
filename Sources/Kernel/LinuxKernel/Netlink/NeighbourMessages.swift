internal import CNetlink
internal import NetworkModel
internal import NetworkPlanning

/// Encodes and decodes neighbour entries (`RTM_NEWNEIGH`, `RTM_DELNEIGH`).
enum NeighbourMessages {
    static func append(
        _ neighbour: Neighbour, index: Int32, adding: Bool, replacing: Bool = false, to queue: inout MessageQueue,
        _ builder: MessageBuilder, step: Int
    ) {
        let header = ndmsg(
            ndm_family: neighbour.address.family.number, ndm_pad1: 0, ndm_pad2: 0, ndm_ifindex: index,
            ndm_state: UInt16(neighbour.isPermanent ? NUD_PERMANENT : NUD_REACHABLE),
            ndm_flags: neighbour.isExternallyLearned ? UInt8(NTF_EXT_LEARNED) : 0, ndm_type: 0)
        builder.append(
            to: &queue, step: step, type: Int(adding ? RTM_NEWNEIGH : RTM_DELNEIGH),
            flags: adding ? NLM_F_CREATE | (replacing ? NLM_F_REPLACE : NLM_F_EXCL) : 0, header: header
        ) { message in
            message.put(Int(NDA_DST), neighbour.address)
            if adding { message.put(Int(NDA_LLADDR), bytes: neighbour.mac.bytes) }
        }
    }

    /// The permanent and the externally learned entries of both families.
    static func dump(
        _ socket: NetlinkSocket, _ exchange: NetlinkExchange, of namespace: String, names: [Int32: LinkName]
    ) throws(KernelError) -> Set<Neighbour> {
        var found: Set<Neighbour> = []
        let header = ndmsg(
            ndm_family: UInt8(AF_UNSPEC), ndm_pad1: 0, ndm_pad2: 0, ndm_ifindex: 0, ndm_state: 0, ndm_flags: 0,
            ndm_type: 0)
        try exchange.ask(
            socket, "list the neighbours of \(namespace)", type: Int(RTM_GETNEIGH), flags: NLM_F_DUMP, header: header,
            begin: { found = [] }
        ) { message in
            if let neighbour = decode(message, names: names) { found.insert(neighbour) }
        }
        return found
    }

    private static func decode(_ message: NetlinkMessage, names: [Int32: LinkName]) -> Neighbour? {
        guard message.type == Int(RTM_NEWNEIGH), let header = message.header(ndmsg.self),
            IPFamily(number: header.ndm_family) != nil, let link = names[header.ndm_ifindex]
        else { return nil }
        let isPermanent = Int32(header.ndm_state) & Int32(NUD_PERMANENT) != 0
        let isLearned = Int32(header.ndm_flags) & Int32(NTF_EXT_LEARNED) != 0
        guard isPermanent || isLearned else { return nil }
        var address: IPAddress?
        var mac: MACAddress?
        message.attributes(after: ndmsg.self).forEach { attribute in
            if attribute.type == Int(NDA_DST) { address = attribute.address }
            if attribute.type == Int(NDA_LLADDR) { mac = MACAddress(bytes: attribute.bytes) }
        }
        guard let address, let mac else { return nil }
        return Neighbour(
            link: link, address: address, mac: mac, isPermanent: isPermanent, isExternallyLearned: isLearned)
    }

    /// The entries of both families in every state, for looking at.
    static func entries(
        _ socket: NetlinkSocket, _ exchange: NetlinkExchange, of namespace: String, names: [Int32: LinkName]
    ) throws(KernelError) -> [NeighbourEntry] {
        var found: [NeighbourEntry] = []
        let header = ndmsg(
            ndm_family: UInt8(AF_UNSPEC), ndm_pad1: 0, ndm_pad2: 0, ndm_ifindex: 0, ndm_state: 0, ndm_flags: 0,
            ndm_type: 0)
        try exchange.ask(
            socket, "list the neighbours of \(namespace)", type: Int(RTM_GETNEIGH), flags: NLM_F_DUMP, header: header,
            begin: { found = [] }
        ) { message in
            if let entry = EventDecoding.neighbour(message, names) { found.append(entry) }
        }
        return found
    }
}
