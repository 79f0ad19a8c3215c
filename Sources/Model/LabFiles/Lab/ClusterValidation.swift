import KubernetesModel
import NetworkModel

/// What the API server would refuse of the manifests because of the cluster or of each other.
struct ClusterValidation {
    let lab: Lab
    let optionsTree: YAMLValue?

    var problems: [Problem] { namespaceProblems + pinProblems + addressProblems }

    /// Namespaces every kind cluster starts with.
    static let initialNamespaces = ["default", "kube-node-lease", "kube-public", "kube-system", "local-path-storage"]

    private var namespaceProblems: [Problem] {
        let declared = lab.manifests.compactMap { ($0.object.object as? Namespace)?.name }
        let known = Set(Self.initialNamespaces + declared)
        return lab.manifests.compactMap { manifest in
            let namespace = manifest.object.object.namespace
            guard !namespace.isEmpty, !known.contains(namespace) else { return nil }
            return Problem(
                at: manifest.place, field: "metadata.namespace", "namespaces \"\(namespace)\" not found",
                expected: "a Namespace of that name in the manifests")
        }
    }

    /// A pin for a Service that the manifests do not make may be meant for one made later by hand: a warning.
    private var pinProblems: [Problem] {
        let services = lab.manifests.compactMap { $0.object.object as? Service }.map(\.pinName)
        let known = Set(services)
        // Against very many Services every name of very many would be compared; nobody needs that many hints.
        let words = services.prefix(200).map(\.description)
        return (optionsTree?["services"]?.entries ?? []).prefix(1000).compactMap { entry in
            guard let pinned = LabOptions.ServiceName(text: entry.key), !known.contains(pinned) else { return nil }
            let near = Spelling.nearest(to: "\(pinned)", among: words)
            return Problem(
                at: entry.keyPlace, field: "services.\(entry.key)",
                "the manifests have no Service \(pinned)" + (near.map { "; did you mean \($0)?" } ?? ""),
                severity: .warning)
        }
    }

    private var addressProblems: [Problem] {
        let subnet = lab.kind.networking.serviceSubnet
        var owners = [subnet.address(at: 1): "default/kubernetes"]
        for (service, address) in lab.options.serviceIPs { owners[address] = service.description }
        var problems: [Problem] = []
        for manifest in lab.manifests {
            guard let service = manifest.object.object as? Service,
                let address = service.spec?.clusterIP.flatMap({ IPAddress($0) })
            else { continue }
            let name = service.pinName.description
            let prefix = "Invalid value: []string{\"\(address)\"}: failed to allocate IP \(address): "
            func report(_ message: String, _ expected: String) {
                problems.append(
                    Problem(at: manifest.place, field: "spec.clusterIPs", prefix + message, expected: expected))
            }
            if !subnet.contains(address) {
                report(
                    "the provided IP (\(address)) is not in the valid range. The range of valid IPs is \(subnet)",
                    "an address of \(subnet)")
            } else if let owner = owners[address], owner != name {
                report("provided IP is already allocated", "another address than that of \(owner)")
            }
            owners[address] = name
        }
        return problems
    }
}

extension Service {
    fileprivate var pinName: LabOptions.ServiceName {
        LabOptions.ServiceName(namespace: namespace.isEmpty ? "default" : namespace, name: name)
    }
}
