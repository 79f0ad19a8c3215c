import ClusterState
import KubernetesModel
import NetworkModel

extension ControllerSet {
    /// Counts a deployment's pods and sets Available and Progressing (kubernetes deployment sync.go, progress.go).
    func writeStatus(
        _ key: ObjectKey, _ new: ReplicaSet?, _ old: [ReplicaSet], _ plan: RollingUpdate
    ) throws(ClusterError) {
        let sets = old + [new].compactMap { $0 }
        func sum(_ value: (ReplicaSetStatus) -> Int32?) -> Int32 {
            sets.reduce(0) { $0 + ($1.status.flatMap(value) ?? 0) }
        }
        guard let deployment = cluster.get(Deployment.self, key) else { return }
        let known = deployment.status ?? DeploymentStatus()
        var status = known
        let specified = Int32(sets.reduce(0) { $0 + $1.member.replicas })
        status.observedGeneration = deployment.metadata.generation
        status.replicas = sum(\.replicas)
        status.updatedReplicas = new?.status?.replicas ?? 0
        status.readyReplicas = sum(\.readyReplicas)
        let available = sum(\.availableReplicas)
        status.availableReplicas = available
        // `omitempty`: a zero is not written.
        status.unavailableReplicas = specified > available ? specified - available : nil
        let isEnough = Int(available) >= plan.replicas - plan.maxUnavailable
        status.set(
            "Available", isEnough ? "True" : "False",
            isEnough ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
            isEnough
                ? "Deployment has minimum availability." : "Deployment does not have minimum availability.",
            now)
        progress(&status, known, key, new, deployment)
        try cluster.modify(Deployment.self, key.namespace, key.name) { $0.status = status }
    }

    private func progress(
        _ status: inout DeploymentStatus, _ known: DeploymentStatus, _ key: ObjectKey, _ new: ReplicaSet?,
        _ deployment: Deployment
    ) {
        let replicas = deployment.spec?.replicas ?? 1
        let condition = known.conditions?.first { $0.type == "Progressing" }
        if deployment.spec?.paused == true {
            // A deadline that was missed stays in sight (checkPausedConditions).
            guard condition?.reason != "ProgressDeadlineExceeded" else { return }
            return status.set("Progressing", "Unknown", "DeploymentPaused", "Deployment is paused", now)
        }
        if condition?.reason == "DeploymentPaused" {
            status.set("Progressing", "Unknown", "DeploymentResumed", "Deployment is resumed", now)
        }
        guard let new else { return }
        let isComplete =
            status.updatedReplicas == replicas && status.replicas == replicas && status.availableReplicas == replicas
        if isComplete {
            let text = "ReplicaSet \"\(new.name)\" has successfully progressed."
            return status.set("Progressing", "True", "NewReplicaSetAvailable", text, now)
        }
        let hasMoved =
            (status.updatedReplicas ?? 0) > (known.updatedReplicas ?? 0)
            || (status.readyReplicas ?? 0) > (known.readyReplicas ?? 0)
            || (status.availableReplicas ?? 0) > (known.availableReplicas ?? 0)
            || known.observedGeneration != status.observedGeneration
        if condition == nil || hasMoved {
            let isNew = condition == nil
            status.set(
                "Progressing", "True", isNew ? "NewReplicaSetCreated" : "ReplicaSetUpdated",
                isNew ? "Created new replica set \"\(new.name)\"" : "ReplicaSet \"\(new.name)\" is progressing.", now,
                updates: true)
        }
        let since = status.conditions?.first { $0.type == "Progressing" }
        guard since?.reason != "NewReplicaSetAvailable", since?.reason != "ProgressDeadlineExceeded",
            let begun = since?.lastUpdateTime
        else { return }
        let due = begun.advanced(by: Int64(deployment.spec?.progressDeadlineSeconds ?? 600))
        if due <= now {
            let text = "ReplicaSet \"\(new.name)\" has timed out progressing."
            status.set("Progressing", "False", "ProgressDeadlineExceeded", text, now)
        } else {
            wake(.deployment, key, at: due)
        }
    }
}

extension DeploymentStatus {
    /// - Parameter updates: whether to move `lastUpdateTime` though nothing else changes.
    fileprivate mutating func set(
        _ type: String, _ value: String, _ reason: String, _ message: String, _ now: Timestamp, updates: Bool = false
    ) {
        var list = conditions ?? []
        var condition = DeploymentCondition(
            type: type, status: value, lastUpdateTime: now, lastTransitionTime: now, reason: reason, message: message)
        if let index = list.firstIndex(where: { $0.type == type }) {
            let before = list[index]
            if before.status == value { condition.lastTransitionTime = before.lastTransitionTime }
            if before.status == value, before.reason == reason, !updates {
                condition.lastUpdateTime = before.lastUpdateTime
            }
            list[index] = condition
        } else {
            list.append(condition)
        }
        conditions = list
    }
}
