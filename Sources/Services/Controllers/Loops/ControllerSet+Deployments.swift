import ClusterState
import KubernetesModel
import NetworkModel

private let revisionAnnotation = "deployment.kubernetes.io/revision"

extension ControllerSet {
    /// One step of a deployment: its ReplicaSet for the template, their sizes, its status.
    func reconcileDeployment(_ key: ObjectKey) throws(ClusterError) {
        guard let deployment = cluster.get(Deployment.self, key), let spec = deployment.spec,
            deployment.metadata.deletionTimestamp == nil
        else { return }
        // Oldest first.
        let sets = try claim(ReplicaSet.self, of: deployment, spec.selector).sorted {
            ($0.revision, $0.name) < ($1.revision, $1.name)
        }
        var new = sets.first { $0.spec?.template?.withoutHash == spec.template }
        var old = sets.filter { $0.name != new?.name }
        let isPaused = spec.paused == true
        var created: Int32?
        let plan = RollingUpdate(spec)
        let isRecreate = spec.strategy?.type == "Recreate"
        if isRecreate, new == nil, !isPaused, try drain(&old, deployment) {
            return try writeStatus(key, new, old, plan)
        }
        if new == nil, !isPaused {
            let size = plan.newReplicas(new: .init(replicas: 0, available: 0), old: old.map(\.member))
            new = try createSet(deployment, revision: nextRevision(old), replicas: isRecreate ? plan.replicas : size)
            created = new?.spec?.replicas
        } else if let current = new {
            new = try refreshRevision(current, old, isPaused: isPaused)
        }
        if let current = new {
            if let size = created, size > 0 {
                try tellScaling(deployment, current.name, from: 0, to: Int(size), created: true)
            }
            let wasScaled = current.annotations["deployment.kubernetes.io/desired-replicas"] != String(plan.replicas)
            if isPaused {
                new = try scaleWhilePaused(current, &old, plan, deployment)
            } else if wasScaled, old.allSatisfy({ $0.member.replicas == 0 }) {
                new = try resize(current, plan.replicas, deployment)
            } else {
                let size = plan.newReplicas(new: current.member, old: old.map(\.member))
                new = try resize(current, isRecreate ? plan.replicas : size, deployment)
                if new?.member.replicas == current.member.replicas, let settled = new {
                    let sizes = plan.oldReplicas(new: settled.member, old: old.map(\.member))
                    for (index, size) in sizes.enumerated() { old[index] = try resize(old[index], size, deployment) }
                }
            }
            if let revision = new?.annotations[revisionAnnotation] {
                try cluster.modify(Deployment.self, key.namespace, key.name) { deployment in
                    deployment.metadata.annotations = deployment.annotations.merging([revisionAnnotation: revision]) {
                        $1
                    }
                }
            }
        }
        if new == nil, isPaused { new = try scaleWhilePaused(nil, &old, plan, deployment) }
        try writeStatus(key, new, old, plan)
        try forget(old, deployment, new)
    }

    /// A paused deployment scales the one ReplicaSet with pods, or the latest when none has any
    /// (FindActiveOrLatest); several are left as they are, where Kubernetes would share the difference out.
    private func scaleWhilePaused(
        _ new: ReplicaSet?, _ old: inout [ReplicaSet], _ plan: RollingUpdate, _ deployment: Deployment
    ) throws(ClusterError) -> ReplicaSet? {
        let active = old.indices.filter { old[$0].member.replicas > 0 }
        let isNewActive = (new?.member.replicas ?? 0) > 0
        if let new, active.isEmpty { return try resize(new, plan.replicas, deployment) }
        guard !isNewActive, active.count < 2, let index = active.first ?? old.indices.last else { return new }
        old[index] = try resize(old[index], plan.replicas, deployment)
        return new
    }

    private func nextRevision(_ old: [ReplicaSet]) -> Int { (old.map(\.revision).max() ?? 0) + 1 }

    private func refreshRevision(
        _ set: ReplicaSet, _ old: [ReplicaSet], isPaused: Bool
    ) throws(ClusterError) -> ReplicaSet {
        guard !isPaused, let highest = old.map(\.revision).max(), set.revision <= highest else { return set }
        return try cluster.modify(ReplicaSet.self, set.namespace, set.name) { set in
            let history =
                (set.annotations["deployment.kubernetes.io/revision-history"].map { [$0] } ?? [])
                + [String(set.revision)]
            set.metadata.annotations = set.annotations.merging([
                revisionAnnotation: String(highest + 1),
                "deployment.kubernetes.io/revision-history": history.joined(separator: ","),
            ]) { $1 }
        } ?? set
    }

