/// One pod per node (apps/v1 DaemonSet).
package struct DaemonSet: KubernetesObject {
    package static let resource = ResourceType(
        group: "apps", version: "v1", kind: "DaemonSet", plural: "daemonsets", isNamespaced: true)

    package var apiVersion: String?
    package var kind: String?
    package var metadata: ObjectMeta
    package var spec: DaemonSetSpec?
    package var status: DaemonSetStatus?

    package init(metadata: ObjectMeta, spec: DaemonSetSpec? = nil, status: DaemonSetStatus? = nil) {
        apiVersion = Self.resource.apiVersion
        kind = Self.resource.kind
        self.metadata = metadata
        self.spec = spec
        self.status = status
    }
}

/// What is wanted of a DaemonSet (apps/v1 DaemonSetSpec).
package struct DaemonSetSpec: Codable, Hashable, Sendable {
    package var selector: LabelSelector?
    package var template: PodTemplateSpec
    package var updateStrategy: DaemonSetUpdateStrategy?
    package var minReadySeconds: Int32?
    package var revisionHistoryLimit: Int32?

    package init(
        selector: LabelSelector? = nil, template: PodTemplateSpec, updateStrategy: DaemonSetUpdateStrategy? = nil,
        minReadySeconds: Int32? = nil, revisionHistoryLimit: Int32? = nil
    ) {
        self.selector = selector
        self.template = template
        self.updateStrategy = updateStrategy
        self.minReadySeconds = minReadySeconds
        self.revisionHistoryLimit = revisionHistoryLimit
    }
}

/// How pods of an old template are replaced (apps/v1 DaemonSetUpdateStrategy).
package struct DaemonSetUpdateStrategy: Codable, Hashable, Sendable {
    /// `RollingUpdate` (the default) or `OnDelete`.
    package var type: String?
    package var rollingUpdate: RollingUpdateDaemonSet?

    package init(type: String? = nil, rollingUpdate: RollingUpdateDaemonSet? = nil) {
        self.type = type
        self.rollingUpdate = rollingUpdate
    }
}

/// On how many nodes at once, as a count or a share of them (apps/v1 RollingUpdateDaemonSet).
package struct RollingUpdateDaemonSet: Codable, Hashable, Sendable {
    /// Nodes that may be without an available pod; default 1.
    package var maxUnavailable: IntOrString?
    /// Nodes that may have an old and a new pod; default 0.
    package var maxSurge: IntOrString?

    package init(maxUnavailable: IntOrString? = nil, maxSurge: IntOrString? = nil) {
        self.maxUnavailable = maxUnavailable
        self.maxSurge = maxSurge
    }
}

/// Where a DaemonSet stands (apps/v1 DaemonSetStatus).
package struct DaemonSetStatus: Codable, Hashable, Sendable {
    package var currentNumberScheduled: Int32
    package var numberMisscheduled: Int32
    package var desiredNumberScheduled: Int32
    package var numberReady: Int32
    package var observedGeneration: Int64?
    package var updatedNumberScheduled: Int32?
    package var numberAvailable: Int32?
    package var numberUnavailable: Int32?

    package init(
        currentNumberScheduled: Int32 = 0, numberMisscheduled: Int32 = 0, desiredNumberScheduled: Int32 = 0,
        numberReady: Int32 = 0, observedGeneration: Int64? = nil, updatedNumberScheduled: Int32? = nil,
        numberAvailable: Int32? = nil, numberUnavailable: Int32? = nil
    ) {
        self.currentNumberScheduled = currentNumberScheduled
        self.numberMisscheduled = numberMisscheduled
        self.desiredNumberScheduled = desiredNumberScheduled
        self.numberReady = numberReady
        self.observedGeneration = observedGeneration
        self.updatedNumberScheduled = updatedNumberScheduled
        self.numberAvailable = numberAvailable
        self.numberUnavailable = numberUnavailable
    }
}
