import ClusterState
package import KubernetesModel
import NetworkModel

extension ControllerSet {
    /// Binds one pod, or says why no node takes it.
    func schedule(_ key: ObjectKey) throws(ClusterError) {
        guard let pod = cluster.get(Pod.self, key), (pod.spec?.nodeName ?? "").isEmpty,
            pod.metadata.deletionTimestamp == nil
        else { return }
        let nodes = cluster.list(Node.self)
        let owner = pod.controllerReference?.uid
        let candidates = nodes.map { node in
            cluster.indexed { index in
                Scheduling.Candidate(
                    node: node, podCount: index.podsByNode[node.name]?.count ?? 0,
                    siblingCount: owner.flatMap { index.siblingsByNode[$0]?[node.name] } ?? 0)
            }
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

    /// Gives a bound pod its address: its node's own on the host network, else one of the node's CIDR, once Cilium has
    /// one for the node.
    func addressPod(_ key: ObjectKey) throws(ClusterError) {
        guard let pod = cluster.get(Pod.self, key), let nodeName = pod.spec?.nodeName, !nodeName.isEmpty,
            (pod.status?.podIP ?? "").isEmpty, pod.metadata.deletionTimestamp == nil,
            let node = cluster.get(Node.self, "", nodeName),
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
