package import NetworkModel

/// Where a packet goes by the routing tables as they were read, up to where it stops: an explanation for people, not a
/// proof. Marks, netfilter and neighbour entries are not followed.
package struct RouteWalk: Hashable, Sendable {
    /// One line a router: `kind-worker: 10.0.2.0/24 via 172.18.0.3 dev eth0`.
    package private(set) var lines: [String] = []
    /// Whether it came to somebody who has the address.
    package private(set) var arrives = false

    package init(to address: IPAddress, from start: NamespaceName, in inventory: Inventory, _ network: NetworkState) {
        var here = start
        for _ in 0..<16 {
            let name = inventory.name(of: here)
            guard let state = network.namespaces[here] else {
                lines.append("\(name): its namespace is gone")
                return
            }
            guard let route = Self.decide(address, state) else {
                lines.append("\(name): no route to \(address)")
                return
            }
            guard route.kind != .local else {
                lines.append("\(name): has \(address)")
                arrives = true
                return
            }
            if here != start, state.sysctls["net.ipv4.ip_forward"] == "0" {
                lines.append("\(name): is not \(address), and forwards nothing")
                return
            }
            let line = "\(name): \(route)"
            guard let link = route.link.flatMap({ state.links[$0] }), route.kind == .unicast else {
                lines.append(line + " stops it")
                return
            }
            guard link.isUp else {
                lines.append(line + ", but \(link.name) is down")
                return
            }
            guard let next = Self.next(route.gateway ?? address, over: link, from: here, network) else {
                lines.append(line + ", but nobody there has \(route.gateway ?? address)")
                return
            }
            lines.append(line)
            here = next
        }
        lines.append("and round in a circle")
    }

    /// The route that the rules lead to.
    private static func decide(_ address: IPAddress, _ state: NamespaceState) -> Route? {
        for rule in state.rules.sorted() where rule.family == address.family && isPlain(rule, address) {
            let best = state.routes.values.filter { $0.table == rule.table && $0.destination.contains(address) }
                .min { ($1.destination.length, $0.metric) < ($0.destination.length, $1.metric) }
            if let best, best.kind != .throw { return best }
        }
        return nil
    }

    private static func isPlain(_ rule: Rule, _ address: IPAddress) -> Bool {
        rule.mark == nil && rule.source == nil && rule.transport == nil && rule.destinationPorts == nil
            && rule.destination.map { $0.contains(address) } ?? true
    }

    /// Who is at the other end of a link and takes packets for this address.
    private static func next(
        _ hop: IPAddress, over link: Link, from here: NamespaceName, _ network: NetworkState
    ) -> NamespaceName? {
        func has(_ namespace: NamespaceName) -> Bool {
            network.namespaces[namespace]?.addresses.contains { $0.prefix.address == hop } == true
        }
        guard case .veth(let peer) = link.kind else {
            return network.namespaces.keys.sorted().first { $0 != here && has($0) }
        }
        // A port of the bridge leads to all who are on it; any other link to the one at its end.
        if network.namespaces[peer.namespace]?.links[peer.name]?.master == nil { return peer.namespace }
        return network.namespaces.keys.sorted().first { $0 != here && has($0) }
    }
}
