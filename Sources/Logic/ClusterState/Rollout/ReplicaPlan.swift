package import KubernetesModel

/// Which pods a ReplicaSet gives up first (kubernetes controller_utils.go ActivePodsWithRanks).
package enum ReplicaPlan {
    /// The pods to delete: unassigned before assigned, pending before running, not ready before ready, those whose
    /// node has more of the set, the younger ones; then by name, where Kubernetes would leave it open.
    package static func deletions(_ pods: [Pod], count: Int) -> [Pod] {
        guard count > 0 else { return [] }
        var perNode: [String: Int] = [:]
        for pod in pods { perNode[pod.spec?.nodeName ?? "", default: 0] += 1 }
        func rank(_ pod: Pod) -> [Int64] {
            let phases: [String: Int64] = ["Pending": 0, "Unknown": 1, "Running": 2]
            let ready = pod.status?.conditions?.first { $0.type == "Ready" && $0.status == "True" }
            return [
                (pod.spec?.nodeName ?? "").isEmpty ? 0 : 1, phases[pod.status?.phase ?? ""] ?? 0, ready == nil ? 0 : 1,
                -Int64(perNode[pod.spec?.nodeName ?? ""] ?? 0), -(ready?.lastTransitionTime?.seconds ?? 0),
                -Int64(pod.status?.containerStatuses?.map(\.restartCount).max() ?? 0),
                -(pod.metadata.creationTimestamp?.seconds ?? 0),
            ]
        }
        let ranked = pods.map { (rank($0), $0) }.sorted { left, right in
            left.0 == right.0 ? left.1.name > right.1.name : left.0.lexicographicallyPrecedes(right.0)
        }
        return ranked.prefix(count).map(\.1)
    }
}
