import ClusterState
import KubernetesModel

/// Whose objects are whose (kubernetes pkg/controller controller_ref_manager.go): a controller takes in orphans that its
/// selector finds, and lets go of what its selector finds no longer.
extension ControllerSet {
    /// The pods of a controller, in the order of their names.
    func claimPods(
        of owner: some KubernetesObject, _ selector: LabelSelector?
    ) throws(ClusterError) -> [Pod] {
        let owned = cluster.indexed { $0.byOwner[owner.uid] ?? [] }.filter { $0.kind == "Pod" }.map(\.key)
        let candidates = Set(owned).union(podsFound(by: selector, in: owner.namespace))
        var pods: [Pod] = []
        for key in candidates.sorted() {
            if let pod = try claim(Pod.self, key, for: owner, selector, canAdopt: \.isActive) { pods.append(pod) }
        }
        return pods
    }

    /// A controller's objects of another kind than pods, of which there are few, in the order of their names.
    func claim<Object: KubernetesObject>(
        _ type: Object.Type, of owner: some KubernetesObject, _ selector: LabelSelector?
    ) throws(ClusterError) -> [Object] {
        let owned = cluster.indexed { $0.byOwner[owner.uid] ?? [] }.filter { $0.kind == type.resource.kind }
        let orphans = cluster.list(type, namespace: owner.namespace).filter {
            $0.controllerReference == nil && selector?.matches($0.labels) == true
        }
        var objects: [Object] = []
        for key in Set(owned.map(\.key)).union(orphans.map { ObjectKey($0) }).sorted() {
            if let object = try claim(type, key, for: owner, selector, canAdopt: { _ in true }) {
                objects.append(object)
            }
        }
        return objects
    }

    /// Pods that a selector may find, looked up by one of its labels.
    private func podsFound(by selector: LabelSelector?, in namespace: String) -> Set<ObjectKey> {
        guard let (label, value) = selector?.matchLabels?.min(by: { $0.key < $1.key }) else { return [] }
        return cluster.indexed { $0.podsByLabel[ClusterIndex.labelKey(namespace, label, value)] ?? [] }
    }

    /// The object as it stands if it is the owner's from now on; nil when it is not.
    private func claim<Object: KubernetesObject>(
        _ type: Object.Type, _ key: ObjectKey, for owner: some KubernetesObject, _ selector: LabelSelector?,
        canAdopt: (Object) -> Bool
    ) throws(ClusterError) -> Object? {
        guard let object = cluster.get(type, key) else { return nil }
        let fits = selector?.matches(object.labels) == true
        let isOwnerLeaving = owner.metadata.deletionTimestamp != nil
        if let controller = object.controllerReference {
            guard controller.uid == owner.uid else { return nil }
            if fits || isOwnerLeaving || object.metadata.deletionTimestamp != nil { return object }
            try cluster.modify(type, key.namespace, key.name) { object in
                object.metadata.ownerReferences?.removeAll { $0.uid == owner.uid }
                if object.metadata.ownerReferences?.isEmpty == true { object.metadata.ownerReferences = nil }
            }
            return nil
        }
        guard fits, !isOwnerLeaving, object.metadata.deletionTimestamp == nil, canAdopt(object) else { return nil }
        return try cluster.modify(type, key.namespace, key.name) { object in
            object.metadata.ownerReferences = (object.metadata.ownerReferences ?? []) + [.controller(owner)]
        }
    }
}
