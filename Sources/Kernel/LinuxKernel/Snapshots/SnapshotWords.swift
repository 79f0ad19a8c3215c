internal import CNetlink
internal import NetworkModel
internal import Snapshots

extension RouteMessages {
    /// A decoded route as its line, with what the model has no word for: every next hop, the TOS, `onlink`.
    static func line(_ route: Route, _ message: NetlinkMessage, names: [Int32: LinkName]) -> String {
        guard let header = message.header(rtmsg.self) else { return SnapshotLine.route(route) }
        var hops: [SnapshotLine.NextHop] = []
        message.attributes(after: rtmsg.self).forEach { attribute in
            guard UInt32(attribute.type) == RTA_MULTIPATH.rawValue else { return }
            // struct rtnexthop: length 2, flags 1, hops 1, index 4; then its attributes; each padded to four bytes.
            var start = 0
            while let word = attribute.uint32(at: start / 4), let index = attribute.uint32(at: start / 4 + 1) {
                let length = Int(word & 0xffff)
                guard length >= 8, start + length <= attribute.count else { return }
                var gateway: IPAddress?
                attribute.attributes(from: start + 8, upTo: start + length).forEach { hop in
                    if UInt32(hop.type) == RTA_GATEWAY.rawValue { gateway = hop.address }
                    if UInt32(hop.type) == RTA_VIA.rawValue {
                        gateway = IPAddress(bytes: Array(hop.bytes.dropFirst(2)))
                    }
                }
                hops.append(
                    SnapshotLine.NextHop(
                        gateway: gateway, link: names[Int32(bitPattern: index)], weight: Int(word >> 24) + 1))
                start += (length + 3) & ~3
            }
        }
        var extra: [String] = []
        if header.rtm_tos != 0 { extra += ["tos", "0x" + String(header.rtm_tos, radix: 16)] }
        if header.rtm_flags & UInt32(RTNH_F_ONLINK) != 0 { extra.append("onlink") }
        return SnapshotLine.route(route, hops: hops, extra: extra)
    }
}

extension RuleMessages {
    /// A decoded rule as its line, with the conditions and actions that the model does not have.
    ///
    /// Conditions by source port, user, tunnel or TOS are named, not spelt out.
    static func line(_ rule: Rule, _ message: NetlinkMessage) -> String {
        guard let header = message.header(fib_rule_hdr.self) else { return SnapshotLine.rule(rule) }
        var words = SnapshotLine.rule(rule).split(separator: " ").map(String.init)
        var conditions: [String] = []
        message.attributes(after: fib_rule_hdr.self).forEach { attribute in
            switch attribute.type {
            case Int(FRA_IIFNAME): conditions += ["iif", attribute.text]
            case Int(FRA_OIFNAME): conditions += ["oif", attribute.text]
            case Int(FRA_SPORT_RANGE): conditions.append("sport")
            case Int(FRA_UID_RANGE): conditions.append("uidrange")
            case Int(FRA_TUN_ID): conditions.append("tun_id")
            case Int(FRA_L3MDEV): if attribute.uint8 != 0 { conditions.append("l3mdev") }
            default: break
            }
        }
        if header.tos != 0 { conditions += ["tos", "0x" + String(header.tos, radix: 16)] }
        let isInverted = header.flags & UInt32(FIB_RULE_INVERT) != 0
        if isInverted, let from = words.firstIndex(of: "from") { words.insert("not", at: from) }
        let action: [String]? =
            switch Int(header.action) {
            case Int(FR_ACT_TO_TBL): nil
            case Int(FR_ACT_BLACKHOLE): ["blackhole"]
            case Int(FR_ACT_UNREACHABLE): ["unreachable"]
            case Int(FR_ACT_PROHIBIT): ["prohibit"]
            case let other: ["action", "\(other)"]
            }
        let tail = Array(words.suffix(2))
        return (words.dropLast(2) + conditions + (action ?? tail)).joined(separator: " ")
    }
}
