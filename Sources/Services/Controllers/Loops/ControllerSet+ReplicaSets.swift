import ClusterState
import KubernetesModel
import NetworkModel

extension ControllerSet {
    /// Makes or deletes pods until a ReplicaSet has as many as it should, and counts them.
    func reconcileReplicaSet(_ key: ObjectKey) throws(ClusterError) {
        guard let set = cluster.get(ReplicaSet.self, key) else { return }
        var pods = try claimPods(of: set, set.spec?.selector).filter(\.isActive)
        let wanted = Int(set.spec?.replicas ?? 1)
        if set.metadata.deletionTimestamp == nil {
            for _ in 0..<max(0, wanted - pods.count) {
                let template = set.spec?.template
                let pod = try cluster.create(
                    Pod(
                        metadata: ObjectMeta(
                            generateName: "\(key.name)-", namespace: key.namespace, labels: template?.metadata?.labels,
                            annotations: template?.metadata?.annotations, ownerReferences: [.controller(set)]),
                        spec: template?.spec))
                try record(set, "SuccessfulCreate", "Created pod: \(pod.name)", component: "replicaset-controller")
                pods.append(pod)
            }
            for pod in ReplicaPlan.deletions(pods, count: max(0, pods.count - wanted)) {
                try cluster.delete(Pod.self, key.namespace, pod.name)
                try record(set, "SuccessfulDelete", "Deleted pod: \(pod.name)", component: "replicaset-controller")
                pods.removeAll { $0.name == pod.name }
            }
        }
        let minReady = Int64(set.spec?.minReadySeconds ?? 0)
        let labels = set.spec?.template?.metadata?.labels ?? [:]
        let ready = pods.filter(\.isReady)
        var available = 0
        for pod in ready {
            let since = pod.status?.conditions?.first { $0.type == "Ready" }?.lastTransitionTime ?? now
            if since.advanced(by: minReady) <= now {
                available += 1
            } else {
                wake(.replicaSet, key, at: since.advanced(by: minReady))
            }
        }
        let labelled = pods.count { pod in labels.allSatisfy { pod.labels[$0.key] == $0.value } }
        try cluster.modify(ReplicaSet.self, key.namespace, key.name) { set in
            set.status = ReplicaSetStatus(
                replicas: Int32(pods.count), fullyLabeledReplicas: Int32(labelled), readyReplicas: Int32(ready.count),
                availableReplicas: Int32(available), observedGeneration: set.metadata.generation)
        }
    }
}

extension Pod {
    /// Neither ended nor being deleted.
    var isActive: Bool {
        metadata.deletionTimestamp == nil && !["Succeeded", "Failed"].contains(status?.phase ?? "")
    }
}

extension OwnerReference {
    /// The reference by which a controller owns what it makes.
    static func controller(_ owner: some KubernetesObject) -> OwnerReference {
        let resource = type(of: owner).resource
        return OwnerReference(
            apiVersion: resource.apiVersion, kind: resource.kind, name: owner.name, uid: owner.uid, controller: true,
            blockOwnerDeletion: true)
    }
}
