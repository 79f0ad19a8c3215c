package import KubernetesModel

/// The keys of objects as the API server lays them out in etcd.
///
/// Nodes are `minions`, services and endpoints share `services/`, resources of a custom group have it in the path
/// (kubernetes pkg/registry; apiextensions).
package enum StoreKey {
    /// The prefix of every object.
    package static let root = "/registry/"

    /// The prefix of a kind's objects, ending in `/`.
    package static func prefix(of resource: ResourceType) -> String {
        switch resource.kind {
        case "Node": root + "minions/"
        case "Service": root + "services/specs/"
        case "Endpoints": root + "services/endpoints/"
        case "CiliumNode": root + "cilium.io/ciliumnodes/"
        default: root + resource.plural + "/"
        }
    }

    /// The key of one object; a cluster-scoped one has no namespace in it.
    package static func key(of resource: ResourceType, namespace: String, name: String) -> String {
        prefix(of: resource) + (resource.isNamespaced ? namespace + "/" : "") + name
    }
}
