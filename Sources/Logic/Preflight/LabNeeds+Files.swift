internal import KubernetesModel
package import LabFiles

extension LabNeeds {
    /// What a lab needs by its files: its pods are those the manifests ask for.
    package init(_ files: Lab) {
        let nodes = files.kind.nodes.count
        let objects = files.manifests.map(\.object.object)
        var pods = 0
        var containers = 0
        for object in objects {
            guard let (template, count) = Self.pods(of: object, nodes: nodes) else { continue }
            if template.hostNetwork != true { pods += count }
            containers += count * (template.containers.count + (template.initContainers?.count ?? 0))
        }
        let ports = objects.compactMap { ($0 as? Service)?.spec }.filter { $0.clusterIP != "None" }
            .map { $0.ports?.count ?? 0 }
        self.init(
            lab: files.name, nodes: nodes, pods: pods, containers: containers,
            // The Service default/kubernetes is in every cluster.
            servicePorts: 1 + ports.reduce(0, +), features: Self.features(files),
            subnet: files.options.underlay.subnet)
    }

    /// nil for what makes no pods.
    private static func pods(of object: any KubernetesObject, nodes: Int) -> (PodSpec, Int)? {
        switch object {
        case let pod as Pod: pod.spec.map { ($0, 1) }
        case let deployment as Deployment:
            deployment.spec.flatMap { spec in spec.template.spec.map { ($0, Int(spec.replicas ?? 1)) } }
        case let set as ReplicaSet:
            set.spec.flatMap { spec in spec.template?.spec.map { ($0, Int(spec.replicas ?? 1)) } }
        case let set as DaemonSet: set.spec.flatMap { spec in spec.template.spec.map { ($0, nodes) } }
        default: nil
        }
    }

    private static func features(_ files: Lab) -> Set<KernelFeature> {
        guard let cilium = files.cilium else { return [] }
        // Both forms, BPF's and iptables', are nftables rules here. Delivery by endpoint routes takes routes only.
        var features: Set<KernelFeature> = cilium.enableIPv4Masquerade ? [.nftTable, .nftMasquerade] : []
        let proxy = files.options.proxy
        if proxy.sourceIP == .preserve {
            features.insert(.transparentSocket)
            switch proxy.returnPath {
            case .nftables: features.formUnion([.nftTable, .nftSocket])
            case .portRange: features.insert(.portRule)
            }
        }
        return features
    }
}
