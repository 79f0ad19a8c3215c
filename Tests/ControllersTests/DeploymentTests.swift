import ClusterState
import Controllers
import KubernetesModel
import NetworkModel
import Testing

@Suite struct DeploymentTests {
    private func lab() throws -> TestCluster {
        let lab = try TestCluster()
        try lab.join()
        try lab.installCilium()
        return lab
    }

    private func change(_ lab: TestCluster, _ change: (inout DeploymentSpec) -> Void) throws {
        var deployment = try #require(lab.cluster.get(Deployment.self, "default", "web"))
        deployment.metadata.resourceVersion = nil
        if var spec = deployment.spec {
            change(&spec)
            deployment.spec = spec
        }
        try lab.cluster.update(deployment)
    }

    private func setImage(_ lab: TestCluster, _ image: String) throws {
        try change(lab) { $0.template.spec?.containers[0].image = image }
    }

    private func images(_ lab: TestCluster) -> Set<String> {
        Set(lab.cluster.list(Pod.self).compactMap { $0.spec?.containers.first?.image })
    }

    private func condition(_ lab: TestCluster, _ type: String) throws -> DeploymentCondition {
        let deployment = try #require(lab.cluster.get(Deployment.self, "default", "web"))
        return try #require(deployment.status?.conditions?.first { $0.type == type })
    }

    @Test("Recreate makes no new pod before the last old one is gone")
    func recreate() throws {
        let lab = try lab()
        var deployment = TestCluster.deployment("web", replicas: 3)
        deployment.spec?.strategy = DeploymentStrategy(type: "Recreate")
        try lab.cluster.create(deployment)
        try lab.converge()
        try setImage(lab, "hello-app:2.0")
        try lab.settle()
        let terminating = lab.cluster.list(Pod.self)
        #expect(terminating.count == 3 && terminating.allSatisfy { $0.metadata.deletionTimestamp != nil })
        for pod in terminating {
            #expect(images(lab) == ["hello-app:1.0"])
            try lab.cluster.delete(Pod.self, pod.namespace, pod.name, gracePeriodSeconds: 0)
            try lab.settle()
        }
        #expect(images(lab) == ["hello-app:2.0"])
        #expect(lab.cluster.list(Pod.self).count == 3)
    }

    @Test("a paused deployment takes no new template but scales; resumed, it rolls out")
    func pause() throws {
        let lab = try lab()
        try lab.cluster.create(TestCluster.deployment("web", replicas: 2))
        try lab.converge()
        try change(lab) { $0.paused = true }
        try setImage(lab, "hello-app:2.0")
        try lab.converge()
        #expect(images(lab) == ["hello-app:1.0"])
        #expect(lab.cluster.list(ReplicaSet.self).count == 1)
        #expect(try condition(lab, "Progressing").reason == "DeploymentPaused")
        try change(lab) { $0.replicas = 3 }
        try lab.converge()
        #expect(lab.cluster.list(Pod.self).count == 3)
        try change(lab) { $0.paused = nil }
        try lab.converge()
        #expect(images(lab) == ["hello-app:2.0"])
        #expect(lab.cluster.list(Pod.self).count == 3)
        #expect(try condition(lab, "Progressing").reason == "NewReplicaSetAvailable")
    }

    @Test("a rollout that does not move for progressDeadlineSeconds is told as failed, and recovers")
    func progressDeadline() throws {
        let lab = try lab()
        var deployment = TestCluster.deployment("web", replicas: 1)
        deployment.spec?.progressDeadlineSeconds = 60
        try lab.cluster.create(deployment)
        let due = try lab.settle().nextDue
        #expect(due == lab.time.now.advanced(by: 60))
        lab.time.advance(59)
        try lab.settle()
        #expect(try condition(lab, "Progressing").status == "True")
        lab.time.advance(1)
        try lab.settle()
        let failed = try condition(lab, "Progressing")
        #expect(failed.status == "False" && failed.reason == "ProgressDeadlineExceeded")
        try lab.converge()
        #expect(try condition(lab, "Progressing").reason == "NewReplicaSetAvailable")
    }

    @Test("a template that was there before takes its ReplicaSet up again, under a new revision")
    func rollback() throws {
        let lab = try lab()
        try lab.cluster.create(TestCluster.deployment("web", replicas: 2))
        try lab.converge()
        let first = try #require(lab.cluster.list(ReplicaSet.self).first)
        try setImage(lab, "hello-app:2.0")
        try lab.converge()
        try setImage(lab, "hello-app:1.0")
        try lab.converge()
        #expect(lab.cluster.list(ReplicaSet.self).count == 2)
        let again = try #require(lab.cluster.get(ReplicaSet.self, "default", first.name))
        #expect(again.uid == first.uid && again.spec?.replicas == 2)
        #expect(again.annotations["deployment.kubernetes.io/revision"] == "3")
        #expect(again.annotations["deployment.kubernetes.io/revision-history"] == "1")
        let deployment = try #require(lab.cluster.get(Deployment.self, "default", "web"))
        #expect(deployment.annotations["deployment.kubernetes.io/revision"] == "3")
        #expect(images(lab) == ["hello-app:1.0"])
    }

    @Test("old ReplicaSets beyond revisionHistoryLimit go, the oldest first", arguments: [0, 1, 2])
    func history(limit: Int) throws {
        let lab = try lab()
        var deployment = TestCluster.deployment("web", replicas: 1)
        deployment.spec?.revisionHistoryLimit = Int32(limit)
        try lab.cluster.create(deployment)
        for version in 1...4 {
            try setImage(lab, "hello-app:\(version).0")
            try lab.converge()
        }
        let images = lab.cluster.list(ReplicaSet.self).compactMap { $0.spec?.template?.spec?.containers.first?.image }
        #expect(Set(images) == Set((4 - limit...4).map { "hello-app:\($0).0" }))
        #expect(images.count == limit + 1)
    }
}
