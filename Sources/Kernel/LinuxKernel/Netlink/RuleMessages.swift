internal import CNetlink
internal import NetworkModel
internal import NetworkPlanning

/// Encodes and decodes policy-routing rules (`RTM_NEWRULE`, `RTM_DELRULE`).
enum RuleMessages {
    /// No protocol is named, so `ip rule` shows none, and a removal finds the rule whoever made it.
    static func append(
        _ rule: Rule, adding: Bool, to queue: inout MessageQueue, _ builder: MessageBuilder, step: Int
    ) {
        let header = fib_rule_hdr(
            family: rule.family.number, dst_len: UInt8(rule.destination?.length ?? 0),
            src_len: UInt8(rule.source?.length ?? 0), tos: 0, table: UInt8(exactly: rule.table.rawValue) ?? 0, res1: 0,
            res2: 0, action: UInt8(FR_ACT_TO_TBL), flags: 0)
        builder.append(
            to: &queue, step: step, type: Int(adding ? RTM_NEWRULE : RTM_DELRULE),
            flags: adding ? NLM_F_CREATE | NLM_F_EXCL : 0, header: header
        ) { message in
            message.put(Int(FRA_PRIORITY), rule.priority)
            message.put(Int(FRA_TABLE), rule.table.rawValue)
            if let source = rule.source { message.put(Int(FRA_SRC), source.address) }
            if let destination = rule.destination { message.put(Int(FRA_DST), destination.address) }
            if let mark = rule.mark {
                message.put(Int(FRA_FWMARK), mark)
                message.put(Int(FRA_FWMASK), rule.markMask ?? .max)
            }
            if let transport = rule.transport { message.put(Int(FRA_IP_PROTO), transport.rawValue) }
            if let ports = rule.destinationPorts {
                let range = fib_rule_port_range(start: ports.lowerBound, end: ports.upperBound)
                message.put(Int(FRA_DPORT_RANGE), bytes: withUnsafeBytes(of: range) { Array($0) })
            }
        }
    }

    /// All IPv4 rules that look a table up by source, destination, mark, protocol and destination port. Others are not
    /// modelled.
    static func dump(
        _ socket: NetlinkSocket, _ exchange: NetlinkExchange, of namespace: String
    ) throws(KernelError) -> Set<Rule> {
        var found: Set<Rule> = []
        let header = fib_rule_hdr(
            family: UInt8(AF_INET), dst_len: 0, src_len: 0, tos: 0, table: 0, res1: 0, res2: 0, action: 0, flags: 0)
        try exchange.ask(
            socket, "list the rules of \(namespace)", type: Int(RTM_GETRULE), flags: NLM_F_DUMP, header: header,
            begin: { found = [] }
        ) { message in
            if let rule = decode(message) { found.insert(rule) }
        }
        return found
    }

    /// A rule from a dump, or from the announcement that it was added or removed; nil for one that is not modelled.
    ///
    /// - Parameter all: those that are not modelled too, without what the model has no word for.
    static func decode(_ message: NetlinkMessage, all: Bool = false) -> Rule? {
        guard [Int(RTM_NEWRULE), Int(RTM_DELRULE)].contains(message.type),
            let header = message.header(fib_rule_hdr.self),
            all || (Int(header.action) == Int(FR_ACT_TO_TBL) && header.tos == 0),
            let family = IPFamily(number: header.family)
        else { return nil }
        var rule = Rule(family: family, priority: 0, table: RouteTable(rawValue: UInt32(header.table)))
        var isModelled = true
        message.attributes(after: fib_rule_hdr.self).forEach { attribute in
            switch attribute.type {
            case Int(FRA_PRIORITY): rule.priority = attribute.uint32
            case Int(FRA_TABLE): rule.table = RouteTable(rawValue: attribute.uint32)
            case Int(FRA_SRC): rule.source = prefix(attribute, header.src_len)
            case Int(FRA_DST): rule.destination = prefix(attribute, header.dst_len)
            case Int(FRA_FWMARK): rule.mark = attribute.uint32
            case Int(FRA_FWMASK): rule.markMask = attribute.uint32 == .max ? nil : attribute.uint32
            case Int(FRA_IP_PROTO):
                // The kernel shows 0 for a rule without this condition.
                rule.transport = attribute.uint8 == 0 ? nil : IPProtocol(rawValue: attribute.uint8)
            case Int(FRA_DPORT_RANGE): rule.destinationPorts = ports(attribute)
            case Int(FRA_IIFNAME), Int(FRA_OIFNAME), Int(FRA_SPORT_RANGE), Int(FRA_UID_RANGE), Int(FRA_TUN_ID):
                isModelled = false
            case Int(FRA_L3MDEV): if attribute.uint8 != 0 { isModelled = false }
            default: break
            }
        }
        if rule.mark == nil { rule.markMask = nil }
        return isModelled || all ? rule : nil
    }

    /// `struct fib_rule_port_range`: two numbers in the host's byte order.
    private static func ports(_ attribute: Attribute) -> ClosedRange<UInt16>? {
        let bytes = attribute.bytes
        guard bytes.count >= MemoryLayout<fib_rule_port_range>.size else { return nil }
        let range = bytes.withUnsafeBytes { $0.loadUnaligned(as: fib_rule_port_range.self) }
        return range.start <= range.end ? range.start...range.end : nil
    }

    private static func prefix(_ attribute: Attribute, _ length: UInt8) -> IPPrefix? {
        guard let address = attribute.address, Int(length) <= address.family.bitWidth else { return nil }
        return IPPrefix(address, Int(length))
    }
}
