package import NetworkModel

/// `ip route get`, answered from a desired state: the main table's longest match.
///
/// Only what auto-direct-node-routes asks of it: the device and the gateway towards another node. Rules are not walked,
/// because no rule of a node concerns the underlay.
package struct RouteLookup: Sendable {
    private let routes: [Route]

    package init(_ state: NamespaceState) {
        var routes = state.routes.values.filter { $0.table == .main }
        for address in state.addresses where !address.prefix.isHost {
            routes.append(Route(address.prefix, dev: address.link, scope: .link, protocol: .kernel))
        }
        self.routes = routes.sorted {
            ($1.destination.length, $0.metric, $0.destination) < ($0.destination.length, $1.metric, $1.destination)
        }
    }

    /// The route a packet to this address would take; nil when there is none.
    package func route(to address: IPAddress) -> Route? {
        routes.first { $0.destination.contains(address) }
    }
}
