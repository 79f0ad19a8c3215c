package import KubernetesModel

/// How many pods a topology spread constraint counts in each domain.
package struct SpreadCount: Hashable, Sendable {
    package var topologyKey: String
    package var maxSkew: Int32
    /// Matching pods by the domain's label value; domains without pods are there with 0.
    package var counts: [String: Int]

    package init(topologyKey: String, maxSkew: Int32, counts: [String: Int]) {
        self.topologyKey = topologyKey
        self.maxSkew = maxSkew
        self.counts = counts
    }

    /// The counts for a constraint over the nodes a pod's selectors allow.
    package init(
        _ constraint: TopologySpreadConstraint, pod: Pod, nodes: [Node],
        others: [(node: String, labels: [String: String])]
    ) {
        var domains: [String: String] = [:]
        var counts: [String: Int] = [:]
        for node in nodes where NodeAffinity.matches(pod, node) {
            guard let domain = node.labels[constraint.topologyKey] else { continue }
            domains[node.name] = domain
            counts[domain, default: 0] += 0
        }
        for other in others {
            guard let domain = domains[other.node], constraint.labelSelector?.matches(other.labels) == true else {
                continue
            }
            counts[domain, default: 0] += 1
        }
        self.init(topologyKey: constraint.topologyKey, maxSkew: constraint.maxSkew, counts: counts)
    }

    /// The skew after one more pod in a domain: its count less the smallest.
    func skew(placingIn domain: String) -> Int { counts[domain, default: 0] + 1 - (counts.values.min() ?? 0) }
}
