package import ClusterState
package import KubernetesModel

extension Cluster {
    /// Creates a node as its kubelet would, or brings labels and versions of an existing one up to date.
    ///
    /// An existing node keeps its readiness, taints and CIDR.
    ///
    /// - Throws: as ``create(_:)``.
    @discardableResult
    package func register(_ registration: NodeRegistration) throws(ClusterError) -> Node {
        let node = registration.node(now: clock(), seed: options.seed)
        let known = try modify(Node.self, "", registration.name) { known in
            known.metadata.labels = known.labels.merging(node.labels) { $1 }
            known.status?.addresses = node.status?.addresses
            known.status?.nodeInfo = node.status?.nodeInfo
            known.status?.capacity = node.status?.capacity
            known.status?.allocatable = node.status?.allocatable
        }
        if let known { return known }
        return try create(node)
    }

    /// Sets whether a node's network plugin works: the condition `Ready`, and with it the taints (behaviour 6.3).
    ///
    /// Nothing happens for an unknown node.
    ///
    /// - Throws: `storage`.
    package func setNodeNetworkReady(_ name: String, _ ready: Bool) throws(ClusterError) {
        let now = clock()
        let known = get(Node.self, name)
        try modify(Node.self, "", name) { node in
            var condition = NodeRegistration.readyCondition(networkReady: ready)
            let before = node.status?.conditions?.first { $0.type == "Ready" }
            guard before?.status != condition.status else { return }
            condition.lastHeartbeatTime = now
            condition.lastTransitionTime = now
            var status = node.status ?? NodeStatus()
            status.conditions = (status.conditions ?? []).filter { $0.type != "Ready" } + [condition]
            node.status = status
        }
        let before = known?.status?.conditions?.first { $0.type == "Ready" }?.status == "True"
        if let known, before != ready { try tell(of: known, ready ? "NodeReady" : "NodeNotReady") }
    }

    /// What a kubelet tells of its own node, whose name it takes for the uid.
    func tell(of node: Node, _ reason: String) throws(ClusterError) {
        try record(
            about: node, uid: node.name, reason, "Node \(node.name) status is now: \(reason)",
            source: EventSource(component: "kubelet", host: node.name))
    }
}
