/// How a kind is addressed by the API and in the store.
package struct ResourceType: Hashable, Sendable {
    /// Empty for the core group.
    package var group: String
    package var version: String
    package var kind: String
    /// Lower case, as in URLs and store keys.
    package var plural: String
    package var isNamespaced: Bool

    package init(group: String, version: String, kind: String, plural: String, isNamespaced: Bool) {
        self.group = group
        self.version = version
        self.kind = kind
        self.plural = plural
        self.isNamespaced = isNamespaced
    }

    /// `v1` for the core group, else `GROUP/VERSION`.
    package var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

    /// `deployments.apps`, as messages of the API server name a resource; the core group adds nothing.
    package var qualifiedPlural: String { group.isEmpty ? plural : "\(plural).\(group)" }
}

/// An object of the Kubernetes API in its wire form.
///
/// `apiVersion` and `kind` are optional because items of a list may omit them; what the store hands out has them.
package protocol KubernetesObject: Codable, Hashable, Sendable {
    static var resource: ResourceType { get }
    var apiVersion: String? { get set }
    var kind: String? { get set }
    var metadata: ObjectMeta { get set }
}

extension KubernetesObject {
    /// `metadata.name`, empty while only `generateName` is given.
    package var name: String { metadata.name ?? "" }
    /// `metadata.namespace`, empty for cluster-scoped objects and manifests that leave it out.
    package var namespace: String { metadata.namespace ?? "" }
    package var uid: String { metadata.uid ?? "" }
    package var labels: [String: String] { metadata.labels ?? [:] }
    package var annotations: [String: String] { metadata.annotations ?? [:] }

    /// The owner that manages this object, if any.
    package var controllerReference: OwnerReference? { metadata.ownerReferences?.first { $0.controller == true } }
}
