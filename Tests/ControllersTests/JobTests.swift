import ClusterState
import Controllers
import KubernetesModel
import NetworkModel
import Testing

@Suite("Jobs run pods to an end")
struct JobTests {
    private func job(_ change: (inout JobSpec) -> Void = { _ in }) -> Job {
        var spec = JobSpec(
            template: PodTemplateSpec(
                spec: PodSpec(containers: [Container(name: "a", image: "x", command: ["true"])], restartPolicy: "Never")
            ))
        change(&spec)
        return Job(metadata: ObjectMeta(name: "j", namespace: "default"), spec: spec)
    }

    private func world(_ job: Job) throws -> (Cluster, ControllerSet) {
        let cluster = try Cluster(
            store: EmbeddedStore(log: MemoryLog()), options: ClusterOptions(seed: Seed(1))
        ) { Timestamp(seconds: 1000) }
        try cluster.create(job)
        return (cluster, ControllerSet(cluster: cluster))
    }

    private func end(_ pod: Pod, _ phase: String, in cluster: Cluster, at seconds: Int64 = 1000) throws {
        try cluster.modify(Pod.self, pod.namespace, pod.name) { pod in
            pod.status?.phase = phase
            pod.status?.containerStatuses = [
                PodContainerStatus(
                    name: "a",
                    state: ContainerState(
                        terminated: ContainerStateTerminated(
                            exitCode: phase == "Succeeded" ? 0 : 1, finishedAt: Timestamp(seconds: seconds))))
            ]
        }
    }

    @Test("its pods carry its uid, come as many at once as allowed, and the last success completes it")
    func completion() throws {
        let (cluster, controllers) = try world(
            job {
                $0.completions = 3; $0.parallelism = 2
            })
        _ = try controllers.settle(now: Timestamp(seconds: 1000))
        var pods = cluster.list(Pod.self)
        let uid = try #require(cluster.get(Job.self, "default", "j")?.uid)
        #expect(
            pods.count == 2 && pods.allSatisfy { $0.labels["controller-uid"] == uid && $0.labels["job-name"] == "j" })
        for pod in pods { try end(pod, "Succeeded", in: cluster) }
        _ = try controllers.settle(now: Timestamp(seconds: 1001))
        pods = cluster.list(Pod.self)
        #expect(pods.count == 3)
        for pod in pods { try end(pod, "Succeeded", in: cluster) }
        _ = try controllers.settle(now: Timestamp(seconds: 1002))
        let status = cluster.get(Job.self, "default", "j")?.status
        #expect(status?.succeeded == 3 && status?.active == 0 && status?.completionTime?.seconds == 1002)
        #expect(status?.conditions?.map(\.type) == ["Complete"])
        #expect(cluster.list(Pod.self).count == 3)
    }

    @Test("a failed pod is replaced after a pause, and the limit of failures fails the job")
    func backoff() throws {
        let (cluster, controllers) = try world(job { $0.backoffLimit = 1 })
        _ = try controllers.settle(now: Timestamp(seconds: 1000))
        try end(try #require(cluster.list(Pod.self).first), "Failed", in: cluster)
        let result = try controllers.settle(now: Timestamp(seconds: 1001))
        #expect(cluster.list(Pod.self).count == 1 && result.nextDue == Timestamp(seconds: 1010))
        _ = try controllers.settle(now: Timestamp(seconds: 1010))
        #expect(cluster.list(Pod.self).count == 2)
        for pod in cluster.list(Pod.self) { try end(pod, "Failed", in: cluster, at: 1011) }
        _ = try controllers.settle(now: Timestamp(seconds: 1012))
        let job = try #require(cluster.get(Job.self, "default", "j"))
        #expect(job.isFinished && job.status?.conditions?.first?.reason == "BackoffLimitExceeded")
        #expect(job.status?.failed == 2)
    }

    @Test("a job that is suspended has no pods, one that is over time fails, one with a time to live goes")
    func ends() throws {
        let (cluster, controllers) = try world(
            job {
                $0.suspend = true; $0.activeDeadlineSeconds = 5; $0.ttlSecondsAfterFinished = 7
            })
        _ = try controllers.settle(now: Timestamp(seconds: 1000))
        #expect(cluster.list(Pod.self).isEmpty)
        try cluster.modify(Job.self, "default", "j") { $0.spec?.suspend = false }
        _ = try controllers.settle(now: Timestamp(seconds: 1001))
        #expect(cluster.list(Pod.self).count == 1)
        _ = try controllers.settle(now: Timestamp(seconds: 1006))
        let job = try #require(cluster.get(Job.self, "default", "j"))
        #expect(job.status?.conditions?.last?.reason == "DeadlineExceeded")
        _ = try controllers.settle(now: Timestamp(seconds: 1013))
        #expect(cluster.get(Job.self, "default", "j") == nil)
    }

    @Test("what may not be: restarting for ever, numbers below nothing, another template afterwards")
    func refusals() throws {
        let (cluster, _) = try world(job())
        #expect(throws: ClusterError.self) {
            var other = job { $0.template.spec?.restartPolicy = "Always" }
            other.metadata.name = "k"
            try cluster.create(other)
        }
        #expect(throws: ClusterError.self) {
            var other = job { $0.completions = -1 }
            other.metadata.name = "k"
            try cluster.create(other)
        }
        #expect(throws: ClusterError.self) {
            try cluster.update(job { $0.template.spec?.containers[0].image = "y" })
        }
    }
}
