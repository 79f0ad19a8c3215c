package import KubernetesModel
package import NetworkModel

/// Chooses a node for a pod, as kube-scheduler's default plugins would where they matter to a lab.
///
/// Filters: NodeUnschedulable, TaintToleration, NodeAffinity with nodeSelector, the number of pods that a node takes, and
/// topology spread constraints that must hold. Scores: the default spreading of a workload over host names first, then
/// the least pods on the node, then the seed. Other resources, inter-pod affinity and host ports are not looked at.
package enum Scheduling {
    /// A node with what the scores need to know of it.
    package struct Candidate: Sendable {
        package var node: Node
        /// Pods on it that have not ended.
        package var podCount: Int
        /// Pods on it of the same workload as the pod to place.
        package var siblingCount: Int

        package init(node: Node, podCount: Int, siblingCount: Int) {
            self.node = node
            self.podCount = podCount
            self.siblingCount = siblingCount
        }
    }

    /// What came of it.
    package enum Decision: Hashable, Sendable {
        case bind(node: String)
        /// Kubernetes' text of the event FailedScheduling and of the condition's message.
        case unschedulable(message: String)
    }

    /// The decision for one pod. Candidates may come in any order.
    package static func decide(
        _ pod: Pod, candidates: [Candidate], spread: [SpreadCount] = [], seed: Seed
    ) -> Decision {
        guard !candidates.isEmpty else { return .unschedulable(message: "no nodes available to schedule pods") }
        var reasons: [FilterFailure: Int] = [:]
        var lowest = (Int.max, Int.max)
        var best: [Int] = []
        for index in candidates.indices {
            // The scores are the cheaper question.
            let score = (candidates[index].siblingCount, candidates[index].podCount)
            if score > lowest { continue }
            if let failure = failure(
                of: pod, on: candidates[index].node, podCount: candidates[index].podCount, spread: spread)
            {
                reasons[failure, default: 0] += 1
                continue
            }
            if score < lowest {
                lowest = score
                best.removeAll(keepingCapacity: true)
            }
            best.append(index)
        }
        // A draw stands for kube-scheduler's choice among equals; drawing by name makes it the same in any order.
        let chosen = best.map { index in
            let name = candidates[index].node.name
            return (seed.draw("schedule", pod.namespace, pod.name, name), name)
        }.min { $0 < $1 }
        if let chosen { return .bind(node: chosen.1) }
        return .unschedulable(message: message(for: reasons, total: candidates.count))
    }

    /// Why a pod cannot go to a node: the first filter that says no.
    ///
    /// - Parameter podCount: the pods on it, which leave it no room when there are as many as it takes.
    package static func failure(
        of pod: Pod, on node: Node, podCount: Int = 0, spread: [SpreadCount] = []
    ) -> FilterFailure? {
        let tolerations = pod.spec?.tolerations ?? []
        if node.spec?.unschedulable == true,
            !tolerations.contains(where: {
                $0.tolerates(Taint(key: "node.kubernetes.io/unschedulable", effect: "NoSchedule"))
            })
        {
            return .cordoned
        }
        for taint in node.spec?.taints ?? [] where taint.effect != "PreferNoSchedule" {
            if !tolerations.contains(where: { $0.tolerates(taint) }) {
                return .taint(key: taint.key, value: taint.value ?? "")
            }
        }
        if !NodeAffinity.matches(pod, node) { return .affinity }
        if podCount >= node.podLimit { return .tooManyPods }
        for constraint in spread {
            guard let domain = node.labels[constraint.topologyKey] else { return .spreadLabelMissing }
            if constraint.skew(placingIn: domain) > Int(constraint.maxSkew) { return .spread }
        }
        return nil
    }

    /// Kubernetes' sentence for the reasons, which ends in two full stops after the part on preemption.
    static func message(for reasons: [FilterFailure: Int], total: Int) -> String {
        let head = "0/\(total) nodes are available: "
        let texts = reasons.map { "\($0.value) \($0.key)" }.sorted()
        let resolvable = reasons.filter { $0.key.isResolvable }.reduce(0) { $0 + $1.value }
        var preemption: [String] = []
        if resolvable > 0 { preemption.append("\(resolvable) No preemption victims found for incoming pod") }
        if total > resolvable {
            preemption.append("\(total - resolvable) Preemption is not helpful for scheduling")
        }
        return head + texts.joined(separator: ", ") + ". preemption: " + head
            + preemption.sorted().joined(separator: ", ") + ".."
    }
}

/// The filter that kept a pod off a node, with the text kube-scheduler counts.
package enum FilterFailure: Hashable, Sendable, CustomStringConvertible {
    case cordoned
    case taint(key: String, value: String)
    case affinity
    case tooManyPods
    case spread
    case spreadLabelMissing

    package var description: String {
        switch self {
        case .cordoned: "node(s) were unschedulable"
        case .taint(let key, let value): "node(s) had untolerated taint {\(key): \(value)}"
        case .affinity: "node(s) didn't match Pod's node affinity/selector"
        case .tooManyPods: "Too many pods"
        case .spread: "node(s) didn't match pod topology spread constraints"
        case .spreadLabelMissing: "node(s) didn't match pod topology spread constraints (missing required label)"
        }
    }

    /// Whether evicting other pods could help.
    var isResolvable: Bool { self == .spread || self == .tooManyPods }
}

extension Node {
    /// How many pods it takes (kubelet's `--max-pods`, by default 110).
    package var podLimit: Int { status?.allocatable?["pods"].flatMap { Int($0.text) } ?? .max }
}
