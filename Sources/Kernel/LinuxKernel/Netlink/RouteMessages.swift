internal import CNetlink
internal import NetworkModel
internal import NetworkPlanning

/// Encodes and decodes routes (`RTM_NEWROUTE`, `RTM_DELROUTE`).
enum RouteMessages {
    enum Change { case add, replace, remove }

    /// - Parameter index: the output link's; nil for a route without one.
    static func append(
        _ route: Route, index: Int32?, _ change: Change, to queue: inout MessageQueue, _ builder: MessageBuilder,
        step: Int
    ) {
        let flags =
            switch change {
            case .add: NLM_F_CREATE | NLM_F_EXCL
            case .replace: NLM_F_REPLACE
            case .remove: Int32(0)
            }
        builder.append(
            to: &queue, step: step, type: Int(change == .remove ? RTM_DELROUTE : RTM_NEWROUTE), flags: flags,
            header: head(route)
        ) { message in
            if route.destination.length > 0 { message.put(Int(RTA_DST.rawValue), route.destination.address) }
            message.put(Int(RTA_TABLE.rawValue), route.table.rawValue)
            if let gateway = route.gateway { putGateway(gateway, of: route, message) }
            if let index { message.put(Int(RTA_OIF.rawValue), UInt32(bitPattern: index)) }
            if let source = route.source { message.put(Int(RTA_PREFSRC.rawValue), source) }
            if route.metric != 0 { message.put(Int(RTA_PRIORITY.rawValue), route.metric) }
            if let mtu = route.mtu {
                message.nest(Int(RTA_METRICS.rawValue)) { message.put(Int(RTAX_MTU), mtu) }
            }
        }
    }

    private static func head(_ route: Route) -> rtmsg {
        rtmsg(
            rtm_family: route.destination.family.number, rtm_dst_len: UInt8(route.destination.length), rtm_src_len: 0,
            rtm_tos: 0, rtm_table: UInt8(exactly: route.table.rawValue) ?? 0,
            rtm_protocol: route.protocol.rawValue, rtm_scope: route.scope.rawValue,
            rtm_type: route.kind.rawValue, rtm_flags: 0)
    }

    /// A next hop of the other family (IPv4 via IPv6) goes as RTA_VIA: the family, then the address.
    private static func putGateway(_ gateway: IPAddress, of route: Route, _ message: MessageBuilder) {
        if gateway.family == route.destination.family {
            message.put(Int(RTA_GATEWAY.rawValue), gateway)
        } else {
            message.put(Int(RTA_VIA.rawValue), bytes: [gateway.family.number, 0] + gateway.bytes)
        }
    }

    /// All IPv4 routes of all tables; broadcast and multicast entries and the route cache are left out.
    ///
    /// A multipath route is reported with its first next hop: the model has one.
    static func dump(
        _ socket: NetlinkSocket, _ exchange: NetlinkExchange, of namespace: String, names: [Int32: LinkName]
    ) throws(KernelError) -> [Route] {
        var found: [Route] = []
        let header = rtmsg(
            rtm_family: UInt8(AF_INET), rtm_dst_len: 0, rtm_src_len: 0, rtm_tos: 0, rtm_table: 0, rtm_protocol: 0,
            rtm_scope: 0, rtm_type: 0, rtm_flags: 0)
        try exchange.ask(
            socket, "list the routes of \(namespace)", type: Int(RTM_GETROUTE), flags: NLM_F_DUMP, header: header,
            begin: { found = [] }
        ) { message in
            if let route = decode(message, names: names) { found.append(route) }
        }
        return found
    }

    /// A route from a dump, or from the announcement that it was made or removed.
    ///
    /// - Parameters:
    ///   - all: broadcast and multicast entries too.
    ///   - cached: what a lookup made of an entry too.
    static func decode(
        _ message: NetlinkMessage, names: [Int32: LinkName], all: Bool = false, cached: Bool = false
    ) -> Route? {
        guard [Int(RTM_NEWROUTE), Int(RTM_DELROUTE)].contains(message.type), let header = message.header(rtmsg.self),
            let family = IPFamily(number: header.rtm_family), let kind = RouteKind(rawValue: header.rtm_type),
            all || (kind != .broadcast && kind != .multicast), cached || header.rtm_flags & UInt32(RTM_F_CLONED) == 0,
            Int(header.rtm_dst_len) <= family.bitWidth
        else { return nil }
        var route = Route(.any(family), kind: kind)
        route.scope = RouteScope(rawValue: header.rtm_scope) ?? .universe
        route.protocol = RouteProtocol(rawValue: header.rtm_protocol)
        route.table = RouteTable(rawValue: UInt32(header.rtm_table))
        message.attributes(after: rtmsg.self).forEach { attribute in
            switch UInt32(attribute.type) {
            case RTA_DST.rawValue:
                route.destination = attribute.address.map { IPPrefix($0, Int(header.rtm_dst_len)) } ?? .any(family)
            case RTA_TABLE.rawValue: route.table = RouteTable(rawValue: attribute.uint32)
            case RTA_PREFSRC.rawValue: route.source = attribute.address
            case RTA_PRIORITY.rawValue: route.metric = attribute.uint32
            case RTA_METRICS.rawValue:
                attribute.nested.forEach { if $0.type == Int(RTAX_MTU) { route.mtu = $0.uint32 } }
            case RTA_MULTIPATH.rawValue: decodeFirstHop(attribute, names: names, into: &route)
            default: decodeHop(attribute, names: names, into: &route)
            }
        }
        return route
    }

    private static func decodeHop(_ attribute: Attribute, names: [Int32: LinkName], into route: inout Route) {
        switch UInt32(attribute.type) {
        case RTA_GATEWAY.rawValue: route.gateway = attribute.address
        case RTA_VIA.rawValue: route.gateway = IPAddress(bytes: Array(attribute.bytes.dropFirst(2)))
        case RTA_OIF.rawValue: route.link = names[attribute.int32]
        default: break
        }
    }

    /// `struct rtnexthop` (length 2, flags 1, hops 1, index 4) and its attributes.
    private static func decodeFirstHop(_ attribute: Attribute, names: [Int32: LinkName], into route: inout Route) {
        guard let index = attribute.uint32(at: 1), let length = attribute.uint32(at: 0) else { return }
        route.link = names[Int32(bitPattern: index)]
        attribute.attributes(from: 8, upTo: Int(length & 0xffff)).forEach { hop in
            if hop.type != Int(RTA_OIF.rawValue) { decodeHop(hop, names: names, into: &route) }
        }
    }
}
