import ClusterState
import Controllers
import KubernetesModel
import NetworkModel
import Testing

@Suite("What belongs to whom: adoption, letting go, orphans, deletion in the foreground") struct OwnershipTests {
    private func lab() throws -> TestCluster {
        let lab = try TestCluster()
        try lab.join()
        try lab.installCilium()
        try lab.cluster.create(TestCluster.deployment("web", replicas: 2))
        try lab.converge()
        return lab
    }

    @Test("a deployment that is deleted without its pods, and made again, has them back: same ReplicaSet, same pods")
    func adoption() throws {
        let lab = try lab()
        let sets = lab.cluster.list(ReplicaSet.self).map(\.uid)
        let pods = lab.cluster.list(Pod.self).map(\.uid)
        try lab.cluster.delete(Deployment.self, "default", "web", propagation: .orphan)
        try lab.converge()
        #expect(lab.cluster.list(ReplicaSet.self).map(\.uid) == sets)
        #expect(lab.cluster.list(ReplicaSet.self).allSatisfy { $0.controllerReference == nil })
        #expect(lab.cluster.list(Pod.self).map(\.uid) == pods)
        try lab.cluster.create(TestCluster.deployment("web", replicas: 2))
        try lab.converge()
        let owner = try #require(lab.cluster.get(Deployment.self, "default", "web"))
        #expect(lab.cluster.list(ReplicaSet.self).map(\.uid) == sets)
        #expect(lab.cluster.list(ReplicaSet.self).allSatisfy { $0.controllerReference?.uid == owner.uid })
        #expect(lab.cluster.list(Pod.self).map(\.uid) == pods)
        #expect(owner.status?.availableReplicas == 2)
    }

    @Test("a pod whose label is changed is let go of and replaced; changed back, one too many goes")
    func quarantine() throws {
        let lab = try lab()
        let pod = try #require(lab.cluster.list(Pod.self).first)
        try lab.cluster.modify(Pod.self, "default", pod.name) { $0.metadata.labels?["app"] = "quarantine" }
        try lab.converge()
        #expect(lab.cluster.list(Pod.self).count == 3)
        let free = try #require(lab.cluster.get(Pod.self, "default", pod.name))
        #expect(free.controllerReference == nil && free.metadata.deletionTimestamp == nil)
        try lab.cluster.modify(Pod.self, "default", pod.name) { $0.metadata.labels?["app"] = "web" }
        try lab.converge()
        #expect(lab.cluster.list(Pod.self).count == 2)
        #expect(lab.cluster.list(Pod.self).allSatisfy { $0.controllerReference?.kind == "ReplicaSet" })
    }

    @Test("a pod that fits is taken in by who has too few, and never from another owner")
    func strangers() throws {
        let lab = try lab()
        let hash = try #require(lab.cluster.list(ReplicaSet.self).first?.labels["pod-template-hash"])
        try lab.cluster.create(
            Pod(
                metadata: ObjectMeta(
                    name: "stranger", namespace: "default", labels: ["app": "web", "pod-template-hash": hash]),
                spec: PodSpec(containers: [Container(name: "a", image: "x")])))
        try lab.converge()
        #expect(lab.cluster.list(Pod.self).count == 2)
        var other = TestCluster.deployment("other", replicas: 1)
        other.spec?.selector = LabelSelector(matchLabels: ["app": "web"])
        other.spec?.template.metadata?.labels = ["app": "web"]
        try lab.cluster.create(other)
        try lab.converge()
        let owners = lab.cluster.list(Pod.self).compactMap { $0.controllerReference?.name.split(separator: "-").first }
        #expect(owners.sorted() == ["other", "web", "web"])
    }

    @Test("in the foreground the owner is the last to go, over a restart too")
    func foreground() throws {
        let lab = try lab()
        try lab.cluster.delete(Deployment.self, "default", "web", propagation: .foreground)
        try lab.settle()
        let waiting = try #require(lab.cluster.get(Deployment.self, "default", "web"))
        #expect(waiting.metadata.finalizers == ["foregroundDeletion"] && waiting.metadata.deletionTimestamp != nil)
        #expect(lab.cluster.list(ReplicaSet.self).first?.metadata.finalizers == ["foregroundDeletion"])
        #expect(lab.cluster.list(Pod.self).allSatisfy { $0.metadata.deletionTimestamp != nil })
        // Another process goes on from the same log.
        let later = try TestCluster(log: lab.log)
        try later.settle()
        #expect(later.cluster.get(Deployment.self, "default", "web") != nil)
        try later.converge()
        #expect(later.cluster.list(Pod.self).isEmpty && later.cluster.list(ReplicaSet.self).isEmpty)
        #expect(later.cluster.get(Deployment.self, "default", "web") == nil)
    }

    @Test("without pods, or with a finalizer of somebody else's, it ends as it should")
    func foregroundEnds() throws {
        let lab = try lab()
        try lab.cluster.create(ConfigMap(metadata: ObjectMeta(name: "alone", namespace: "default")))
        try lab.cluster.delete(ConfigMap.self, "default", "alone", propagation: .foreground)
        try lab.settle()
        #expect(lab.cluster.get(ConfigMap.self, "default", "alone") == nil)
        try lab.cluster.modify(Deployment.self, "default", "web") { $0.metadata.finalizers = ["example.com/mine"] }
        try lab.cluster.delete(Deployment.self, "default", "web", propagation: .foreground)
        try lab.converge()
        #expect(lab.cluster.get(Deployment.self, "default", "web")?.metadata.finalizers == ["example.com/mine"])
        #expect(lab.cluster.list(Pod.self).isEmpty)
        var last = try #require(lab.cluster.get(Deployment.self, "default", "web"))
        last.metadata.finalizers = nil
        try lab.cluster.update(last)
        #expect(lab.cluster.get(Deployment.self, "default", "web") == nil)
    }

    @Test("a pod with a finalizer stays until its agent has confirmed and the finalizer is gone, in either order")
    func podFinalizers() throws {
        for isFinalizerFirst in [true, false] {
            let lab = try lab()
            let pod = try #require(lab.cluster.list(Pod.self).first)
            try lab.cluster.modify(Pod.self, "default", pod.name) { $0.metadata.finalizers = ["example.com/mine"] }
            try lab.cluster.delete(Pod.self, "default", pod.name)
            func confirm() throws { try lab.cluster.delete(Pod.self, "default", pod.name, gracePeriodSeconds: 0) }
            func finish() throws {
                var free = try #require(lab.cluster.get(Pod.self, "default", pod.name))
                free.metadata.finalizers = nil
                try lab.cluster.update(free)
            }
            if isFinalizerFirst { try finish() } else { try confirm() }
            #expect(lab.cluster.get(Pod.self, "default", pod.name) != nil)
            if isFinalizerFirst { try confirm() } else { try finish() }
            #expect(lab.cluster.get(Pod.self, "default", pod.name) == nil)
        }
    }
}