    private func createSet(
        _ deployment: Deployment, revision: Int, replicas: Int
    ) throws(ClusterError) -> ReplicaSet? {
        guard let spec = deployment.spec else { return nil }
        var collisions = deployment.status?.collisionCount
        while true {
            let hash = PodTemplateHash.hash(of: spec.template, collisionCount: collisions)
            let name = "\(deployment.name)-\(hash)"
            if cluster.get(ReplicaSet.self, deployment.namespace, name) != nil {
                collisions = (collisions ?? 0) + 1
                continue
            }
            if collisions != deployment.status?.collisionCount {
                try cluster.modify(Deployment.self, deployment.namespace, deployment.name) { deployment in
                    var status = deployment.status ?? DeploymentStatus()
                    status.collisionCount = collisions
                    deployment.status = status
                }
            }
            var template = spec.template
            var metadata = template.metadata ?? ObjectMeta()
            metadata.labels = (metadata.labels ?? [:]).merging([PodTemplateHash.label: hash]) { $1 }
            template.metadata = metadata
            var selector = spec.selector ?? LabelSelector()
            selector.matchLabels = (selector.matchLabels ?? [:]).merging([PodTemplateHash.label: hash]) { $1 }
            var annotations = deployment.annotations
            annotations["kubectl.kubernetes.io/last-applied-configuration"] = nil
            annotations[revisionAnnotation] = String(revision)
            annotations.merge(sizes(of: spec)) { $1 }
            return try cluster.create(
                ReplicaSet(
                    metadata: ObjectMeta(
                        name: name, namespace: deployment.namespace, labels: metadata.labels,
                        annotations: annotations, ownerReferences: [.controller(deployment)]),
                    spec: ReplicaSetSpec(
                        replicas: Int32(replicas), minReadySeconds: spec.minReadySeconds, selector: selector,
                        template: template)))
        }
    }

    private func sizes(of spec: DeploymentSpec) -> [String: String] {
        let plan = RollingUpdate(spec)
        return [
            "deployment.kubernetes.io/desired-replicas": String(plan.replicas),
            "deployment.kubernetes.io/max-replicas": String(plan.replicas + plan.maxSurge),
        ]
    }

    private func resize(_ set: ReplicaSet, _ size: Int, _ deployment: Deployment) throws(ClusterError) -> ReplicaSet {
        let before = set.member.replicas
        let annotations = deployment.spec.map(sizes) ?? [:]
        let changed = try cluster.modify(ReplicaSet.self, set.namespace, set.name) { set in
            set.spec?.replicas = Int32(size)
            set.metadata.annotations = set.annotations.merging(annotations) { $1 }
        }
        if size != before { try tellScaling(deployment, set.name, from: before, to: size, created: false) }
        return changed ?? set
    }

    private func tellScaling(
        _ deployment: Deployment, _ set: String, from: Int, to size: Int, created: Bool
    ) throws(ClusterError) {
        let message =
            "Scaled \(size > from ? "up" : "down") replica set \(set) to \(size)"
            + (created ? "" : " from \(from)")
        try record(deployment, "ScalingReplicaSet", message, component: "deployment-controller")
    }

    /// Recreate: the old pods must be gone first. Whether some are left.
    private func drain(_ old: inout [ReplicaSet], _ deployment: Deployment) throws(ClusterError) -> Bool {
        for index in old.indices where old[index].member.replicas > 0 {
            old[index] = try resize(old[index], 0, deployment)
        }
        return old.contains { set in
            cluster.indexed { index in (index.byOwner[set.uid] ?? []).contains { $0.kind == "Pod" } }
        }
    }

    /// Deletes empty old ReplicaSets beyond the history limit once the deployment is complete.
    private func forget(_ old: [ReplicaSet], _ deployment: Deployment, _ new: ReplicaSet?) throws(ClusterError) {
        guard new?.member.available == Int(deployment.spec?.replicas ?? 1) else { return }
        let empty = old.filter { $0.member.replicas == 0 && ($0.status?.replicas ?? 0) == 0 }
        let surplus = old.count - Int(deployment.spec?.revisionHistoryLimit ?? 10)
        for set in empty.prefix(max(0, surplus)) { try cluster.delete(ReplicaSet.self, set.namespace, set.name) }
    }
}

extension ReplicaSet {
    var revision: Int { annotations[revisionAnnotation].flatMap { Int32($0) }.map { Int($0) } ?? 0 }
    var member: RollingUpdate.Member {
        .init(replicas: Int(spec?.replicas ?? 1), available: Int(status?.availableReplicas ?? 0))
    }
}

extension PodTemplateSpec {
    /// The template a deployment gave, without the hash its ReplicaSet added.
    fileprivate var withoutHash: PodTemplateSpec {
        var copy = self
        copy.metadata?.labels?[PodTemplateHash.label] = nil
        if copy.metadata?.labels?.isEmpty == true { copy.metadata?.labels = nil }
        return copy
    }
}
