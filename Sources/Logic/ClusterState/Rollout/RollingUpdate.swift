package import KubernetesModel

/// The arithmetic of a rolling update (kubernetes pkg/controller/deployment/util, rolling.go).
package struct RollingUpdate: Hashable, Sendable {
    package let replicas: Int
    /// Pods allowed beyond `replicas`.
    package let maxSurge: Int
    /// Pods that may be missing.
    package let maxUnavailable: Int

    /// Percentages count the surge up and the unavailable down; both zero would never move, so one may be missing.
    package init(_ spec: DeploymentSpec) {
        replicas = Int(spec.replicas ?? 1)
        let rolling = spec.strategy?.rollingUpdate
        guard spec.strategy?.type != "Recreate" else {
            maxSurge = 0
            maxUnavailable = 0
            return
        }
        let surge = (rolling?.maxSurge ?? "25%").scaled(total: replicas, roundUp: true) ?? 0
        let unavailable = (rolling?.maxUnavailable ?? "25%").scaled(total: replicas, roundUp: false) ?? 0
        maxSurge = surge
        maxUnavailable = surge == 0 && unavailable == 0 ? 1 : min(unavailable, replicas)
    }

    /// A ReplicaSet as far as the arithmetic goes.
    package struct Member: Hashable, Sendable {
        package var replicas: Int
        package var available: Int

        package init(replicas: Int, available: Int) {
            self.replicas = replicas
            self.available = available
        }
    }

    /// How many the new ReplicaSet should have now.
    package func newReplicas(new: Member, old: [Member]) -> Int {
        if new.replicas >= replicas { return replicas }
        let current = new.replicas + old.reduce(0) { $0 + $1.replicas }
        let room = replicas + maxSurge - current
        return room <= 0 ? new.replicas : new.replicas + min(room, replicas - new.replicas)
    }

    /// How many each old ReplicaSet should have now, oldest first: pods that are not available go first, then
    /// available ones as far as enough stay.
    package func oldReplicas(new: Member, old: [Member]) -> [Int] {
        var result = old.map(\.replicas)
        let minAvailable = replicas - maxUnavailable
        let total = new.replicas + result.reduce(0, +)
        let limit = total - minAvailable - max(0, new.replicas - new.available)
        guard limit > 0 else { return result }
        var cleaned = 0
        for index in old.indices where cleaned < limit {
            let unhealthy = min(limit - cleaned, max(0, old[index].replicas - old[index].available))
            result[index] -= unhealthy
            cleaned += unhealthy
        }
        var surplus = new.available + old.reduce(0) { $0 + $1.available } - minAvailable
        for index in old.indices where surplus > 0 {
            let count = min(result[index], surplus)
            result[index] -= count
            surplus -= count
        }
        return result
    }
}
