package import ClusterState
package import KubernetesModel
import Synchronization

/// What becomes of the objects a deleted one owns.
package enum DeletionPropagation: String, Hashable, Sendable {
    /// They follow it.
    case background = "Background"
    /// They go first: until those that block it are gone, it stays, marked (`foregroundDeletion`).
    case foreground = "Foreground"
    /// They stay, without an owner.
    case orphan = "Orphan"
}

/// The finalizer by which an object waits for what it owns (meta/v1 FinalizerDeleteDependents).
let foregroundFinalizer = "foregroundDeletion"

extension Cluster {
    /// Deletes an object, or begins to: a pod on a node goes when its agent confirms, an object with finalizers when
    /// the last is gone, a namespace when it is empty.
    ///
    /// - Parameter gracePeriodSeconds: for pods; nil takes the pod's own, 0 deletes at once (the agent's confirmation).
    /// - Throws: `notFound`, `conflict` when `uid` is another's, `storage`.
    package func delete<Object: KubernetesObject>(
        _ type: Object.Type, _ namespace: String, _ name: String, uid: String? = nil,
        gracePeriodSeconds: Int64? = nil, propagation: DeletionPropagation = .background, isDryRun: Bool = false
    ) throws(ClusterError) {
        try transaction(isDryRun: isDryRun) { state throws(ClusterError) in
            try delete(
                type, ObjectKey(namespace, name), uid: uid, gracePeriodSeconds: gracePeriodSeconds,
                propagation: propagation, &state)
        }
    }

    private func delete<Object: KubernetesObject>(
        _ type: Object.Type, _ key: ObjectKey, uid: String?, gracePeriodSeconds: Int64?,
        propagation: DeletionPropagation, _ state: inout State
    ) throws(ClusterError) {
        guard let object = state.objects[type.resource.kind]?[key] as? Object else {
            throw .notFound(type.resource, key.name)
        }
        if let uid, uid != object.uid {
            throw .conflict(resource: type.resource.qualifiedPlural, name: key.name)
        }
        var marked = object
        marked.metadata.deletionTimestamp = marked.metadata.deletionTimestamp ?? clock()
        if let pod = object as? Pod {
            let isBound = !(pod.spec?.nodeName ?? "").isEmpty
            let hasEnded = ["Succeeded", "Failed"].contains(pod.status?.phase ?? "")
            let grace =
                !isBound || (hasEnded && gracePeriodSeconds == nil)
                ? 0 : gracePeriodSeconds ?? pod.spec?.terminationGracePeriodSeconds ?? 30
            if grace > 0 {
                marked.metadata.deletionTimestamp = object.metadata.deletionTimestamp ?? clock().advanced(by: grace)
                marked.metadata.deletionGracePeriodSeconds = object.metadata.deletionGracePeriodSeconds ?? grace
                if marked != object { _ = try put(marked, over: object, &state) }
                return
            }
        }
        if var namespace = marked as? Namespace {
            // apiserver's admission plugin NamespaceLifecycle.
            guard !["default", "kube-system", "kube-public"].contains(namespace.name) else {
                throw .forbidden(
                    resource: type.resource.qualifiedPlural, name: key.name, "this namespace may not be deleted")
            }
            namespace.status = NamespaceStatus(phase: "Terminating")
            if let changed = namespace as? Object, changed != object { _ = try put(changed, over: object, &state) }
            return
        }
        // A pod owns nothing.
        if propagation == .foreground, !(object is Pod),
            !(object.metadata.finalizers ?? []).contains(foregroundFinalizer)
        {
            marked.metadata.finalizers = (object.metadata.finalizers ?? []) + [foregroundFinalizer]
        }
        if !(marked.metadata.finalizers ?? []).isEmpty {
            if object is Pod { marked.metadata.deletionGracePeriodSeconds = 0 }
            if marked != object { _ = try put(marked, over: object, &state) }
            return
        }
        if propagation == .orphan { try orphan(dependentsOf: object.uid, &state) }
        try drop(object, &state)
    }

