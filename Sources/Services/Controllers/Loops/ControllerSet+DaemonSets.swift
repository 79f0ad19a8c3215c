import ClusterState
import KubernetesModel
import NetworkModel

extension ControllerSet {
    /// One pod on each node that should have one, renewed when the template changes (kubernetes pkg/controller/daemon).
    ///
    /// Revisions are told by the hash in the pods' labels, and kept to go back to. `maxSurge` is taken as 0.
    func reconcileDaemonSet(_ key: ObjectKey) throws(ClusterError) {
        guard let set = cluster.get(DaemonSet.self, key), let spec = set.spec,
            set.metadata.deletionTimestamp == nil
        else { return }
        let hash = PodTemplateHash.hash(of: spec.template, collisionCount: nil)
        try keepRevision(of: set, spec, hash)
        var byNode: [String: [Pod]] = [:]
        for pod in try claimPods(of: set, spec.selector) {
            byNode[DaemonPods.node(of: pod) ?? "", default: []].append(pod)
        }
        var status = DaemonSetStatus(observedGeneration: set.metadata.generation)
        var running: [[Pod]] = []
        for node in cluster.list(Node.self) {
            let (shouldRun, mayStay) = DaemonPods.eligibility(of: set, on: node)
            var pods = byNode.removeValue(forKey: node.name) ?? []
            if shouldRun {
                if pods.isEmpty { pods = [try make(DaemonPods.pod(of: set, on: node.name, hash: hash), for: set)] }
                let kept = try prune(pods, for: set)
                status.desiredNumberScheduled += 1
                running.append(kept)
                count(kept, hash, key, spec, &status)
            } else {
                status.numberMisscheduled += pods.isEmpty ? 0 : 1
                if !mayStay { try remove(pods, for: set) }
            }
        }
        // Pods of nodes that are gone, and pods meant for no node.
        for pods in byNode.values { try remove(pods, for: set) }
        try renew(running, hash, spec, set)
        try forgetRevisions(of: set, spec, hash)
        status.numberUnavailable = max(0, status.desiredNumberScheduled - (status.numberAvailable ?? 0))
        try cluster.modify(DaemonSet.self, key.namespace, key.name) { $0.status = status }
    }

    private func count(
        _ pods: [Pod], _ hash: String, _ key: ObjectKey, _ spec: DaemonSetSpec, _ status: inout DaemonSetStatus
    ) {
        guard let pod = pods.first else { return }
        status.currentNumberScheduled += 1
        if pod.isReady { status.numberReady += 1 }
        if pod.labels[DaemonPods.revisionLabel] == hash {
            status.updatedNumberScheduled = (status.updatedNumberScheduled ?? 0) + 1
        }
        guard pod.isReady else { return }
        let due = availability(of: pod, spec)
        if due <= now {
            status.numberAvailable = (status.numberAvailable ?? 0) + 1
        } else {
            wake(.daemonSet, key, at: due)
        }
    }

    /// When a ready pod has been ready for long enough.
    private func availability(of pod: Pod, _ spec: DaemonSetSpec) -> Timestamp {
        let since = pod.status?.conditions?.first { $0.type == "Ready" }?.lastTransitionTime ?? now
        return since.advanced(by: Int64(spec.minReadySeconds ?? 0))
    }

    private func renew(
        _ running: [[Pod]], _ hash: String, _ spec: DaemonSetSpec, _ set: DaemonSet
    ) throws(ClusterError) {
        guard spec.updateStrategy?["type"]?.text != "OnDelete" else { return }
        let limit: IntOrString
        switch spec.updateStrategy?["rollingUpdate"]?["maxUnavailable"] {
        case .integer(let number): limit = .int(Int32(clamping: number))
        case .string(let text): limit = .string(text)
        default: limit = 1
        }
        let outdated = DaemonPods.outdated(
            running.map { $0.filter { $0.metadata.deletionTimestamp == nil } }, hash: hash,
            maxUnavailable: limit.scaled(total: running.count, roundUp: true) ?? 1
        ) { $0.isReady && availability(of: $0, spec) <= now }
        try remove(outdated, for: set)
    }

    private func make(_ pod: Pod, for set: DaemonSet) throws(ClusterError) -> Pod {
        var pod = pod
        pod.metadata.ownerReferences = [.controller(set)]
        let made = try cluster.create(pod)
        try record(set, "SuccessfulCreate", "Created pod: \(made.name)", component: "daemonset-controller")
        return made
    }

    /// Deletes pods that have ended, and all but the oldest of those on one node.
    private func prune(_ pods: [Pod], for set: DaemonSet) throws(ClusterError) -> [Pod] {
        let ended = pods.filter { ["Succeeded", "Failed"].contains($0.status?.phase ?? "") }
        let alive = pods.filter { !["Succeeded", "Failed"].contains($0.status?.phase ?? "") }
            .sorted { ($0.metadata.creationTimestamp?.seconds ?? 0) < ($1.metadata.creationTimestamp?.seconds ?? 0) }
        let staying = alive.filter { $0.metadata.deletionTimestamp == nil }
        try remove(ended + staying.dropFirst(), for: set)
        return Array(staying.prefix(1)) + alive.filter { $0.metadata.deletionTimestamp != nil }
    }

    private func remove(_ pods: [Pod], for set: DaemonSet) throws(ClusterError) {
        for pod in pods where pod.metadata.deletionTimestamp == nil {
            try cluster.delete(Pod.self, pod.namespace, pod.name)
            try record(set, "SuccessfulDelete", "Deleted pod: \(pod.name)", component: "daemonset-controller")
        }
    }
}
