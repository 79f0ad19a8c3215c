package import KubernetesModel

extension Toleration {
    /// Whether it bears a taint (core/v1 ToleratesTaint).
    package func tolerates(_ taint: Taint) -> Bool {
        if let effect, !effect.isEmpty, effect != taint.effect { return false }
        if let key, !key.isEmpty, key != taint.key { return false }
        switch self.operator ?? "" {
        case "", "Equal": return (key ?? "").isEmpty ? false : (value ?? "") == (taint.value ?? "")
        case "Exists": return true
        default: return false
        }
    }
}

extension Pod {
    /// For how long the pod may stay on a node with these taints: nil is for ever, 0 is not at all.
    ///
    /// Each NoExecute taint must be tolerated; the shortest `tolerationSeconds` counts (node lifecycle's taint
    /// manager).
    package func toleranceSeconds(of taints: [Taint]) -> Int64? {
        var shortest: Int64?
        for taint in taints where taint.effect == "NoExecute" {
            let matching = (spec?.tolerations ?? []).filter { $0.tolerates(taint) }
            if matching.isEmpty { return 0 }
            for seconds in matching.compactMap(\.tolerationSeconds) {
                shortest = min(shortest ?? .max, max(0, seconds))
            }
        }
        return shortest
    }
}
