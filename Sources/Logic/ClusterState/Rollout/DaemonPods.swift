package import KubernetesModel

/// Which nodes a DaemonSet's pods belong on, and which of its pods are due (kubernetes pkg/controller/daemon).
package enum DaemonPods {
    /// The label with the hash of the template a pod was made from.
    package static let revisionLabel = "controller-revision-hash"

    /// What every pod of a DaemonSet bears besides its own tolerations (daemon/util AddOrUpdateDaemonPodTolerations).
    static func tolerations(hostNetwork: Bool) -> [Toleration] {
        var taints = [
            ("not-ready", "NoExecute"), ("unreachable", "NoExecute"), ("disk-pressure", "NoSchedule"),
            ("memory-pressure", "NoSchedule"), ("pid-pressure", "NoSchedule"), ("unschedulable", "NoSchedule"),
        ]
        if hostNetwork { taints.append(("network-unavailable", "NoSchedule")) }
        return taints.map { name, effect in
            Toleration(key: "node.kubernetes.io/\(name)", operator: "Exists", effect: effect)
        }
    }

    /// The pod for a node, tied to it by affinity to its name so that the scheduler binds it.
    ///
    /// - Parameter hash: that of the template, see ``PodTemplateHash``.
    package static func pod(of set: DaemonSet, on node: String, hash: String) -> Pod {
        var pod = unbound(set)
        let term = JSONValue.object([
            "matchFields": .array([
                .object([
                    "key": .string("metadata.name"), "operator": .string("In"), "values": .array([.string(node)]),
                ])
            ])
        ])
        var affinity = members(pod.spec?.affinity)
        var nodeAffinity = members(affinity["nodeAffinity"])
        nodeAffinity["requiredDuringSchedulingIgnoredDuringExecution"] = .object(["nodeSelectorTerms": .array([term])])
        affinity["nodeAffinity"] = .object(nodeAffinity)
        pod.spec?.affinity = .object(affinity)
        pod.metadata.labels = pod.labels.merging([revisionLabel: hash]) { $1 }
        return pod
    }

    /// The node a pod is on or meant for.
    package static func node(of pod: Pod) -> String? {
        if let name = pod.spec?.nodeName, !name.isEmpty { return name }
        let required = pod.spec?.affinity?["nodeAffinity"]?["requiredDuringSchedulingIgnoredDuringExecution"]
        let fields = required?["nodeSelectorTerms"]?.elements.first?["matchFields"]?.elements
        return fields?.first { $0["key"]?.text == "metadata.name" }?["values"]?.elements.first?.text
    }

    /// Whether a pod should be made for a node, and whether one that is there may stay: a NoSchedule taint that came
    /// later drives nobody away (nodeShouldRunDaemonPod).
    package static func eligibility(of set: DaemonSet, on node: Node) -> (shouldRun: Bool, mayStay: Bool) {
        let pod = unbound(set)
        if let name = set.spec?.template.spec?.nodeName, !name.isEmpty, name != node.name { return (false, false) }
        switch Scheduling.failure(of: pod, on: node) {
        case nil: return (true, true)
        case .taint, .cordoned:
            return (false, NodeAffinity.matches(pod, node) && pod.toleranceSeconds(of: node.spec?.taints ?? []) != 0)
        default: return (false, false)
        }
    }

    /// Pods of an old template to delete now, so that no more than `maxUnavailable` nodes go without an available pod;
    /// those that are not available anyway go at once (rollingUpdate without a surge).
    ///
    /// - Parameter nodes: the pods that are not being deleted on each node that should run one, in order.
    package static func outdated(
        _ nodes: [[Pod]], hash: String, maxUnavailable: Int, isAvailable: (Pod) -> Bool
    ) -> [Pod] {
        var unavailable = 0
        var replaceable: [Pod] = []
        var candidates: [Pod] = []
        for pods in nodes {
            let new = pods.first { $0.labels[revisionLabel] == hash }
            let old = pods.first { $0.labels[revisionLabel] != hash }
            switch (old, new) {
            case (nil, let new?): if !isAvailable(new) { unavailable += 1 }
            case (let old?, nil):
                if isAvailable(old) { candidates.append(old) } else { replaceable.append(old) }
            default: unavailable += 1
            }
        }
        return replaceable + candidates.prefix(max(0, maxUnavailable - unavailable))
    }

    /// What an update does that puts new pods beside old ones: old pods to delete because their new one is available,
    /// and the positions of nodes to make a new pod on, at once where the old one is not available anyway, elsewhere
    /// for `maxSurge` nodes at a time (rollingUpdate with a surge).
    ///
    /// - Parameter nodes: the pods that are not being deleted on each node that should run one, in order.
    package static func surge(
        _ nodes: [[Pod]], hash: String, maxSurge: Int, isAvailable: (Pod) -> Bool
    ) -> (outdated: [Pod], makeOn: [Int]) {
        var surging = 0
        var outdated: [Pod] = []
        var atOnce: [Int] = []
        var candidates: [Int] = []
        for (position, pods) in nodes.enumerated() {
            guard let old = pods.first(where: { $0.labels[revisionLabel] != hash }) else { continue }
            if let new = pods.first(where: { $0.labels[revisionLabel] == hash }) {
                if isAvailable(new) { outdated.append(old) } else { surging += 1 }
            } else if isAvailable(old) {
                candidates.append(position)
            } else {
                atOnce.append(position)
            }
        }
        return (outdated, atOnce + candidates.prefix(max(0, maxSurge - surging)))
    }

    /// Pods too many on one node: all but the oldest, or with a surge all but the oldest of the old and the oldest of the
    /// new, of which the old one goes when it is not ready or the new one is available (podsShouldBeOnNode).
    ///
    /// - Parameter pods: those of the node that run and are not being deleted, oldest first.
    package static func surplus(
        _ pods: [Pod], hash: String, surges: Bool, isReady: (Pod) -> Bool, isAvailable: (Pod) -> Bool
    ) -> [Pod] {
        guard surges, pods.count > 1 else { return Array(pods.dropFirst()) }
        let new = pods.first { $0.labels[revisionLabel] == hash }
        let old = pods.first { $0.labels[revisionLabel] != hash }
        var surplus = pods.filter { $0.name != new?.name && $0.name != old?.name }
        if let new, let old, !isReady(old) || isAvailable(new) { surplus.append(old) }
        return surplus
    }

    private static func unbound(_ set: DaemonSet) -> Pod {
        let template = set.spec?.template
        var spec = template?.spec ?? PodSpec(containers: [])
        for toleration in tolerations(hostNetwork: spec.hostNetwork == true) {
            if !(spec.tolerations ?? []).contains(toleration) {
                spec.tolerations = (spec.tolerations ?? []) + [toleration]
            }
        }
        return Pod(
            metadata: ObjectMeta(
                generateName: "\(set.name)-", namespace: set.namespace, labels: template?.metadata?.labels,
                annotations: template?.metadata?.annotations),
            spec: spec)
    }

    private static func members(_ value: JSONValue?) -> [String: JSONValue] {
        if case .object(let members) = value { members } else { [:] }
    }
}
