internal import CNetlink
internal import Glibc
internal import NetworkModel

/// Announcements of the kernel as objects of the model.
enum EventDecoding {
    /// The multicast groups that are followed.
    static let groups = [
        RTNLGRP_LINK, RTNLGRP_NEIGH, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV4_RULE, RTNLGRP_IPV6_IFADDR,
        RTNLGRP_IPV6_ROUTE, RTNLGRP_IPV6_RULE, RTNLGRP_IPV4_NETCONF, RTNLGRP_IPV6_NETCONF,
    ]

    /// What a message announces; nil for what is left out: bridge ports and forwarding databases (family AF_BRIDGE),
    /// cached routes, and the settings that a new link begins with.
    ///
    /// - Parameter names: the links of the namespace by index, kept up to date by each announcement.
    static func decode(
        _ message: NetlinkMessage, names: inout [Int32: LinkName]
    ) -> (NetworkEvent.Action, NetworkEvent.Object)? {
        switch message.type {
        case Int(RTM_NEWLINK), Int(RTM_DELLINK):
            guard message.header(ifinfomsg.self)?.ifi_family == UInt8(AF_UNSPEC),
                var found = LinkDump.decode(message)
            else { return nil }
            let isRemoved = message.type == Int(RTM_DELLINK)
            names[found.index] = isRemoved ? nil : found.link.name
            if found.masterIndex != 0 { found.link.master = name(found.masterIndex, names) }
            return (isRemoved ? .removed : .added, .link(found.link))
        case Int(RTM_NEWADDR), Int(RTM_DELADDR):
            guard let header = message.header(ifaddrmsg.self) else { return nil }
            let known = known(Int32(bitPattern: header.ifa_index), names)
            let action: NetworkEvent.Action = message.type == Int(RTM_DELADDR) ? .removed : .added
            return AddressMessages.decode(message, names: known, all: true).map { (action, .address($0)) }
        case Int(RTM_NEWROUTE), Int(RTM_DELROUTE):
            let action: NetworkEvent.Action = message.type == Int(RTM_DELROUTE) ? .removed : .added
            return RouteMessages.decode(message, names: names, all: true).map { (action, .route($0)) }
        case Int(RTM_NEWRULE), Int(RTM_DELRULE):
            let action: NetworkEvent.Action = message.type == Int(RTM_DELRULE) ? .removed : .added
            return RuleMessages.decode(message, all: true).map { (action, .rule($0)) }
        case Int(RTM_NEWNEIGH), Int(RTM_DELNEIGH):
            let action: NetworkEvent.Action = message.type == Int(RTM_DELNEIGH) ? .removed : .added
            return neighbour(message, names).map { (action, .neighbour($0)) }
        case Int(RTM_NEWNETCONF): return setting(message, names).map { (.added, .setting($0)) }
        default: return nil
        }
    }

    /// A link that is gone, or whose name could not be asked, is called by its index, as ip(8) does.
    private static func name(_ index: Int32, _ names: [Int32: LinkName]) -> LinkName {
        names[index] ?? LinkName(rawValue: "if\(index)") ?? .loopback
    }

    private static func known(_ index: Int32, _ names: [Int32: LinkName]) -> [Int32: LinkName] {
        [index: name(index, names)]
    }

    /// An entry of either family, in any state.
    static func neighbour(_ message: NetlinkMessage, _ names: [Int32: LinkName]) -> NeighbourEntry? {
        guard let header = message.header(ndmsg.self), IPFamily(number: header.ndm_family) != nil else { return nil }
        var address: IPAddress?
        var mac: MACAddress?
        message.attributes(after: ndmsg.self).forEach { attribute in
            if attribute.type == Int(NDA_DST) { address = attribute.address }
            if attribute.type == Int(NDA_LLADDR) { mac = MACAddress(bytes: attribute.bytes) }
        }
        guard let address else { return nil }
        return NeighbourEntry(
            link: name(header.ndm_ifindex, names), address: address, mac: mac, state: header.ndm_state,
            isExternallyLearned: Int32(header.ndm_flags) & Int32(NTF_EXT_LEARNED) != 0)
    }

    /// A change of one setting. A message with several is about a new link, and says how it begins.
    private static func setting(_ message: NetlinkMessage, _ names: [Int32: LinkName]) -> InterfaceSetting? {
        guard let header = message.header(netconfmsg.self), let family = IPFamily(number: header.ncm_family) else {
            return nil
        }
        var index: Int32 = 0
        var values: [(String, Int)] = []
        message.attributes(after: netconfmsg.self).forEach { attribute in
            switch attribute.type {
            case Int(NETCONFA_IFINDEX): index = attribute.int32
            case Int(NETCONFA_FORWARDING): values.append(("forwarding", Int(attribute.int32)))
            case Int(NETCONFA_RP_FILTER): values.append(("rp_filter", Int(attribute.int32)))
            case Int(NETCONFA_MC_FORWARDING): values.append(("mc_forwarding", Int(attribute.int32)))
            case Int(NETCONFA_PROXY_NEIGH):
                values.append((family == .ipv4 ? "proxy_arp" : "proxy_ndp", Int(attribute.int32)))
            case Int(NETCONFA_IGNORE_ROUTES_WITH_LINKDOWN):
                values.append(("ignore_routes_with_linkdown", Int(attribute.int32)))
            case Int(NETCONFA_BC_FORWARDING): values.append(("bc_forwarding", Int(attribute.int32)))
            default: break
            }
        }
        guard values.count == 1, let (setting, value) = values.first else { return nil }
        let link =
            switch index {
            case -1: "all"  // NETCONFA_IFINDEX_ALL
            case -2: "default"  // NETCONFA_IFINDEX_DEFAULT
            default: name(index, names).rawValue
            }
        return InterfaceSetting(family: family, link: link, name: setting, value: value)
    }
}
