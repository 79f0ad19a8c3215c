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

    /// Where its objects come from.
    package var origin: Origin = .stored

    package enum Origin: Hashable, Sendable {
        /// The cluster's store.
        case stored
        /// Nowhere: listed so that clients which ask for it get an answer; there are none, and none can be made.
        case empty
        /// Other objects, which they are made of whenever they are asked for: they can be read and watched.
        case derived
        /// A question that is answered and not kept.
        case review
        /// Counted when it is asked for.
        case metrics
    }

    /// The kinds served, in the order of ``KubernetesKinds/all`` (names as Kubernetes 1.25 and Cilium 1.12 have them).
    package static let all: [ServedResource] = stored + others

    private static let stored: [ServedResource] = KubernetesKinds.all.map { kind in
        let type = kind.resource
        let (short, categories) = words[type.kind] ?? ([], [])
        // `endpoints` is its own singular, as its kind is.
        let singular = type.kind.lowercased()
        return ServedResource(type: type, singular: singular, shortNames: short, categories: categories)
    }

    private static let others: [ServedResource] = [
        other("", "v1", "ReplicationController", "replicationcontrollers", ["rc"], ["all"], .empty),
        other("apps", "v1", "StatefulSet", "statefulsets", ["sts"], ["all"], .empty),
        // What `kubectl apply --prune` looks through.
        other("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", ["pvc"], [], .empty),
        other("", "v1", "PersistentVolume", "persistentvolumes", ["pv"], [], .empty),
        other("batch", "v1", "CronJob", "cronjobs", ["cj"], ["all"], .empty),
        other("networking.k8s.io", "v1", "Ingress", "ingresses", ["ing"], [], .empty),
        other("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", ["pdb"], [], .empty),
        other("cilium.io", "v2", "CiliumEndpoint", "ciliumendpoints", ["cep", "ciliumep"], ["cilium"], .derived),
        other("authorization.k8s.io", "v1", "SelfSubjectAccessReview", "selfsubjectaccessreviews", [], [], .review),
        other("authorization.k8s.io", "v1", "SelfSubjectRulesReview", "selfsubjectrulesreviews", [], [], .review),
        other("authorization.k8s.io", "v1", "SubjectAccessReview", "subjectaccessreviews", [], [], .review),
        other("authentication.k8s.io", "v1", "SelfSubjectReview", "selfsubjectreviews", [], [], .review),
        other("metrics.k8s.io", "v1beta1", "NodeMetrics", "nodes", [], [], .metrics),
        other("metrics.k8s.io", "v1beta1", "PodMetrics", "pods", [], [], .metrics),
    ]

    private static func other(
        _ group: String, _ version: String, _ kind: String, _ plural: String, _ short: [String],
        _ categories: [String], _ origin: Origin
    ) -> ServedResource {
        let isNamespaced = origin != .review && !["NodeMetrics", "PersistentVolume"].contains(kind)
        let type = ResourceType(group: group, version: version, kind: kind, plural: plural, isNamespaced: isNamespaced)
        return ServedResource(
            type: type, singular: origin == .metrics ? "" : kind.lowercased(), shortNames: short,
            categories: categories, origin: origin)
    }

    /// What can be done with it, as discovery says.
    package var verbs: [String] {
        switch origin {
        case .stored where type.kind == "Node":
            ["delete", "deletecollection", "get", "list", "patch", "update", "watch"]
        case .stored: ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]
        case .empty, .derived: ["get", "list", "watch"]
        case .review: ["create"]
        case .metrics: ["get", "list"]
        }
    }

    /// A part of an object with a URL of its own.
    package struct Subresource: Hashable, Sendable {
        package var name: String
        package var verbs: [String]
        /// The kind of what is sent and answered, where it is not the resource's own.
        package var kind: (group: String, version: String, kind: String)?

        init(_ name: String, _ verbs: [String], _ kind: (group: String, version: String, kind: String)? = nil) {
            self.name = name
            self.verbs = verbs
            self.kind = kind
        }

        package static func == (left: Self, right: Self) -> Bool { left.name == right.name }
        package func hash(into hasher: inout Hasher) { hasher.combine(name) }
    }

    package var subresources: [Subresource] {
        guard origin == .stored else { return [] }
        let change = ["get", "patch", "update"]
        let status = Subresource("status", change)
        let scale = Subresource("scale", change, ("autoscaling", "v1", "Scale"))
        switch type.kind {
        case "Pod":
            return [
                Subresource("attach", ["create", "get"], ("", "v1", "PodAttachOptions")),
                Subresource("binding", ["create"], ("", "v1", "Binding")),
                Subresource("eviction", ["create"], ("policy", "v1", "Eviction")),
                Subresource("exec", ["create", "get"], ("", "v1", "PodExecOptions")), Subresource("log", ["get"]),
                Subresource("portforward", ["create", "get"], ("", "v1", "PodPortForwardOptions")), status,
            ]
        case "Deployment", "ReplicaSet": return [scale, status]
        case "DaemonSet", "Job", "Namespace", "Node", "Service": return [status]
        default: return []
        }
    }

    private static let words: [String: ([String], [String])] = [
        "ConfigMap": (["cm"], []), "Endpoints": (["ep"], []), "Event": (["ev"], []), "Namespace": (["ns"], []),
        "Node": (["no"], []), "Pod": (["po"], ["all"]), "ServiceAccount": (["sa"], []), "Service": (["svc"], ["all"]),
        "DaemonSet": (["ds"], ["all"]), "Deployment": (["deploy"], ["all"]), "ReplicaSet": (["rs"], ["all"]),
        "Job": ([], ["all"]), "CiliumNode": (["cn", "ciliumn"], ["cilium"]),
    ]

    /// The resources that a word means: a plural, a singular, a short name, any of these with `.GROUP` behind, or a
    /// category. Empty for a word that means nothing.
    package static func named(_ word: String) -> [ServedResource] {
        let word = word.lowercased()
        let exact = stored.filter { resource in
            let names = [resource.type.plural, resource.singular] + resource.shortNames
            let group = resource.type.group
            return names.contains(word) || !group.isEmpty && names.contains { "\($0).\(group)" == word }
        }
        return exact.isEmpty ? stored.filter { $0.categories.contains(word) } : exact
    }

    /// `deployment.apps`, as `-o name` and lists of several kinds write it in front of a name.
    package var prefix: String { type.group.isEmpty ? singular : "\(singular).\(type.group)" }
}
