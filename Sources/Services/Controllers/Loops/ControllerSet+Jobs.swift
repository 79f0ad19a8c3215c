import ClusterState
import KubernetesModel
import NetworkModel

extension ControllerSet {
    /// Makes pods until enough of them have succeeded, or too many have failed (kubernetes pkg/controller/job).
    ///
    /// Ended pods are counted as long as they exist, and what was counted once stays counted.
    func reconcileJob(_ key: ObjectKey) throws(ClusterError) {
        guard let job = cluster.get(Job.self, key), let spec = job.spec, job.metadata.deletionTimestamp == nil else {
            return
        }
        if job.isFinished { return try expire(job, key) }
        let pods = try claimPods(of: job, spec.selector)
        var active = pods.filter(\.isActive)
        var status = job.status ?? JobStatus()
        var completed: CompletedIndexes?
        if spec.completionMode == "Indexed", let completions = spec.completions {
            let indexes = JobPods.completed(status.completedIndexes, pods, of: Int(completions))
            status.completedIndexes = indexes.count == 0 ? nil : indexes.text
            status.succeeded = Int32(indexes.count)
            completed = indexes
        } else {
            status.succeeded = max(status.succeeded ?? 0, Int32(pods.count { $0.status?.phase == "Succeeded" }))
        }
        status.failed = max(status.failed ?? 0, Int32(pods.count { $0.status?.phase == "Failed" }))
        if spec.suspend == true {
            try end(active, of: job)
            active = []
            status.set("Suspended", "True", "JobSuspended", "Job suspended", now)
        } else {
            status.startTime = status.startTime ?? now
            if status.conditions?.contains(where: { $0.type == "Suspended" && $0.status == "True" }) == true {
                status.set("Suspended", "False", "JobResumed", "Job resumed", now)
            }
            let succeeded = status.succeeded ?? 0
            let isComplete = spec.completions.map { succeeded >= $0 } ?? (succeeded > 0 && active.isEmpty)
            if let (reason, message) = failure(of: job, spec, status, active) {
                try end(active, of: job)
                active = []
                status.set("Failed", "True", reason, message, now)
                try record(job, reason, message, component: "job-controller", warning: true)
            } else if isComplete {
                try end(active, of: job)
                active = []
                status.completionTime = now
                status.set("Complete", "True", nil, nil, now)
                try record(job, "Completed", "Job completed", component: "job-controller")
            } else {
                let surplus = completed == nil ? [] : JobPods.surplus(active, of: Int(spec.completions ?? 0))
                try end(surplus, of: job)
                active.removeAll { pod in surplus.contains { $0.name == pod.name } }
                active = try scale(job, key, spec, status, completed, active: active, all: pods)
            }
        }
        status.active = Int32(active.count)
        status.ready = Int32(active.count(where: \.isReady))
        try cluster.modify(Job.self, key.namespace, key.name) { $0.status = status }
        if let seconds = spec.activeDeadlineSeconds, let start = status.startTime {
            wake(.job, key, at: start.advanced(by: seconds))
        }
    }

    private func failure(
        of job: Job, _ spec: JobSpec, _ status: JobStatus, _ active: [Pod]
    ) -> (reason: String, message: String)? {
        if let seconds = spec.activeDeadlineSeconds, let start = status.startTime, start.advanced(by: seconds) <= now {
            return ("DeadlineExceeded", "Job was active longer than specified deadline")
        }
        let limit = spec.backoffLimit ?? 6
        var failures = status.failed ?? 0
        if spec.template.spec?.restartPolicy == "OnFailure" {
            // Containers are restarted in their pods, and pods with a failed one stay.
            let restarts = active.reduce(0) { sum, pod in
                sum + (pod.status?.containerStatuses ?? []).reduce(0) { $0 + $1.restartCount }
            }
            if limit == 0 ? restarts > 0 : restarts >= limit { failures = limit + 1 }
        }
        return failures > limit
            ? ("BackoffLimitExceeded", "Job has reached the specified backoff limit") : nil
    }

    /// The active pods after as many were made or deleted as `parallelism` and what is still open ask for.
    private func scale(
        _ job: Job, _ key: ObjectKey, _ spec: JobSpec, _ status: JobStatus, _ completed: CompletedIndexes?,
        active: [Pod], all: [Pod]
    ) throws(ClusterError) -> [Pod] {
        let parallelism = Int(spec.parallelism ?? 1)
        let open = spec.completions.map { Int($0) - Int(status.succeeded ?? 0) } ?? parallelism
        // Without a number of completions the first success is the end of new pods.
        let wanted = spec.completions == nil && (status.succeeded ?? 0) > 0 ? active.count : min(parallelism, open)
        if active.count > wanted {
            try end(Array(active.dropFirst(wanted)), of: job)
            return Array(active.prefix(wanted))
        }
        guard active.count < wanted else { return active }
        if let due = backoff(status.failed ?? 0, all), due > now {
            wake(.job, key, at: due)
            return active
        }
        let count = wanted - active.count
        let indexes: [Int?] =
            completed?.firstOpen(
                count, of: Int(spec.completions ?? 0), active: active.compactMap { JobPods.index(of: $0) })
            ?? Array(repeating: nil, count: count)
        var active = active
        for index in indexes {
            var pod = JobPods.pod(of: job, index: index)
            pod.metadata.ownerReferences = [.controller(job)]
            pod = try cluster.create(pod)
            try record(job, "SuccessfulCreate", "Created pod: \(pod.name)", component: "job-controller")
            active.append(pod)
        }
        return active
    }

    /// Ten seconds after the last failure, twice as long after each further one, six minutes at most.
    private func backoff(_ failures: Int32, _ pods: [Pod]) -> Timestamp? {
        guard failures > 0 else { return nil }
        let ends = pods.filter { $0.status?.phase == "Failed" }.flatMap { pod in
            (pod.status?.containerStatuses ?? []).compactMap { $0.state?.terminated?.finishedAt }
        }
        guard let last = ends.max() else { return nil }
        return last.advanced(by: min(360, 10 << Int64(min(failures - 1, 6))))
    }

    private func end(_ pods: [Pod], of job: Job) throws(ClusterError) {
        for pod in pods {
            try cluster.delete(Pod.self, pod.namespace, pod.name)
            try record(job, "SuccessfulDelete", "Deleted pod: \(pod.name)", component: "job-controller")
        }
    }

    /// A finished job goes after its time to live, with its pods.
    private func expire(_ job: Job, _ key: ObjectKey) throws(ClusterError) {
        let end = job.status?.completionTime ?? job.status?.conditions?.last?.lastTransitionTime
        guard let seconds = job.spec?.ttlSecondsAfterFinished, let end else { return }
        let due = end.advanced(by: Int64(seconds))
        if due <= now {
            try cluster.delete(Job.self, key.namespace, key.name)
        } else {
            wake(.job, key, at: due)
        }
    }
}

extension JobStatus {
    fileprivate mutating func set(
        _ type: String, _ value: String, _ reason: String?, _ message: String?, _ now: Timestamp
    ) {
        var list = conditions ?? []
        if list.contains(where: { $0.type == type && $0.status == value }) { return }
        list.removeAll { $0.type == type }
        list.append(
            JobCondition(
                type: type, status: value, lastProbeTime: now, lastTransitionTime: now, reason: reason,
                message: message))
        conditions = list
    }
}
