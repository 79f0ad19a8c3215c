import ClusterState
import KubernetesModel

extension ControllerSet {
    /// Deletes what a deleted object owned, or what a namespace that is being deleted still holds.
    ///
    /// - Parameter key: the owner's uid in place of a namespace, or the namespace's name.
    func collect(ownerUID key: ObjectKey) throws(ClusterError) {
        if key.namespace.isEmpty { return try empty(namespace: key.name) }
        let uid = key.namespace
        let dependents = cluster.indexed({ $0.byOwner[uid] ?? [] }).sorted()
        guard let owner = foreground[uid] else {
            for identity in dependents { try cluster.deleteAny(identity) }
            return
        }
        // In the foreground what owns something itself waits as well (garbagecollector processDeletingDependentsItem).
        var isBlocked = false
        for identity in dependents {
            guard let dependent = cluster.object(identity) else { continue }
            if dependent.metadata.deletionTimestamp == nil {
                let hasDependents = cluster.indexed { $0.byOwner[dependent.uid]?.isEmpty == false }
                try cluster.deleteAny(identity, propagation: hasDependents ? .foreground : .background)
            }
            let reference = dependent.metadata.ownerReferences?.first { $0.uid == uid }
            if reference?.blockOwnerDeletion == true, cluster.object(identity) != nil { isBlocked = true }
        }
        if !isBlocked { try cluster.endForegroundDeletion(owner) }
    }

    /// Every namespace has an account that its pods run as (kubernetes pkg/controller/serviceaccount).
    func reconcileServiceAccount(of namespace: String) throws(ClusterError) {
        guard let found = cluster.get(Namespace.self, "", namespace), found.metadata.deletionTimestamp == nil,
            cluster.get(ServiceAccount.self, namespace, "default") == nil
        else { return }
        try cluster.create(ServiceAccount(metadata: ObjectMeta(name: "default", namespace: namespace)))
    }

    private func empty(namespace name: String) throws(ClusterError) {
        guard let namespace = cluster.get(Namespace.self, "", name) else { return }
        let identities = cluster.identities(in: name)
        for identity in identities { try cluster.deleteAny(identity) }
        if cluster.identities(in: name).isEmpty { try cluster.finish(namespace) }
    }

    /// Tells something about an object.
    func record(
        _ object: some KubernetesObject, _ reason: String, _ message: String, component: String, warning: Bool = false
    ) throws(ClusterError) {
        try cluster.record(
            about: object, reason, message, source: EventSource(component: component), isWarning: warning)
    }
}
