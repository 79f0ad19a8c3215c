/// Who may do something alone, for a time (coordination.k8s.io/v1 Lease): for clients that elect a leader, and as the
/// sign of life of a node.
package struct Lease: KubernetesObject {
    package static let resource = ResourceType(
        group: "coordination.k8s.io", version: "v1", kind: "Lease", plural: "leases", isNamespaced: true)

    package var apiVersion: String?
    package var kind: String?
    package var metadata: ObjectMeta
    /// holderIdentity, leaseDurationSeconds, renewTime with its microseconds, as they were written.
    package var spec: JSONValue?

    package init(metadata: ObjectMeta, spec: JSONValue? = nil) {
        apiVersion = Self.resource.apiVersion
        kind = Self.resource.kind
        self.metadata = metadata
        self.spec = spec
    }

    /// Where the leases of nodes are.
    package static let nodeNamespace = "kube-node-lease"

    /// A time as leases have it, with six digits behind the second.
    package static func microTime(_ time: Timestamp) -> String { time.description.dropLast() + ".000000Z" }
}
