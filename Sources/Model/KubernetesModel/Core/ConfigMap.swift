/// Settings as text (core/v1 ConfigMap).
package struct ConfigMap: KubernetesObject {
    package static let resource = ResourceType(
        group: "", version: "v1", kind: "ConfigMap", plural: "configmaps", isNamespaced: true)

    package var apiVersion: String?
    package var kind: String?
    package var metadata: ObjectMeta
    package var data: [String: String]?
    /// Base64 text, as on the wire.
    package var binaryData: [String: String]?
    package var immutable: Bool?

    package init(
        metadata: ObjectMeta, data: [String: String]? = nil, binaryData: [String: String]? = nil,
        immutable: Bool? = nil
    ) {
        apiVersion = Self.resource.apiVersion
        kind = Self.resource.kind
        self.metadata = metadata
        self.data = data
        self.binaryData = binaryData
        self.immutable = immutable
    }
}

/// Settings not to be shown (core/v1 Secret); nothing encrypts them here.
package struct Secret: KubernetesObject {
    package static let resource = ResourceType(
        group: "", version: "v1", kind: "Secret", plural: "secrets", isNamespaced: true)

    package var apiVersion: String?
    package var kind: String?
    package var metadata: ObjectMeta
    /// Base64 text, as on the wire.
    package var data: [String: String]?
    package var stringData: [String: String]?
    package var type: String?
    package var immutable: Bool?

    package init(
        metadata: ObjectMeta, data: [String: String]? = nil, stringData: [String: String]? = nil,
        type: String? = nil, immutable: Bool? = nil
    ) {
        apiVersion = Self.resource.apiVersion
        kind = Self.resource.kind
        self.metadata = metadata
        self.data = data
        self.stringData = stringData
        self.type = type
        self.immutable = immutable
    }
}

/// An identity for pods (core/v1 ServiceAccount).
package struct ServiceAccount: KubernetesObject {
    package static let resource = ResourceType(
        group: "", version: "v1", kind: "ServiceAccount", plural: "serviceaccounts", isNamespaced: true)

    package var apiVersion: String?
    package var kind: String?
    package var metadata: ObjectMeta
    package var secrets: [ObjectReference]?
    package var imagePullSecrets: [JSONValue]?
    package var automountServiceAccountToken: Bool?

    package init(
        metadata: ObjectMeta, secrets: [ObjectReference]? = nil, imagePullSecrets: [JSONValue]? = nil,
        automountServiceAccountToken: Bool? = nil
    ) {
        apiVersion = Self.resource.apiVersion
        kind = Self.resource.kind
        self.metadata = metadata
        self.secrets = secrets
        self.imagePullSecrets = imagePullSecrets
        self.automountServiceAccountToken = automountServiceAccountToken
    }
}
