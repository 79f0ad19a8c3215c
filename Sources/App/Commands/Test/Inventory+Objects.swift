internal import Checks
internal import KubernetesModel
internal import LabFiles
internal import NetworkModel

extension Inventory {
    /// Who is in a lab, by its objects.
    init(
        lab: String, gateway: IPAddress, nodes: [KubernetesModel.Node], agents: [CiliumNode],
        pods: [KubernetesModel.Pod], services: [KubernetesModel.Service]
    ) {
        let agents = Dictionary(agents.map { ($0.name, $0) }) { first, _ in first }
        self.init(
            lab: lab, gateway: gateway,
            nodes: nodes.compactMap { Node($0, agent: agents[$0.name]) }, pods: pods.compactMap { Pod($0) },
            services: services.compactMap { Service($0) })
    }
}

extension Inventory.Node {
    /// nil for a node without an InternalIP.
    fileprivate init?(_ node: KubernetesModel.Node, agent: CiliumNode?) {
        let text = node.status?.addresses?.first { $0.type == "InternalIP" }?.address
        guard let address = text.flatMap({ IPAddress($0) }) else { return nil }
        let router = agent?.spec?.addresses?.first { $0.type == "CiliumInternalIP" }?.ip
        self.init(
            name: node.name, address: address,
            podCIDRs: (agent?.spec?.ipam?.podCIDRs ?? []).compactMap { IPPrefix($0) },
            router: router.flatMap { IPAddress($0) },
            isControlPlane: node.labels["node-role.kubernetes.io/control-plane"] != nil)
    }
}

extension Inventory.Pod {
    /// nil for a pod without a network of its own, and for one that has ended or is about to.
    fileprivate init?(_ pod: KubernetesModel.Pod) {
        guard pod.spec?.hostNetwork != true, let node = pod.spec?.nodeName,
            let address = pod.status?.podIP.flatMap({ IPAddress($0) }), pod.metadata.deletionTimestamp == nil,
            pod.status?.phase != "Succeeded", pod.status?.phase != "Failed"
        else { return nil }
        // A Deployment's ReplicaSet is called like it, with the template's hash behind a dash.
        let set = pod.controllerReference.flatMap { $0.kind == "ReplicaSet" ? $0.name : nil }
        let deployment = set?.lastIndex(of: "-").map { String(set?[..<$0] ?? "") }
        let ports = (pod.spec?.containers ?? []).flatMap { $0.ports ?? [] }.compactMap {
            ($0.protocol ?? "TCP") == "TCP" ? UInt16(exactly: $0.containerPort) : nil
        }
        self.init(
            namespace: pod.namespace, name: pod.name, node: node, address: address, labels: pod.labels,
            deployment: deployment, ports: ports)
    }
}

extension Inventory.Service {
    fileprivate init?(_ service: KubernetesModel.Service) {
        let ports = (service.spec?.ports ?? []).compactMap { port -> Port? in
            guard let number = UInt16(exactly: port.port) else { return nil }
            switch port.protocol ?? "TCP" {
            case "TCP": return Port(port: number, transport: .tcp)
            case "UDP": return Port(port: number, transport: .udp)
            default: return nil
            }
        }
        self.init(
            name: LabOptions.ServiceName(namespace: service.namespace, name: service.name),
            clusterIP: service.spec?.clusterIP.flatMap { IPAddress($0) }, ports: ports)
    }
}
