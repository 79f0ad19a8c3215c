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

    private func indexed(_ completions: Int32, _ parallelism: Int32) -> Job {
        job {
            $0.completionMode = "Indexed"; $0.completions = completions; $0.parallelism = parallelism
        }
    }

    @Test("an indexed one has a pod for each number, which it is told; a failed number comes again, no other does")
    func indexes() throws {
        let (cluster, controllers) = try world(indexed(5, 3))
        func pods() -> [Pod] { cluster.list(Pod.self).filter { $0.status?.phase ?? "Pending" == "Pending" } }
        func numbers() -> [Int] { pods().compactMap { JobPods.index(of: $0) }.sorted() }
        func pod(_ index: Int) throws -> Pod { try #require(pods().first { JobPods.index(of: $0) == index }) }
        func status() -> JobStatus? { cluster.get(Job.self, "default", "j")?.status }
        _ = try controllers.settle(now: Timestamp(seconds: 1000))
        #expect(numbers() == [0, 1, 2])
        let first = try pod(1)
        #expect(first.name.hasPrefix("j-1-") && first.name.count == 9 && first.spec?.hostname == "j-1")
        #expect(first.metadata.annotations?["batch.kubernetes.io/job-completion-index"] == "1")
        let variable = first.spec?.containers.first?.env?.first
        #expect(variable?.name == "JOB_COMPLETION_INDEX")
        #expect(
            variable?.valueFrom?.fieldRef?.fieldPath
                == "metadata.annotations['batch.kubernetes.io/job-completion-index']")

        for index in [0, 2] { try end(try pod(index), "Succeeded", in: cluster) }
        try end(try pod(1), "Failed", in: cluster)
        _ = try controllers.settle(now: Timestamp(seconds: 1020))
        #expect(numbers() == [1, 3, 4])
        #expect(status()?.completedIndexes == "0,2" && status()?.succeeded == 2 && status()?.failed == 1)
        // What was told once stays, also when the pod has gone.
        for pod in cluster.list(Pod.self) where pod.status?.phase == "Succeeded" {
            try cluster.delete(Pod.self, "default", pod.name, gracePeriodSeconds: 0)
        }
        for index in [1, 3] { try end(try pod(index), "Succeeded", in: cluster) }
        _ = try controllers.settle(now: Timestamp(seconds: 1021))
        #expect(numbers() == [4] && status()?.completedIndexes == "0-3")
        try end(try pod(4), "Succeeded", in: cluster)
        _ = try controllers.settle(now: Timestamp(seconds: 1022))
        #expect(status()?.completedIndexes == "0-4" && status()?.conditions?.map(\.type) == ["Complete"])
    }

    @Test("pods that no number needs go: without one, beyond the last, and the second with the same")
    func surplus() throws {
        let (cluster, controllers) = try world(indexed(2, 2))
        _ = try controllers.settle(now: Timestamp(seconds: 1000))
        let pods = cluster.list(Pod.self)
        for (name, index) in [("j-without", nil), ("j-beyond", "2"), ("j-twice", "1")] {
            var pod = try #require(pods.last)
            pod.metadata.name = name
            pod.metadata.uid = nil
            pod.metadata.resourceVersion = nil
            pod.metadata.annotations?["batch.kubernetes.io/job-completion-index"] = index
            try cluster.create(pod)
        }
        _ = try controllers.settle(now: Timestamp(seconds: 1001))
        let left = cluster.list(Pod.self).filter { $0.metadata.deletionTimestamp == nil }
        #expect(left.compactMap { JobPods.index(of: $0) }.sorted() == [0, 1] && left.count == 2)
        #expect(cluster.get(Job.self, "default", "j")?.status?.active == 2)
    }

    @Test(
        "the text of completed numbers is read and written as the API has it",
        arguments: [
            ("", 9, "", 0), ("1,3-5,7", 9, "1,3-5,7", 5), ("3-3,4", 9, "3,4", 2), ("5-9,0", 7, "0,5,6", 3),
            ("0-2147483646", Int(Int32.max), "0-2147483646", Int(Int32.max)), ("7-5,x,-3,1-2-3,9,2", 9, "2", 1),
            ("0", 0, "", 0), ("0-9223372036854775807", 4, "0-3", 4),
        ])
    func completedIndexes(text: String, completions: Int, written: String, count: Int) {
        let indexes = CompletedIndexes(text, below: completions)
        #expect(indexes.text == written && indexes.count == count)
    }

    @Test("a name too long for the label of its pods is refused with the job, and not only with its pods")
    func longName() throws {
        let cluster = try TestCluster().cluster
        var long = job { $0.completions = 1 }
        long.metadata.name = String(repeating: "n", count: 64)
        let refused = #expect(throws: ClusterError.self) { try cluster.create(long) }
        #expect(
            refused?.description == "Job.batch \"\(long.name)\" is invalid: spec.template.labels: Invalid value: "
                + "\"\(long.name)\": must be no more than 63 characters")
        long.metadata.name = String(repeating: "n", count: 63)
        try cluster.create(long)
    }

    @Test("what may not be of an indexed one: no number of completions, a name too long for pods, another mode later")
    func indexedRefusals() {
        func problems(_ job: Job, after old: Job? = nil) -> [String] {
            let job = Defaults.applied(to: job)
            let changed = old.map { Validation.errors(changing: Defaults.applied(to: $0), to: job) } ?? []
            return (Validation.errors(in: job) + changed).map(\.description)
        }
        let endless = job {
            $0.completionMode = "Indexed"; $0.parallelism = 100_001
        }
        #expect(problems(endless) == ["spec.completions: Required value: when completion mode is Indexed"])
        #expect(
            problems(indexed(1, 100_001)) == [
                "spec.parallelism: Invalid value: 100001: must be less than or equal to 100000 when completion mode is "
                    + "Indexed"
            ])
        var long = indexed(11, 1)
        long.metadata.name = String(repeating: "n", count: 60)
        #expect(problems(long) == [])
        long.metadata.name = String(repeating: "n", count: 61)
        #expect(
            problems(long) == [
                "metadata.name: Invalid value: \"\(long.name)\": will not able to create pod with invalid DNS label: "
                    + "\(long.name)-10"
            ])
        #expect(
            problems(indexed(1, 1), after: job { $0.completions = 1 }) == [
                "spec.completionMode: Invalid value: \"Indexed\": field is immutable"
            ])
        #expect(
            problems(job { $0.completionMode = "Odd" }) == [
                "spec.completionMode: Unsupported value: \"Odd\": supported values: \"Indexed\", \"NonIndexed\""
            ])
    }
}
