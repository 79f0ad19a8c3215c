internal import Checks
internal import LabFiles
internal import NetworkModel
internal import NetworkPlanning

extension RouteRefusal {
    /// Why, with what the namespace itself says about it.
    func text(_ question: RouteQuestion, _ state: NamespaceState, _ place: String) -> String {
        let destination = question.destination
        switch self {
        case .noRoute: return "\(place): no route to \(destination)"
        case .prohibited: return "\(place): \(destination) is prohibited"
        case .reversePath:
            return "\(place): strict rp_filter drops what comes from \(question.source.map { "\($0)" } ?? "there") by "
                + "\(question.input.map { "\($0)" } ?? "this link"): the way back leads elsewhere"
        case .unreachable:
            if question.input != nil, state.sysctls["net.ipv4.ip_forward"] == "0" {
                return "\(place): forwards nothing (net.ipv4.ip_forward is 0)"
            }
            return "\(place): \(destination) is unreachable"
        case .dropped:
            return "\(place): \(destination) is dropped: a blackhole, or a source address that cannot be"
        }
    }
}

extension ProbeProtocol {
    var number: IPProtocol {
        switch self {
        case .icmp: IPProtocol(rawValue: 1)
        case .tcp: IPProtocol(rawValue: 6)
        case .udp: IPProtocol(rawValue: 17)
        }
    }
}

extension NamespaceState {
    /// The first rule that leads such a packet to the table. A kernel says the table, and not the rule.
    func rule(for question: RouteQuestion, to table: RouteTable) -> Rule? {
        rules.filter { $0.family == question.destination.family && $0.table == table }.sorted().first { rule in
            rule.mark == nil
                && rule.source.map { prefix in question.source.map { prefix.contains($0) } ?? true } ?? true
                && rule.destination.map { $0.contains(question.destination) } ?? true
                && rule.transport.map { $0 == question.transport } ?? true
                && rule.destinationPorts.map { range in question.port.map { range.contains($0) } ?? false } ?? true
        }
    }

    /// The source address that nftables gives a new connection leaving by a link; nil when it keeps its own.
    ///
    /// Only tables of the model: what it has no word for is not followed.
    func masqueraded(
        _ source: IPAddress?, _ destination: IPAddress, out link: LinkName, _ transport: ProbeProtocol
    ) -> IPAddress? {
        guard let source else { return nil }
        let chains = firewall.values.flatMap(\.chains).filter { $0.kind == .nat && $0.hook == .postrouting }
        for chain in chains.sorted(by: { $0.priority < $1.priority }) {
            let rule = chain.rules.first { rule in
                rule.matches.allSatisfy { match in
                    switch match {
                    case .source(let prefix): prefix.contains(source)
                    case .notSource(let prefix): !prefix.contains(source)
                    case .destination(let prefix): prefix.contains(destination)
                    case .notDestination(let prefix): !prefix.contains(destination)
                    case .destinationIn(let hosts): hosts.contains(destination)
                    case .outputLink(let name): name == link
                    case .transport(let names): names.contains(transport.rawValue)
                    case .inputLink, .transparentSocket, .reply: false
                    }
                }
            }
            guard rule?.verdict == .masquerade else { continue }
            let own = addresses.filter { $0.link == link && $0.scope == .universe && $0.prefix.family == .ipv4 }
            return own.sorted().first?.prefix.address
        }
        return nil
    }
}

extension NeighbourEntry {
    /// As `ip neigh` prints it, without the device.
    var line: String {
        // An externally learnt entry often has no state of its own.
        let state = stateText == "NONE" && isExternallyLearned ? "extern_learn" : stateText
        return "\(address)" + (mac.map { " lladdr \($0)" } ?? "") + " \(state)"
    }

    /// Whether packets are sent by it.
    var isUsable: Bool { mac != nil && stateText != "FAILED" && stateText != "INCOMPLETE" }
}
