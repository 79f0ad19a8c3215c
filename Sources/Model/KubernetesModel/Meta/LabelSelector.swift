/// Chooses objects by their labels (meta/v1 LabelSelector). An empty selector matches everything.
package struct LabelSelector: Codable, Hashable, Sendable {
    package var matchLabels: [String: String]?
    package var matchExpressions: [LabelSelectorRequirement]?

    package init(matchLabels: [String: String]? = nil, matchExpressions: [LabelSelectorRequirement]? = nil) {
        self.matchLabels = matchLabels
        self.matchExpressions = matchExpressions
    }

    /// Whether nothing is asked for.
    package var isEmpty: Bool { (matchLabels ?? [:]).isEmpty && (matchExpressions ?? []).isEmpty }

    /// Whether every requirement holds for these labels.
    package func matches(_ labels: [String: String]) -> Bool {
        for (key, value) in matchLabels ?? [:] where labels[key] != value { return false }
        return (matchExpressions ?? []).allSatisfy { $0.matches(labels) }
    }
}

/// One requirement on a label (meta/v1 LabelSelectorRequirement, core/v1 NodeSelectorRequirement).
package struct LabelSelectorRequirement: Codable, Hashable, Sendable {
    package var key: String
    /// `In`, `NotIn`, `Exists`, `DoesNotExist`; node affinity also knows `Gt` and `Lt`.
    package var `operator`: String
    package var values: [String]?

    package init(key: String, operator: String, values: [String]? = nil) {
        self.key = key
        self.operator = `operator`
        self.values = values
    }

    /// Whether it holds. `NotIn` holds for a label that is absent; an unknown operator never holds.
    package func matches(_ labels: [String: String]) -> Bool {
        let value = labels[key]
        switch self.operator {
        case "In": return value.map { (values ?? []).contains($0) } ?? false
        case "NotIn": return value.map { !(values ?? []).contains($0) } ?? true
        case "Exists": return value != nil
        case "DoesNotExist": return value == nil
        case "Gt", "Lt":
            guard let number = value.flatMap({ Int64($0) }), let bound = values?.first.flatMap({ Int64($0) }) else {
                return false
            }
            return self.operator == "Gt" ? number > bound : number < bound
        default: return false
        }
    }
}
