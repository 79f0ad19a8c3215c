import KubernetesModel
import NetworkModel

/// How many pods the manifests ask for.
enum PodCountValidation {
    /// Each pod is a namespace and processes of this machine. Kubernetes has no such limit; it would leave the pods
    /// Pending that its nodes cannot take.
    static let mostPods = 2000
    /// kubelet's `--max-pods`.
    static let mostPodsOfNode = 110

    /// The error for the manifest with which they become too many for any lab.
    static func problem(_ count: Int, _ value: YAMLValue, _ field: String) -> Problem {
        let replicas = value["spec"]?["replicas"]
        return Problem(
            at: (replicas ?? value).place, field: replicas == nil ? field : SchemaWalk.join(field, "spec.replicas"),
            "\(count) pods are more than a lab on one machine takes", expected: "at most \(mostPods) in all manifests")
    }

    /// A warning when the nodes cannot take them all: as on a real cluster, the rest stays Pending.
    static func advice(_ lab: Lab) -> [Problem] {
        guard let cilium = lab.cilium else { return [] }
        let count = lab.manifests.reduce(0) { $0 + pods(of: $1) }
        let workers = lab.kind.nodes.count { $0.role == .worker }
        let nodes = lab.kind.nodes.count == 1 ? 1 : workers
        let mask =
            cilium.ipamMode == .clusterPool ? cilium.clusterPoolIPv4MaskSize : AddressSpaceValidation.nodeMaskSize
        // The network's and the broadcast address, the router's and the health endpoint's are not for pods.
        let room = nodes * max(0, min(mostPodsOfNode, (1 << (32 - mask)) - 4))
        guard count > room, let largest = lab.manifests.max(by: { pods(of: $0) < pods(of: $1) }) else {
            return []
        }
        return [
            Problem(
                at: largest.place, field: "spec.replicas",
                "\(count) pods are asked for, and the \(nodes) nodes that take pods have room for \(room) "
                    + "(\(mostPodsOfNode) a node, one address each of a /\(mask)); the rest stays Pending",
                severity: .warning)
        ]
    }

    /// How many pods one manifest asks for.
    static func pods(of manifest: Manifest) -> Int {
        switch manifest.object.object {
        case let deployment as Deployment: Int(deployment.spec?.replicas ?? 1)
        case let set as ReplicaSet: Int(set.spec?.replicas ?? 1)
        case is Pod: 1
        default: 0
        }
    }
}
