import ClusterState
import KubernetesModel
import NetworkModel

extension ControllerSet {
    /// Deletes a pod whose node has a NoExecute taint it does not bear, or has borne for as long as it would (node
    /// lifecycle's taint manager).
    ///
    /// The time counts from the taint's `timeAdded`, so that it goes on over a restart; Kubernetes counts from when the
    /// taint manager saw it.
    func evict(_ key: ObjectKey) throws(ClusterError) {
        guard let pod = cluster.get(Pod.self, key), pod.metadata.deletionTimestamp == nil,
            let name = pod.spec?.nodeName, let node = cluster.get(Node.self, "", name)
        else { return }
        let taints = (node.spec?.taints ?? []).filter { $0.effect == "NoExecute" }
        guard let seconds = pod.toleranceSeconds(of: taints) else { return }
        let since = taints.compactMap(\.timeAdded).min() ?? now
        let due = since.advanced(by: seconds)
        guard due <= now else { return wake(.eviction, key, at: due) }
        try record(pod, "TaintManagerEviction", "Marking for deletion Pod \(key)", component: "taint-controller")
        try cluster.delete(Pod.self, key.namespace, key.name)
    }
}
