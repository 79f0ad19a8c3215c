internal import Datapath
package import LabFiles
package import NetworkModel

/// One end of a probe: a place that was found.
package struct Spot: Hashable, Sendable {
    /// As reports call it: `kind-worker`, `pod/hello-app-646c68546-xdh5w`, `service/hello-app`.
    package var name: String
    /// nil for a Service and for a bare address: nothing can start there.
    package var namespace: NamespaceName?
    package var address: IPAddress
    /// The node it is, or stands on.
    package var node: String?
    /// The ports of a Service.
    package var ports: [Inventory.Service.Port]

    package init(
        name: String, namespace: NamespaceName?, address: IPAddress, node: String? = nil,
        ports: [Inventory.Service.Port] = []
    ) {
        self.name = name
        self.namespace = namespace
        self.address = address
        self.node = node
        self.ports = ports
    }
}

extension Inventory {
    /// The spots that a place means, in the order of their names; none when there is nobody.
    package func spots(_ place: Place) -> [Spot] {
        switch place {
        case .host:
            [Spot(name: "host", namespace: DatapathNames.fabric(lab), address: gateway)]
        case .nodes: nodes.map(spot)
        case .controlPlanes: nodes.filter(\.isControlPlane).map(spot)
        case .workers: nodes.filter { !$0.isControlPlane }.map(spot)
        case .node(let name): nodes.filter { $0.name == name }.map(spot)
        case .pods: pods.map(spot)
        case .pod(let name):
            pods.filter { $0.namespace == name.namespace && $0.name == name.name }.map(spot)
        case .deployment(let name):
            pods.filter { $0.namespace == name.namespace && $0.deployment == name.name }.map(spot)
        case .labelled(let key, let value): pods.filter { $0.labels[key] == value }.map(spot)
        case .service(let name):
            services.filter { $0.name == name }.compactMap { service in
                service.clusterIP.map {
                    Spot(name: "service/\(name.short)", namespace: nil, address: $0, ports: service.ports)
                }
            }
        case .address(let address): [Spot(name: "\(address)", namespace: nil, address: address)]
        }
    }

    private func spot(_ node: Node) -> Spot {
        Spot(
            name: node.name, namespace: DatapathNames.node(lab, node.name), address: node.address, node: node.name)
    }

    private func spot(_ pod: Pod) -> Spot {
        Spot(
            name: "pod/" + (pod.namespace == "default" ? pod.name : "\(pod.namespace)/\(pod.name)"),
            namespace: DatapathNames.pod(lab, namespace: pod.namespace, name: pod.name), address: pod.address,
            node: pod.node)
    }

    /// Who has an address, as reports call it; nil for nobody.
    package func owner(of address: IPAddress) -> String? {
        if address == gateway { return "host" }
        if let node = nodes.first(where: { $0.address == address || $0.router == address }) { return node.name }
        return spots(.pods).first { $0.address == address }?.name
    }

    /// Every namespace of the lab that has a spot, for looking at all of it.
    package var namespaces: [NamespaceName] {
        (spots(.host) + spots(.nodes) + spots(.pods)).compactMap(\.namespace)
    }

    /// What reports call a namespace.
    package func name(of namespace: NamespaceName) -> String {
        (spots(.host) + spots(.nodes) + spots(.pods)).first { $0.namespace == namespace }?.name ?? "\(namespace)"
    }
}
