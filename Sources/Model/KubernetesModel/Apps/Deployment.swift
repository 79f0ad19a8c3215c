/// A number of equal pods, replaced in steps when the template changes (apps/v1 Deployment).
package struct Deployment: KubernetesObject {
    package static let resource = ResourceType(
        group: "apps", version: "v1", kind: "Deployment", plural: "deployments", isNamespaced: true)

    package var apiVersion: String?
    package var kind: String?
    package var metadata: ObjectMeta
    package var spec: DeploymentSpec?
    package var status: DeploymentStatus?

    package init(metadata: ObjectMeta, spec: DeploymentSpec? = nil, status: DeploymentStatus? = nil) {
        apiVersion = Self.resource.apiVersion
        kind = Self.resource.kind
        self.metadata = metadata
        self.spec = spec
        self.status = status
    }
}

/// What is wanted of a deployment (apps/v1 DeploymentSpec).
package struct DeploymentSpec: Codable, Hashable, Sendable {
    /// Default 1.
    package var replicas: Int32?
    package var selector: LabelSelector?
    package var template: PodTemplateSpec
    package var strategy: DeploymentStrategy?
    /// How long a pod must have been ready to count as available; default 0.
    package var minReadySeconds: Int32?
    /// Default 10.
    package var revisionHistoryLimit: Int32?
    package var paused: Bool?
    /// Default 600.
    package var progressDeadlineSeconds: Int32?

    package init(
        replicas: Int32? = nil, selector: LabelSelector? = nil, template: PodTemplateSpec,
        strategy: DeploymentStrategy? = nil, minReadySeconds: Int32? = nil, revisionHistoryLimit: Int32? = nil,
        paused: Bool? = nil, progressDeadlineSeconds: Int32? = nil
    ) {
        self.replicas = replicas
        self.selector = selector
        self.template = template
        self.strategy = strategy
        self.minReadySeconds = minReadySeconds
        self.revisionHistoryLimit = revisionHistoryLimit
        self.paused = paused
        self.progressDeadlineSeconds = progressDeadlineSeconds
    }
}

/// How pods are replaced (apps/v1 DeploymentStrategy).
package struct DeploymentStrategy: Codable, Hashable, Sendable {
    /// `RollingUpdate` or `Recreate`.
    package var type: String?
    package var rollingUpdate: RollingUpdateDeployment?

    package init(type: String? = nil, rollingUpdate: RollingUpdateDeployment? = nil) {
        self.type = type
        self.rollingUpdate = rollingUpdate
    }
}

/// How far a rolling update may stray from the wanted number (apps/v1 RollingUpdateDeployment).
package struct RollingUpdateDeployment: Codable, Hashable, Sendable {
    /// A number or a percentage, rounded down; default 25%.
    package var maxUnavailable: IntOrString?
    /// A number or a percentage, rounded up; default 25%.
    package var maxSurge: IntOrString?

    package init(maxUnavailable: IntOrString? = nil, maxSurge: IntOrString? = nil) {
        self.maxUnavailable = maxUnavailable
        self.maxSurge = maxSurge
    }
}

/// Where a deployment stands (apps/v1 DeploymentStatus).
package struct DeploymentStatus: Codable, Hashable, Sendable {
    package var observedGeneration: Int64?
    package var replicas: Int32?
    package var updatedReplicas: Int32?
    package var readyReplicas: Int32?
    package var availableReplicas: Int32?
    package var unavailableReplicas: Int32?
    package var conditions: [DeploymentCondition]?
    /// How often the template's hash had to be varied because a ReplicaSet of that name existed.
    package var collisionCount: Int32?

    package init(
        observedGeneration: Int64? = nil, replicas: Int32? = nil, updatedReplicas: Int32? = nil,
        readyReplicas: Int32? = nil, availableReplicas: Int32? = nil, unavailableReplicas: Int32? = nil,
        conditions: [DeploymentCondition]? = nil, collisionCount: Int32? = nil
    ) {
        self.observedGeneration = observedGeneration
        self.replicas = replicas
        self.updatedReplicas = updatedReplicas
        self.readyReplicas = readyReplicas
        self.availableReplicas = availableReplicas
        self.unavailableReplicas = unavailableReplicas
        self.conditions = conditions
        self.collisionCount = collisionCount
    }
}

/// `Available`, `Progressing` or `ReplicaFailure` (apps/v1 DeploymentCondition).
package struct DeploymentCondition: Codable, Hashable, Sendable {
    package var type: String
    package var status: String
    package var lastUpdateTime: Timestamp?
    package var lastTransitionTime: Timestamp?
    package var reason: String?
    package var message: String?

    package init(
        type: String, status: String, lastUpdateTime: Timestamp? = nil, lastTransitionTime: Timestamp? = nil,
        reason: String? = nil, message: String? = nil
    ) {
        self.type = type
        self.status = status
        self.lastUpdateTime = lastUpdateTime
        self.lastTransitionTime = lastTransitionTime
        self.reason = reason
        self.message = message
    }
}
