/// A number of equal pods (apps/v1 ReplicaSet).
package struct ReplicaSet: KubernetesObject {
    package static let resource = ResourceType(
        group: "apps", version: "v1", kind: "ReplicaSet", plural: "replicasets", isNamespaced: true)

    package var apiVersion: String?
    package var kind: String?
    package var metadata: ObjectMeta
    package var spec: ReplicaSetSpec?
    package var status: ReplicaSetStatus?

    package init(metadata: ObjectMeta, spec: ReplicaSetSpec? = nil, status: ReplicaSetStatus? = nil) {
        apiVersion = Self.resource.apiVersion
        kind = Self.resource.kind
        self.metadata = metadata
        self.spec = spec
        self.status = status
    }
}

/// What is wanted of a ReplicaSet (apps/v1 ReplicaSetSpec).
package struct ReplicaSetSpec: Codable, Hashable, Sendable {
    package var replicas: Int32?
    package var minReadySeconds: Int32?
    package var selector: LabelSelector?
    package var template: PodTemplateSpec?

    package init(
        replicas: Int32? = nil, minReadySeconds: Int32? = nil, selector: LabelSelector? = nil,
        template: PodTemplateSpec? = nil
    ) {
        self.replicas = replicas
        self.minReadySeconds = minReadySeconds
        self.selector = selector
        self.template = template
    }
}

/// Where a ReplicaSet stands (apps/v1 ReplicaSetStatus).
package struct ReplicaSetStatus: Codable, Hashable, Sendable {
    package var replicas: Int32
    package var fullyLabeledReplicas: Int32?
    package var readyReplicas: Int32?
    package var availableReplicas: Int32?
    package var observedGeneration: Int64?
    package var conditions: [JSONValue]?

    package init(
        replicas: Int32 = 0, fullyLabeledReplicas: Int32? = nil, readyReplicas: Int32? = nil,
        availableReplicas: Int32? = nil, observedGeneration: Int64? = nil, conditions: [JSONValue]? = nil
    ) {
        self.replicas = replicas
        self.fullyLabeledReplicas = fullyLabeledReplicas
        self.readyReplicas = readyReplicas
        self.availableReplicas = availableReplicas
        self.observedGeneration = observedGeneration
        self.conditions = conditions
    }
}
