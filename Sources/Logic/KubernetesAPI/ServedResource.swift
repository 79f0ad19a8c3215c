package import KubernetesModel

/// A kind as clients call it: what discovery says of it besides its ``ResourceType``.
package struct ServedResource: Hashable, Sendable {
    package var type: ResourceType
    /// `pod`
    package var singular: String
    /// `po`
    package var shortNames: [String]
    /// Words for several kinds at once, such as `all`.
    package var categories: [String]

    /// The kinds served, in the order of ``KubernetesKinds/all`` (names as Kubernetes 1.25 and Cilium 1.12 have them).
    package static let all: [ServedResource] = KubernetesKinds.all.map { kind in
        let type = kind.resource
        let (short, categories) = words[type.kind] ?? ([], [])
        // `endpoints` is its own singular, as its kind is.
        let singular = type.kind.lowercased()
        return ServedResource(type: type, singular: singular, shortNames: short, categories: categories)
    }

    private static let words: [String: ([String], [String])] = [
        "ConfigMap": (["cm"], []), "Endpoints": (["ep"], []), "Event": (["ev"], []), "Namespace": (["ns"], []),
        "Node": (["no"], []), "Pod": (["po"], ["all"]), "ServiceAccount": (["sa"], []), "Service": (["svc"], ["all"]),
        "DaemonSet": (["ds"], ["all"]), "Deployment": (["deploy"], ["all"]), "ReplicaSet": (["rs"], ["all"]),
        "CiliumNode": (["cn", "ciliumn"], ["cilium"]),
    ]

    /// The resources that a word means: a plural, a singular, a short name, any of these with `.GROUP` behind, or a
    /// category. Empty for a word that means nothing.
    package static func named(_ word: String) -> [ServedResource] {
        let word = word.lowercased()
        let exact = all.filter { resource in
            let names = [resource.type.plural, resource.singular] + resource.shortNames
            let group = resource.type.group
            return names.contains(word) || !group.isEmpty && names.contains { "\($0).\(group)" == word }
        }
        return exact.isEmpty ? all.filter { $0.categories.contains(word) } : exact
    }

    /// `deployment.apps`, as `-o name` and lists of several kinds write it in front of a name.
    package var prefix: String { type.group.isEmpty ? singular : "\(singular).\(type.group)" }
}
