import ClusterState
import KubernetesModel
import NetworkModel

extension ControllerSet {
    /// One pod on each node that should have one, renewed when the template changes (kubernetes pkg/controller/daemon).
    ///
    /// Revisions are told by the hash in the pods' labels, and kept to go back to.
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
        let surges = surge(of: spec, nodes: 1) > 0
        var running: [(node: String, pods: [Pod])] = []
        for node in cluster.list(Node.self) {
            let (shouldRun, mayStay) = DaemonPods.eligibility(of: set, on: node)
            var pods = byNode.removeValue(forKey: node.name) ?? []
            if shouldRun {
                if pods.isEmpty { pods = [try make(DaemonPods.pod(of: set, on: node.name, hash: hash), for: set)] }
                let kept = try prune(pods, hash, spec, surges: surges, for: set)
                status.desiredNumberScheduled += 1
                running.append((node.name, kept))
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

    private func isAvailable(_ pod: Pod, _ spec: DaemonSetSpec) -> Bool {
        pod.isReady && availability(of: pod, spec) <= now
    }

    /// On how many of the nodes a new pod may stand beside an old one.
    private func surge(of spec: DaemonSetSpec, nodes: Int) -> Int {
        guard spec.updateStrategy?.type == "RollingUpdate" else { return 0 }
        return spec.updateStrategy?.rollingUpdate?.maxSurge?.scaled(total: nodes, roundUp: true) ?? 0
    }

    private func renew(
        _ running: [(node: String, pods: [Pod])], _ hash: String, _ spec: DaemonSetSpec, _ set: DaemonSet
    ) throws(ClusterError) {
        guard spec.updateStrategy?.type == "RollingUpdate" else { return }
        let nodes = running.map { $0.pods.filter { $0.metadata.deletionTimestamp == nil } }
        let maxSurge = surge(of: spec, nodes: nodes.count)
        guard maxSurge == 0 else {
            let step = DaemonPods.surge(nodes, hash: hash, maxSurge: maxSurge) { isAvailable($0, spec) }
            try remove(step.outdated, for: set)
            for position in step.makeOn {
                _ = try make(DaemonPods.pod(of: set, on: running[position].node, hash: hash), for: set)
            }
            return
        }
        let limit = spec.updateStrategy?.rollingUpdate?.maxUnavailable?.scaled(total: nodes.count, roundUp: true) ?? 1
        let outdated = DaemonPods.outdated(nodes, hash: hash, maxUnavailable: max(1, limit)) { isAvailable($0, spec) }
        try remove(outdated, for: set)
    }

    private func make(_ pod: Pod, for set: DaemonSet) throws(ClusterError) -> Pod {
        var pod = pod
        pod.metadata.ownerReferences = [.controller(set)]
        let made = try cluster.create(pod)
        try record(set, "SuccessfulCreate", "Created pod: \(made.name)", component: "daemonset-controller")
        return made
    }

    /// Deletes pods that have ended, and those too many on one node; what stays comes first, the oldest first of all.
    private func prune(
        _ pods: [Pod], _ hash: String, _ spec: DaemonSetSpec, surges: Bool, for set: DaemonSet
    ) throws(ClusterError) -> [Pod] {
        let ended = pods.filter { ["Succeeded", "Failed"].contains($0.status?.phase ?? "") }
        let alive = pods.filter { !["Succeeded", "Failed"].contains($0.status?.phase ?? "") }
            .sorted { ($0.metadata.creationTimestamp?.seconds ?? 0) < ($1.metadata.creationTimestamp?.seconds ?? 0) }
        let running = alive.filter { $0.metadata.deletionTimestamp == nil }
        let surplus = DaemonPods.surplus(running, hash: hash, surges: surges, isReady: \.isReady) {
            isAvailable($0, spec)
        }
        try remove(ended + surplus, for: set)
        let gone = Set(surplus.map(\.name))
        return running.filter { !gone.contains($0.name) } + alive.filter { $0.metadata.deletionTimestamp != nil }
    }

    private func remove(_ pods: [Pod], for set: DaemonSet) throws(ClusterError) {
        for pod in pods where pod.metadata.deletionTimestamp == nil {
            try cluster.delete(Pod.self, pod.namespace, pod.name)
            try record(set, "SuccessfulDelete", "Deleted pod: \(pod.name)", component: "daemonset-controller")
        }
    }
}
