package import NetworkModel

/// From a cluster to the links, addresses, routes, rules and nftables rules that stand for it.
///
/// Pure: the same cluster gives the same state, whatever the order its nodes and pods come in.
package struct Datapath: Sendable {
    /// What every namespace of the lab shall hold.
    package private(set) var state: NetworkState
    /// What the agents would have logged as warnings, sorted.
    package private(set) var warnings: [DatapathWarning]

    /// Compiles a cluster.
    ///
    /// A pod whose node is unknown or has no router address yet is left out: its time comes when the node has one.
    package init(_ cluster: ClusterNetwork) {
        state = NetworkState()
        warnings = []
        guard let fabric = DatapathNames.fabric(cluster.lab) else { return }
        // Once, by name: where two nodes claim one CIDR the last one wins, and with Cilium that is a race.
        var cluster = cluster
        cluster.nodes.sort { $0.name < $1.name }
        let ports = DatapathNames.bridgePorts(cluster.nodes, lab: cluster.lab, seed: cluster.seed)
        state.namespaces[fabric] = Fabric.state(cluster, ports: ports)
        let podsByNode = Dictionary(grouping: cluster.pods, by: \.node)
        for node in cluster.nodes {
            guard let name = DatapathNames.node(cluster.lab, node.name), let port = ports[node.name] else { continue }
            let pods = podsByNode[node.name] ?? []
            let compiled = NodeDatapath(node, of: cluster, uplink: LinkEnd(namespace: fabric, name: port), pods: pods)
            state.namespaces[name] = compiled.state
            warnings += compiled.warnings
            guard let cni = cluster.cni, let router = node.router else { continue }
            for pod in pods {
                guard let (podName, podState) = PodDatapath.namespace(pod, router: router, on: name, of: cluster, cni)
                else { continue }
                state.namespaces[podName] = podState
            }
        }
        warnings.sort()
    }

    /// The main routing table of a node without a lab: what `ip route` would show there. nil for an unknown node.
    package func routes(ofNode node: String, lab: String) -> [Route]? {
        DatapathNames.node(lab, node).flatMap { state.namespaces[$0] }?.routes.values
            .filter { $0.table == .main }.sorted { $0.key < $1.key }
    }
}

/// A line an agent would have logged at warning level.
package struct DatapathWarning: Hashable, Sendable, Comparable, CustomStringConvertible {
    package var node: String
    package var message: String

    package init(node: String, message: String) {
        self.node = node
        self.message = message
    }

    package var description: String { "\(node): \(message)" }

    package static func < (left: Self, right: Self) -> Bool {
        (left.node, left.message) < (right.node, right.message)
    }
}
