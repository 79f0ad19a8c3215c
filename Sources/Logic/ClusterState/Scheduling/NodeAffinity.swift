package import KubernetesModel

/// `nodeSelector` and the required terms of node affinity (component-helpers scheduling/corev1/nodeaffinity).
package enum NodeAffinity {
    /// Whether a pod may run on a node as far as the node's labels and name go.
    package static func matches(_ pod: Pod, _ node: Node) -> Bool {
        let labels = node.labels
        for (key, value) in pod.spec?.nodeSelector ?? [:] where labels[key] != value { return false }
        let required = pod.spec?.affinity?["nodeAffinity"]?["requiredDuringSchedulingIgnoredDuringExecution"]
        guard let terms = required?["nodeSelectorTerms"]?.elements else { return true }
        return terms.contains { term in
            let expressions = requirements(term["matchExpressions"])
            let fields = requirements(term["matchFields"])
            // An empty term matches nothing.
            guard !expressions.isEmpty || !fields.isEmpty else { return false }
            return expressions.allSatisfy { $0.matches(labels) }
                && fields.allSatisfy { $0.matches(["metadata.name": node.name]) }
        }
    }

    private static func requirements(_ value: JSONValue?) -> [LabelSelectorRequirement] {
        (value?.elements ?? []).map { element in
            LabelSelectorRequirement(
                key: element["key"]?.text ?? "", operator: element["operator"]?.text ?? "",
                values: element["values"]?.elements.compactMap(\.text))
        }
    }
}
