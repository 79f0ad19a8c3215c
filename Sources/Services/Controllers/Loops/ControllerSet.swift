package import ClusterState
package import KubernetesModel
import NetworkModel

/// What a run of the controllers did.
package struct SettleResult: Hashable, Sendable {
    /// Whether anything was written.
    package var changed: Bool
    /// When something is due without a further change, such as a pod becoming available after `minReadySeconds`.
    package var nextDue: Timestamp?
}

/// The controllers of kube-controller-manager, kube-scheduler and Cilium's operator as synchronous steps.
///
/// Each write of the cluster marks keys as dirty in the queues of those concerned; a step takes one key, or all where
/// keys share what they look at. Queues are
/// emptied in a fixed order with endpoints last, so that a burst of pods costs one write of their slices. Not safe
/// for several callers at once.
package final class ControllerSet {
    enum Queue: Int, CaseIterable {
        case garbage, node, cilium, eviction, deployment, replicaSet, daemonSet, job, scheduler, address, endpoints
        case serviceAccount
    }

    let cluster: Cluster
    private var cursor: Int64
    private var queues: [Set<ObjectKey>] = Array(repeating: [], count: Queue.allCases.count)
    private var order: [[ObjectKey]] = Array(repeating: [], count: Queue.allCases.count)
    /// Pods no node would take, to be tried again when a node changes.
    var unschedulable: Set<ObjectKey> = []
    /// When a key of a queue is to be looked at without a change.
    private var timers: [Queue: [ObjectKey: Timestamp]] = [:]
    var now = Timestamp(seconds: 0)
    var nodeCIDRs: NodeCIDRPool?
    /// Objects that wait for what they own, by their uids.
    private(set) var foreground: [String: ObjectIdentity] = [:]
    /// Nodes Cilium has no CIDR for, to be tried again when a node comes, goes or changes.
    var nodesWithoutCIDR: Set<String> = []

    /// Takes up every object the cluster has.
    package init(cluster: Cluster) {
        self.cluster = cluster
        cursor = cluster.revision
        enqueueAll()
    }

    var options: ClusterOptions { cluster.options }
    var seed: Seed { cluster.options.seed }

    /// Runs every controller until nothing is left to do at this time.
    ///
    /// - Throws: `storage` when the store fails; what was done stays, and the next call goes on from there.
    package func settle(now: Timestamp) throws(ClusterError) -> SettleResult {
        self.now = now
        let before = cluster.revision
        for (queue, keys) in timers {
            for (key, due) in keys where due <= now {
                timers[queue]?[key] = nil
                mark(queue, key)
            }
        }
        pull()
        while let queue = Queue.allCases.first(where: { !order[$0.rawValue].isEmpty }) {
            let keys = order[queue.rawValue].sorted()
            order[queue.rawValue] = []
            queues[queue.rawValue] = []
            do throws(ClusterError) {
                try work(queue, keys)
            } catch {
                // None of them is known to be done, and nobody else would bring them up again.
                for key in keys { mark(queue, key) }
                throw error
            }
            pull()
        }
        return SettleResult(changed: cluster.revision != before, nextDue: timers.values.flatMap(\.values).min())
    }

    private func work(_ queue: Queue, _ keys: [ObjectKey]) throws(ClusterError) {
        switch queue {
        case .cilium: try reconcileCilium(keys.map(\.name))
        case .scheduler: try schedule(keys)
        default:
            for key in keys {
                do throws(ClusterError) {
                    try step(queue, key)
                } catch .namespaceTerminating {
                    // Told to go in the middle of a step; what it made so far goes with the rest.
                }
            }
        }
    }

    /// Looks at a key again at a time, unless an earlier one is set.
    func wake(_ queue: Queue, _ key: ObjectKey, at due: Timestamp) {
        timers[queue, default: [:]][key] = min(timers[queue]?[key] ?? due, due)
    }

    func mark(_ queue: Queue, _ key: ObjectKey) {
        if queues[queue.rawValue].insert(key).inserted { order[queue.rawValue].append(key) }
    }

    /// One key of the queues that are not worked off in one go.
    private func step(_ queue: Queue, _ key: ObjectKey) throws(ClusterError) {
        switch queue {
        case .garbage: try collect(ownerUID: key)
        case .node: try reconcileNode(key.name)
        case .eviction: try evict(key)
        case .deployment: try reconcileDeployment(key)
        case .replicaSet: try reconcileReplicaSet(key)
        case .daemonSet: try reconcileDaemonSet(key)
        case .job: try reconcileJob(key)
        case .cilium, .scheduler: break
        case .address: try addressPod(key)
        case .endpoints: try reconcileEndpoints(key)
        case .serviceAccount: try reconcileServiceAccount(of: key.name)
        }
    }

    private func pull() {
        do throws(ClusterError) {
            for change in try cluster.changes(after: cursor) {
                cursor = change.revision
                note(change)
            }
        } catch {
            cursor = cluster.revision
            enqueueAll()
        }
    }

    private func enqueueAll() {
        for node in cluster.list(Node.self) { note(ClusterChange(existing: node)) }
        for node in cluster.list(CiliumNode.self) { note(ClusterChange(existing: node)) }
        for namespace in cluster.list(Namespace.self) { note(ClusterChange(existing: namespace)) }
        for deployment in cluster.list(Deployment.self) { note(ClusterChange(existing: deployment)) }
        for set in cluster.list(ReplicaSet.self) { note(ClusterChange(existing: set)) }
        for set in cluster.list(DaemonSet.self) { note(ClusterChange(existing: set)) }
        for job in cluster.list(Job.self) { note(ClusterChange(existing: job)) }
        for pod in cluster.list(Pod.self) { note(ClusterChange(existing: pod)) }
        for service in cluster.list(Service.self) { note(ClusterChange(existing: service)) }
        // What an owner left that was deleted just before the process died.
        for uid in cluster.lostOwners() { mark(.garbage, ObjectKey(uid, "")) }
        foreground = cluster.foregroundDeletions()
        for uid in foreground.keys { mark(.garbage, ObjectKey(uid, "")) }
    }

    /// Marks what a write concerns.
    private func note(_ change: ClusterChange) {
        let key = change.identity.key
        noteGarbage(change)
        if change.kind == .deleted { markTerminatingNamespace(key.namespace) }
        switch change.object {
        case let pod as Pod: notePod(pod, change.previous as? Pod, isDeleted: change.kind == .deleted)
        case let node as Node:
            if (node.spec?.taints ?? []).contains(where: { $0.effect == "NoExecute" }) {
                for pod in cluster.indexed({ $0.podsByNode[key.name] ?? [] }) { mark(.eviction, pod) }
            }
            mark(.node, key)
            mark(.cilium, key)
            for pod in unschedulable { mark(.scheduler, pod) }
            for set in cluster.list(DaemonSet.self) { mark(.daemonSet, ObjectKey(set)) }
        case let map as ConfigMap where map.namespace == "kube-system" && map.name == "cilium-config":
            for node in cluster.list(Node.self) { mark(.cilium, ObjectKey(node)) }
        case is CiliumNode:
            mark(.cilium, key)
            for pod in cluster.indexed({ $0.podsByNode[key.name] ?? [] }) { mark(.address, pod) }
        case is Deployment: mark(.deployment, key)
        case let set as ReplicaSet:
            mark(.replicaSet, key)
            if let owner = set.controllerReference {
                mark(.deployment, ObjectKey(set.namespace, owner.name))
            } else if change.kind != .deleted {
                for deployment in cluster.list(Deployment.self, namespace: set.namespace)
                where deployment.spec?.selector?.matches(set.labels) == true {
                    mark(.deployment, ObjectKey(deployment))
                }
            }
        case is DaemonSet: mark(.daemonSet, key)
        case is Job: mark(.job, key)
        case is Service: mark(.endpoints, key)
        case is Endpoints where change.kind == .deleted && key == Self.apiServer: mark(.endpoints, key)
        case is ServiceAccount where change.kind == .deleted: mark(.serviceAccount, ObjectKey("", key.namespace))
        case let slice as EndpointSlice where change.kind == .deleted:
            if let service = slice.labels[EndpointSlice.serviceLabel] {
                mark(.endpoints, ObjectKey(slice.namespace, service))
            }
        case is Namespace:
            markTerminatingNamespace(key.name)
            mark(.serviceAccount, key)
        default: break
        }
    }

    private func noteGarbage(_ change: ClusterChange) {
        guard change.identity.kind != "Event", let uid = change.object.metadata.uid else { return }
        if change.kind == .deleted {
            foreground[uid] = nil
            mark(.garbage, ObjectKey(uid, ""))
        } else if change.object.waitsForDependents {
            foreground[uid] = change.identity
            mark(.garbage, ObjectKey(uid, ""))
        }
        guard !foreground.isEmpty else { return }
        let references =
            (change.object.metadata.ownerReferences ?? []) + (change.previous?.metadata.ownerReferences ?? [])
        for reference in references where foreground[reference.uid] != nil {
            mark(.garbage, ObjectKey(reference.uid, ""))
        }
    }

    private func notePod(_ pod: Pod, _ previous: Pod?, isDeleted: Bool) {
        let key = ObjectKey(pod)
        if let owner = pod.controllerReference {
            let set = ObjectKey(pod.namespace, owner.name)
            switch owner.kind {
            case "DaemonSet": mark(.daemonSet, set)
            case "Job": mark(.job, set)
            default: mark(.replicaSet, set)
            }
            // Recreate waits for the last pod, which no ReplicaSet counted any more.
            if isDeleted, let deployment = cluster.get(ReplicaSet.self, set)?.controllerReference {
                mark(.deployment, ObjectKey(pod.namespace, deployment.name))
            }
        } else if !isDeleted, !pod.labels.isEmpty,
            previous == nil || previous?.labels != pod.labels || previous?.controllerReference != nil
        {
            markAdopters(of: pod)
        }
        let hasEnded = !pod.isActive && previous?.isActive == true
        if !unschedulable.isEmpty, isDeleted || hasEnded, pod.spec?.nodeName?.isEmpty == false {
            // There may be room now.
            for other in unschedulable { mark(.scheduler, other) }
        }
        if isDeleted {
            unschedulable.remove(key)
        } else if (pod.spec?.nodeName ?? "").isEmpty {
            if previous == nil || previous?.spec != pod.spec { mark(.scheduler, key) }
        } else if (pod.status?.podIP ?? "").isEmpty {
            mark(.address, key)
        }
        if !isDeleted, previous?.spec != pod.spec { mark(.eviction, key) }
        for (label, value) in Array(pod.labels) + Array(previous?.labels ?? [:]) {
            let index = ClusterIndex.labelKey(pod.namespace, label, value)
            for service in cluster.indexed({ $0.servicesBySelector[index] ?? [] }) { mark(.endpoints, service) }
        }
    }

    /// Those whose selector finds a pod that nobody controls.
    private func markAdopters(of pod: Pod) {
        for set in cluster.list(ReplicaSet.self, namespace: pod.namespace)
        where set.spec?.selector?.matches(pod.labels) == true {
            mark(.replicaSet, ObjectKey(set))
        }
        for set in cluster.list(DaemonSet.self, namespace: pod.namespace)
        where set.spec?.selector?.matches(pod.labels) == true {
            mark(.daemonSet, ObjectKey(set))
        }
        for job in cluster.list(Job.self, namespace: pod.namespace)
        where job.spec?.selector?.matches(pod.labels) == true {
            mark(.job, ObjectKey(job))
        }
    }

    private func markTerminatingNamespace(_ name: String) {
        guard cluster.get(Namespace.self, "", name)?.metadata.deletionTimestamp != nil else { return }
        mark(.garbage, ObjectKey("", name))
    }
}

extension ClusterChange {
    fileprivate init(existing object: any KubernetesObject) {
        self.init(kind: .added, object: object, previous: nil, revision: 0)
    }
}
