/// Containers that share one network namespace (core/v1 Pod).
package struct Pod: KubernetesObject {
    package static let resource = ResourceType(
        group: "", version: "v1", kind: "Pod", plural: "pods", isNamespaced: true)

    package var apiVersion: String?
    package var kind: String?
    package var metadata: ObjectMeta
    package var spec: PodSpec?
    package var status: PodStatus?

    package init(metadata: ObjectMeta, spec: PodSpec? = nil, status: PodStatus? = nil) {
        apiVersion = Self.resource.apiVersion
        kind = Self.resource.kind
        self.metadata = metadata
        self.spec = spec
        self.status = status
    }
}

/// The mould pods are made from (core/v1 PodTemplateSpec).
package struct PodTemplateSpec: Codable, Hashable, Sendable {
    package var metadata: ObjectMeta?
    package var spec: PodSpec?

    package init(metadata: ObjectMeta? = nil, spec: PodSpec? = nil) {
        self.metadata = metadata
        self.spec = spec
    }
}
