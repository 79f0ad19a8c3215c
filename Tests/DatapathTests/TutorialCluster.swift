import Datapath
import NetworkModel
import Testing

/// The tutorial's cluster at its own addresses, and short ways to read what became of it.
enum Tutorial {
    static let lab = "three-node"
    static let controlPlane = "kind-control-plane"
    static let worker = "kind-worker"
    static let worker2 = "kind-worker2"

    /// The values the tutorial gives Helm.
    static let values = CiliumDatapath(
        autoDirectNodeRoutes: true, nativeRoutingCIDR: IPPrefix("10.0.0.0/8"), masquerade: .bpf)

    static func cluster(_ cni: CiliumDatapath? = values) throws -> ClusterNetwork {
        var cluster = ClusterNetwork(
            lab: lab, instance: "i1", seed: Seed(1),
            underlay: Underlay(subnet: try prefix("172.18.0.0/16"), gateway: try address("172.18.0.1")),
            serviceCIDR: try prefix("10.96.0.0/16"),
            nodes: [
                try node(controlPlane, "172.18.0.4", "10.0.1.0/24", router: "10.0.1.72"),
                try node(worker, "172.18.0.2", "10.0.0.0/24", router: "10.0.0.201"),
                try node(worker2, "172.18.0.3", "10.0.2.0/24", router: "10.0.2.13"),
            ],
            pods: [
                try pod("a", on: worker, "10.0.0.42"), try pod("b", on: worker, "10.0.0.7"),
                try pod("c", on: worker2, "10.0.2.99"),
            ],
            cni: cni, servesClusterIPs: true)
        if cni == nil {
            cluster.pods = []
            cluster.servesClusterIPs = false
            for index in cluster.nodes.indices {
                (cluster.nodes[index].podCIDRs, cluster.nodes[index].router) = ([], nil)
            }
        }
        return cluster
    }

    static func node(_ name: String, _ ip: String, _ cidrs: String..., router: String?) throws -> NodeNetwork {
        NodeNetwork(
            name: name, address: try address(ip), podCIDRs: try cidrs.map(prefix), router: try router.map(address))
    }

    static func pod(_ name: String, on node: String, _ ip: String) throws -> PodNetwork {
        PodNetwork(namespace: "default", name: name, uid: "uid-\(name)", node: node, address: try address(ip))
    }

    static func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }
    static func prefix(_ text: String) throws -> IPPrefix { try #require(IPPrefix(text)) }
    static func link(_ text: String) throws -> LinkName { try #require(LinkName(rawValue: text)) }
}

extension ClusterNetwork {
    /// Changes one node by name.
    mutating func change(_ name: String, _ body: (inout NodeNetwork) throws -> Void) throws {
        let index = try #require(nodes.firstIndex { $0.name == name })
        try body(&nodes[index])
    }
}

extension Datapath {
    func node(_ name: String) throws -> NamespaceState {
        try namespace("\(Tutorial.lab).\(name)")
    }

    func pod(_ name: String) throws -> NamespaceState {
        try namespace("\(Tutorial.lab).default_\(name)")
    }

    func namespace(_ name: String) throws -> NamespaceState {
        let key = try #require(NamespaceName(rawValue: name))
        return try #require(state.namespaces[key], "no namespace \(name)")
    }

    /// What `ip route` prints in a node.
    func mainTable(_ node: String) throws -> String { try self.node(node).table(.main) }
}

extension NamespaceState {
    /// What `ip route show table T` prints: the desired routes and, in main, the connected ones the kernel adds.
    func table(_ table: RouteTable) -> String {
        var shown = routes.values.filter { $0.table == table }
        if table == .main {
            for address in addresses where !address.prefix.isHost {
                shown.append(
                    Route(
                        address.prefix, dev: address.link, src: address.prefix.address, scope: .link,
                        protocol: .kernel))
            }
        }
        return shown.sorted { $0.destination < $1.destination }.map(\.description).joined(separator: "\n")
    }
}
