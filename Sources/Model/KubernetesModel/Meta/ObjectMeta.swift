/// Metadata every object carries (meta/v1 ObjectMeta).
package struct ObjectMeta: Codable, Hashable, Sendable {
    package var name: String?
    /// The name's beginning, from which the API server makes a name with five random characters.
    package var generateName: String?
    package var namespace: String?
    package var uid: String?
    /// The store's revision at the object's last write, in decimal; opaque to clients.
    package var resourceVersion: String?
    /// Counts changes of the desired state; status writes leave it alone.
    package var generation: Int64?
    package var creationTimestamp: Timestamp?
    /// Set once deletion was asked for; the object goes when its finalizers, or the node's agent, are done.
    package var deletionTimestamp: Timestamp?
    package var deletionGracePeriodSeconds: Int64?
    package var labels: [String: String]?
    package var annotations: [String: String]?
    package var ownerReferences: [OwnerReference]?
    package var finalizers: [String]?
    package var managedFields: [ManagedFieldsEntry]?

    package init(
        name: String? = nil, generateName: String? = nil, namespace: String? = nil, uid: String? = nil,
        resourceVersion: String? = nil, generation: Int64? = nil, creationTimestamp: Timestamp? = nil,
        deletionTimestamp: Timestamp? = nil, deletionGracePeriodSeconds: Int64? = nil,
        labels: [String: String]? = nil, annotations: [String: String]? = nil,
        ownerReferences: [OwnerReference]? = nil, finalizers: [String]? = nil,
        managedFields: [ManagedFieldsEntry]? = nil
    ) {
        self.name = name
        self.generateName = generateName
        self.namespace = namespace
        self.uid = uid
        self.resourceVersion = resourceVersion
        self.generation = generation
        self.creationTimestamp = creationTimestamp
        self.deletionTimestamp = deletionTimestamp
        self.deletionGracePeriodSeconds = deletionGracePeriodSeconds
        self.labels = labels
        self.annotations = annotations
        self.ownerReferences = ownerReferences
        self.finalizers = finalizers
        self.managedFields = managedFields
    }
}

/// Points from a dependent to the object that owns it (meta/v1 OwnerReference).
package struct OwnerReference: Codable, Hashable, Sendable {
    package var apiVersion: String
    package var kind: String
    package var name: String
    package var uid: String
    /// At most one owner is the managing controller.
    package var controller: Bool?
    package var blockOwnerDeletion: Bool?

    package init(
        apiVersion: String, kind: String, name: String, uid: String, controller: Bool? = nil,
        blockOwnerDeletion: Bool? = nil
    ) {
        self.apiVersion = apiVersion
        self.kind = kind
        self.name = name
        self.uid = uid
        self.controller = controller
        self.blockOwnerDeletion = blockOwnerDeletion
    }
}
