package import NetworkModel

extension Diagram {
    /// A lab's network: the bridge above, the nodes below it, their pods below these; a line a cable.
    ///
    /// - Parameters:
    ///   - lab: with which the names of its namespaces begin.
    ///   - marks: what is wrong, by the namespace's name without the lab's; these are drawn in red.
    package init(_ network: NetworkState, lab: String, marks: [String: [String]] = [:]) {
        self.init(title: lab)
        func short(_ name: NamespaceName) -> String {
            name.rawValue.hasPrefix(lab + ".") ? String(name.rawValue.dropFirst(lab.count + 1)) : name.rawValue
        }
        let names = network.namespaces.keys.sorted()
        let ids = Dictionary(names.enumerated().map { ($1, "n\($0)") }) { first, _ in first }
        // A node has an uplink to a bridge's port; a pod's peer is no port.
        func isPort(_ end: LinkEnd) -> Bool { network.namespaces[end.namespace]?.links[end.name]?.master != nil }
        func uplink(_ name: NamespaceName) -> LinkEnd? {
            for link in (network.namespaces[name]?.links ?? [:]).values.sorted(by: { $0.name < $1.name }) {
                if case .veth(let peer) = link.kind, peer.namespace != name, link.name == .eth0 { return peer }
            }
            return nil
        }
        let bridges = names.filter { name in
            network.namespaces[name]?.links.values.contains { $0.kind == .bridge } == true
        }
        let nodes = names.filter { uplink($0).map(isPort) == true }
        var depth: [NamespaceName: Int] = [:]
        for name in names {
            let place: (column: Int, row: Int)
            if bridges.contains(name) {
                place = (max(0, nodes.count - 1) / 2, 0)
            } else if let column = nodes.firstIndex(of: name) {
                place = (column, 1)
            } else if let node = uplink(name)?.namespace, let column = nodes.firstIndex(of: node) {
                depth[node, default: 1] += 1
                place = (column, depth[node] ?? 2)
            } else {
                place = (nodes.count, depth.values.max() ?? 1)
            }
            let wrong = marks[short(name)] ?? []
            boxes.append(
                Box(
                    id: ids[name] ?? "n", lines: [short(name)] + Self.lines(network.namespaces[name]) + wrong,
                    column: place.column, row: place.row, isFaulty: !wrong.isEmpty))
        }
        for name in names {
            guard let peer = uplink(name), let from = ids[peer.namespace], let to = ids[name],
                let link = network.namespaces[name]?.links[.eth0]
            else { continue }
            let far = network.namespaces[peer.namespace]?.links[peer.name]
            let isBroken = !link.isUp || far?.isUp == false || far?.isIsolated == true
            var words = [peer.name.rawValue]
            if !link.isUp || far?.isUp == false { words.append("down") }
            if far?.isIsolated == true { words.append("isolated") }
            edges.append(
                Edge(from: from, to: to, label: words.joined(separator: " "), isFaulty: isBroken, isUndirected: true))
        }
    }

    /// The addresses, and the routes to other nodes' pods.
    private static func lines(_ state: NamespaceState?) -> [String] {
        guard let state else { return [] }
        let addresses = state.addresses.filter { $0.link != .loopback && $0.prefix.family == .ipv4 }.sorted()
        let routes = state.routes.values.filter { $0.table == .main && $0.gateway != nil && $0.destination.length > 0 }
        return addresses.map { "\($0.link) \($0.prefix.hostOrPrefix)" }
            + routes.sorted { $0.key < $1.key }.map { "\($0)" }
    }
}