    private func orphan(dependentsOf uid: String, _ state: inout State) throws(ClusterError) {
        for identity in (state.index.byOwner[uid] ?? []).sorted() {
            guard let object = state.objects[identity.kind]?[identity.key] else { continue }
            try disown(object, uid, &state)
        }
    }

    private func disown<Object: KubernetesObject>(
        _ object: Object, _ uid: String, _ state: inout State
    ) throws(ClusterError) {
        var free = object
        free.metadata.ownerReferences?.removeAll { $0.uid == uid }
        if free.metadata.ownerReferences?.isEmpty == true { free.metadata.ownerReferences = nil }
        _ = try put(free, over: object, &state)
    }

    /// An object of any kind.
    func object(_ identity: ObjectIdentity) -> (any KubernetesObject)? {
        state.withLock { $0.objects[identity.kind]?[identity.key] }
    }

    /// The objects that wait for what they own, by their uids.
    func foregroundDeletions() -> [String: ObjectIdentity] {
        state.withLock { state in
            var found: [String: ObjectIdentity] = [:]
            for (kind, objects) in state.objects {
                for (key, object) in objects where object.waitsForDependents {
                    found[object.uid] = ObjectIdentity(kind: kind, key: key)
                }
            }
            return found
        }
    }

    /// Takes the finalizer off an object that waited for what it owned, which is its end when there is no other.
    func endForegroundDeletion(_ identity: ObjectIdentity) throws(ClusterError) {
        func end<Object: KubernetesObject>(_ object: Object) throws(ClusterError) {
            try modify(Object.self, identity.key.namespace, identity.key.name) { object in
                object.metadata.finalizers?.removeAll { $0 == foregroundFinalizer }
                if object.metadata.finalizers?.isEmpty == true { object.metadata.finalizers = nil }
            }
        }
        if let object = object(identity) { try end(object) }
    }

    /// Deletes an object of any kind; nothing happens when it is gone already.
    func deleteAny(
        _ identity: ObjectIdentity, propagation: DeletionPropagation = .background
    ) throws(ClusterError) {
        func delete<Object: KubernetesObject>(_ object: Object) throws(ClusterError) {
            try self.delete(
                Object.self, identity.key.namespace, identity.key.name, uid: object.uid, propagation: propagation)
        }
        guard let object = state.withLock({ $0.objects[identity.kind]?[identity.key] }) else { return }
        try delete(object)
    }

    /// Removes a namespace that is empty and being deleted.
    func finish(_ namespace: Namespace) throws(ClusterError) {
        try transaction { state throws(ClusterError) in
            guard let current = state.objects["Namespace"]?[ObjectKey("", namespace.name)] as? Namespace else { return }
            try drop(current, &state)
        }
    }

    /// The uids that objects name as their owners' and no object has, sorted.
    func lostOwners() -> [String] {
        state.withLock { state in
            let living = Set(state.objects.values.flatMap(\.values).compactMap(\.metadata.uid))
            return state.index.byOwner.keys.filter { !living.contains($0) }.sorted()
        }
    }

    /// Every object in a namespace.
    func identities(in namespace: String) -> [ObjectIdentity] {
        state.withLock { state in
            state.objects.flatMap { kind, objects in
                objects.keys.filter { $0.namespace == namespace }.map { ObjectIdentity(kind: kind, key: $0) }
            }.sorted()
        }
    }
}

extension KubernetesObject {
    /// Whether it is being deleted in the foreground.
    var waitsForDependents: Bool {
        metadata.deletionTimestamp != nil && (metadata.finalizers ?? []).contains(foregroundFinalizer)
    }

    /// Whether nothing keeps it any more: it is being deleted, its last finalizer is gone, and if it is a pod, its agent
    /// has confirmed that its processes are.
    var isReleased: Bool {
        guard metadata.deletionTimestamp != nil, (metadata.finalizers ?? []).isEmpty, !(self is Namespace) else {
            return false
        }
        return !(self is Pod) || metadata.deletionGracePeriodSeconds == 0
    }
}
