/// A scope for names (core/v1 Namespace).
package struct Namespace: KubernetesObject {
    package static let resource = ResourceType(
        group: "", version: "v1", kind: "Namespace", plural: "namespaces", isNamespaced: false)

    package var apiVersion: String?
    package var kind: String?
    package var metadata: ObjectMeta
    package var spec: NamespaceSpec?
    package var status: NamespaceStatus?

    package init(metadata: ObjectMeta, spec: NamespaceSpec? = nil, status: NamespaceStatus? = nil) {
        apiVersion = Self.resource.apiVersion
        kind = Self.resource.kind
        self.metadata = metadata
        self.spec = spec
        self.status = status
    }
}

/// What is wanted of a namespace (core/v1 NamespaceSpec).
package struct NamespaceSpec: Codable, Hashable, Sendable {
    package var finalizers: [String]?

    package init(finalizers: [String]? = nil) {
        self.finalizers = finalizers
    }
}

/// Where a namespace stands (core/v1 NamespaceStatus).
package struct NamespaceStatus: Codable, Hashable, Sendable {
    /// `Active` or `Terminating`.
    package var phase: String?

    package init(phase: String? = nil) {
        self.phase = phase
    }
}
