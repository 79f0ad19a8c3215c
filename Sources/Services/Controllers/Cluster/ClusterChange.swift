package import ClusterState
package import KubernetesModel

/// One write as readers of a cluster see it.
package struct ClusterChange: Sendable {
    package enum Kind: String, Hashable, Sendable { case added = "ADDED", modified = "MODIFIED", deleted = "DELETED" }

    package var kind: Kind
    /// The object after the write; for a deletion its last state.
    package var object: any KubernetesObject
    /// The object before, when there was one.
    package var previous: (any KubernetesObject)?
    package var revision: Int64
    package var identity: ObjectIdentity

    init(kind: Kind, object: any KubernetesObject, previous: (any KubernetesObject)?, revision: Int64) {
        self.kind = kind
        self.object = object
        self.previous = previous
        self.revision = revision
        identity = ObjectIdentity(
            kind: type(of: object).resource.kind, key: ObjectKey(object.namespace, object.name))
    }
}
