/// Pods that run to an end (batch/v1 Job).
package struct Job: KubernetesObject, ObjectWithStatus {
    package static let resource = ResourceType(
        group: "batch", version: "v1", kind: "Job", plural: "jobs", isNamespaced: true)

    package var apiVersion: String?
    package var kind: String?
    package var metadata: ObjectMeta
    package var spec: JobSpec?
    package var status: JobStatus?

    package init(metadata: ObjectMeta, spec: JobSpec? = nil, status: JobStatus? = nil) {
        apiVersion = Self.resource.apiVersion
        kind = Self.resource.kind
        self.metadata = metadata
        self.spec = spec
        self.status = status
    }

    /// Whether it is over, one way or the other.
    package var isFinished: Bool {
        (status?.conditions ?? []).contains { ["Complete", "Failed"].contains($0.type) && $0.status == "True" }
    }
}

/// What is wanted of a job (batch/v1 JobSpec).
package struct JobSpec: Codable, Hashable, Sendable {
    /// How many pods at once; default 1.
    package var parallelism: Int32?
    /// How many must succeed; nil: any one, when `parallelism` was given alone.
    package var completions: Int32?
    package var activeDeadlineSeconds: Int64?
    /// Failures that are borne; default 6.
    package var backoffLimit: Int32?
    /// Made by the API server from the job's uid.
    package var selector: LabelSelector?
    package var manualSelector: Bool?
    package var template: PodTemplateSpec
    package var ttlSecondsAfterFinished: Int32?
    /// `NonIndexed` (the default), or `Indexed`: each number below `completions` must succeed once.
    package var completionMode: String?
    package var suspend: Bool?

    package init(template: PodTemplateSpec) { self.template = template }
}

/// Where a job stands (batch/v1 JobStatus).
package struct JobStatus: Codable, Hashable, Sendable {
    package var conditions: [JobCondition]?
    package var startTime: Timestamp?
    package var completionTime: Timestamp?
    package var active: Int32?
    package var succeeded: Int32?
    package var failed: Int32?
    /// Of an indexed job: those that succeeded, such as `1,3-5,7`.
    package var completedIndexes: String?
    package var ready: Int32?

    package init() {}
}

/// `Complete`, `Failed` or `Suspended` (batch/v1 JobCondition).
package struct JobCondition: Codable, Hashable, Sendable {
    package var type: String
    package var status: String
    package var lastProbeTime: Timestamp?
    package var lastTransitionTime: Timestamp?
    package var reason: String?
    package var message: String?

    package init(
        type: String, status: String, lastProbeTime: Timestamp? = nil, lastTransitionTime: Timestamp? = nil,
        reason: String? = nil, message: String? = nil
    ) {
        self.type = type
        self.status = status
        self.lastProbeTime = lastProbeTime
        self.lastTransitionTime = lastTransitionTime
        self.reason = reason
        self.message = message
    }
}
