import ClusterState
package import KubernetesModel
import NetworkModel

extension ControllerSet {
    /// Binds pods one after the other, or says why no node takes them. The nodes are those of the beginning.
    func schedule(_ keys: [ObjectKey]) throws(ClusterError) {
        let nodes = cluster.list(Node.self)
        let names = nodes.map(\.name)
        // Changed in place for each pod: copying each node for each pod would cost more than choosing among them.
        var candidates = nodes.map { Scheduling.Candidate(node: $0, podCount: 0, siblingCount: 0) }
        for key in keys { try schedule(key, nodes, names, &candidates) }
    }

    private func schedule(
        _ key: ObjectKey, _ nodes: [Node], _ names: [String], _ candidates: inout [Scheduling.Candidate]
    ) throws(ClusterError) {
        guard let pod = cluster.get(Pod.self, key), (pod.spec?.nodeName ?? "").isEmpty,
            pod.metadata.deletionTimestamp == nil
        else { return }
        let owner = pod.controllerReference?.uid
        let (podCounts, siblings) = cluster.indexed { index in
            (names.map { index.podsByNode[$0]?.count ?? 0 }, owner.flatMap { index.siblingsByNode[$0] } ?? [:])
        }
        for position in names.indices {
            // Those that have ended count no more; they are looked for only where it matters.
            candidates[position].podCount =
                podCounts[position] < nodes[position].podLimit
                ? podCounts[position] : runningPods(on: names[position])
            candidates[position].siblingCount = siblings[names[position]] ?? 0
        }
        let hard = (pod.spec?.topologySpreadConstraints ?? []).filter { $0.whenUnsatisfiable == "DoNotSchedule" }
        let others =
            hard.isEmpty
            ? []
            : cluster.list(Pod.self, namespace: pod.namespace).compactMap { other in
                other.spec?.nodeName.map { (node: $0, labels: other.labels) }
            }
        let spread = hard.map { SpreadCount($0, pod: pod, nodes: nodes, others: others) }
        switch Scheduling.decide(pod, candidates: candidates, spread: spread, seed: seed) {
        case .bind(let node):
            unschedulable.remove(key)
            let bound = try cluster.modify(Pod.self, key.namespace, key.name) { pod in
                pod.spec?.nodeName = node
                pod.setCondition(PodCondition(type: "PodScheduled", status: "True"), now: now)
            }
            guard let bound else { return }
            let message = "Successfully assigned \(key) to \(node)"
            try record(bound, "Scheduled", message, component: "default-scheduler")
        case .unschedulable(let message):
            unschedulable.insert(key)
            let condition = PodCondition(
                type: "PodScheduled", status: "False", reason: "Unschedulable", message: message)
            let known = pod.status?.conditions?.first { $0.type == "PodScheduled" }
            guard known?.message != message else { return }
            try cluster.modify(Pod.self, key.namespace, key.name) { $0.setCondition(condition, now: now) }
            try record(pod, "FailedScheduling", message, component: "default-scheduler", warning: true)
        }
    }

    private func runningPods(on node: String) -> Int {
        cluster.indexed { $0.podsByNode[node] ?? [] }.count { key in
            let phase = cluster.get(Pod.self, key)?.status?.phase
            return phase != "Succeeded" && phase != "Failed"
        }
    }

    /// Gives a bound pod its address: its node's own on the host network, else one of the node's CIDR, once Cilium has
    /// one for the node.
    func addressPod(_ key: ObjectKey) throws(ClusterError) {
        guard let pod = cluster.get(Pod.self, key), let nodeName = pod.spec?.nodeName, !nodeName.isEmpty,
            (pod.status?.podIP ?? "").isEmpty
        else { return }
        // Nothing of it was ever started, so there is nobody who could say that it has ended.
        guard pod.metadata.deletionTimestamp == nil else {
            if pod.metadata.deletionGracePeriodSeconds == 0 { return }
            return try cluster.delete(Pod.self, key.namespace, key.name, gracePeriodSeconds: 0)
        }
        guard let node = cluster.get(Node.self, "", nodeName),
            let hostIP = node.status?.addresses?.first(where: { $0.type == "InternalIP" })?.address
        else { return }
        let address: String
        if pod.spec?.hostNetwork == true {
            address = hostIP
        } else {
            guard let cilium = cluster.get(CiliumNode.self, "", nodeName)?.spec,
                let cidr = cilium.ipam?.podCIDRs?.first.flatMap({ IPPrefix($0) })
            else { return }
            let pods = cluster.indexed { $0.podAddressesByNode[nodeName] ?? [] }
            let reserved = Set(
                ((cilium.addresses ?? []).map(\.ip) + [cilium.health?.ipv4].compactMap { $0 })
                    .compactMap { IPAddress($0) })
            let draw = seed.draw("pod-address", nodeName, key.namespace, key.name)
            do throws(AllocationError) {
                address = try PodAddressRange(cidr).allocate(draw: draw) {
                    pods.contains($0) || reserved.contains($0)
                }.description
            } catch {
                let message = "Failed to create pod sandbox: unable to allocate IP: \(error)"
                return try record(pod, "FailedCreatePodSandBox", message, component: "kubelet", warning: true)
            }
        }
        try cluster.modify(Pod.self, key.namespace, key.name) { pod in
            pod.status?.hostIP = hostIP
            pod.status?.podIP = address
            pod.status?.podIPs = [PodIP(ip: address)]
        }
    }
}

extension Pod {
    /// Whether the condition `Ready` is true.
    package var isReady: Bool { status?.conditions?.first { $0.type == "Ready" }?.status == "True" }

    /// Sets a condition; the time of transition moves only with the status.
    package mutating func setCondition(_ condition: PodCondition, now: Timestamp) {
        var condition = condition
        var conditions = status?.conditions ?? []
        if let index = conditions.firstIndex(where: { $0.type == condition.type }) {
            let same = conditions[index].status == condition.status
            condition.lastTransitionTime = same ? conditions[index].lastTransitionTime : now
            conditions[index] = condition
        } else {
            condition.lastTransitionTime = now
            conditions.append(condition)
        }
        var changed = status ?? PodStatus()
        changed.conditions = conditions
        status = changed
    }
}
