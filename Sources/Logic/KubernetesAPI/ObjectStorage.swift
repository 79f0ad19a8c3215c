package import ClusterState
package import KubernetesModel

/// The port of reading: the objects that there are.
package protocol ObjectSource: Sendable {
    /// Objects of a resource in the order of their keys, and the revision at which they were read.
    func list(_ resource: ServedResource, namespace: String?) -> (objects: [AnyKubernetesObject], revision: Int64)
    func get(_ resource: ServedResource, namespace: String, name: String) -> AnyKubernetesObject?
}

/// How an object is to be deleted.
package struct DeletionOptions: Hashable, Sendable {
    package var gracePeriodSeconds: Int64?
    /// `Background`, `Foreground` or `Orphan`.
    package var propagation: String?
    /// Only the object with this uid.
    package var uid: String?
    package var resourceVersion: String?
    package var isDryRun = false

    package init() {}
}

/// The port of writing. Every call is one step; what it answers is as it was stored.
package protocol ObjectStorage: ObjectSource {
    /// - Throws: why it is refused.
    func create(_ object: AnyKubernetesObject, isDryRun: Bool) throws(ClusterError) -> AnyKubernetesObject
    /// Replaces what is wanted of an object, or its status alone. A `resourceVersion` in it must be the stored one.
    ///
    /// - Throws: why it is refused.
    func update(
        _ object: AnyKubernetesObject, statusOnly: Bool, isDryRun: Bool
    ) throws(ClusterError) -> AnyKubernetesObject
    /// - Returns: the object as it stays for now; nil when it is gone.
    /// - Throws: why it is refused.
    func delete(
        _ resource: ServedResource, namespace: String, name: String, _ options: DeletionOptions
    ) throws(ClusterError) -> AnyKubernetesObject?
    /// Every write after a revision, in order.
    ///
    /// - Throws: `expired` when some of them are forgotten.
    func changes(after revision: Int64) throws(ClusterError) -> [ObjectChange]
    /// Puts a pod onto a node.
    func bind(namespace: String, pod: String, node: String) throws(ClusterError)
}
