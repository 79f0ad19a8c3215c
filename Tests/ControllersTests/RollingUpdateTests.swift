import ClusterState
import Controllers
import KubernetesModel
import NetworkModel
import Testing

@Suite struct RollingUpdateTests {
    private static let shapes: [(Int32, IntOrString, IntOrString)] = [
        (4, "25%", "25%"), (10, "25%", "25%"), (3, 0, 1), (3, 1, 0), (1, "25%", "25%"), (5, 2, 2),
    ]

    @Test("a rolling update never has more than maxSurge nor fewer than maxUnavailable allows", arguments: shapes)
    func invariants(replicas: Int32, maxUnavailable: IntOrString, maxSurge: IntOrString) throws {
        let lab = try TestCluster()
        try lab.join()
        try lab.installCilium()
        var deployment = TestCluster.deployment("web", replicas: replicas)
        deployment.spec?.strategy = DeploymentStrategy(
            type: "RollingUpdate",
            rollingUpdate: RollingUpdateDeployment(maxUnavailable: maxUnavailable, maxSurge: maxSurge))
        try lab.cluster.create(deployment)
        try lab.converge()
        let spec = try #require(lab.cluster.get(Deployment.self, "default", "web")?.spec)
        let plan = RollingUpdate(spec)
        deployment.spec?.template.spec?.containers[0].image = "hello-app:2.0"
        try lab.cluster.apply(AnyKubernetesObject(deployment))
        for _ in 0..<200 {
            let changed = try lab.settle().changed
            let alive = lab.cluster.list(Pod.self).filter { $0.metadata.deletionTimestamp == nil }
            #expect(alive.count <= plan.replicas + plan.maxSurge)
            #expect(alive.count(where: \.isReady) >= plan.replicas - plan.maxUnavailable)
            let before = lab.cluster.revision
            try lab.runAgents(readyLimit: 1)
            if !changed, lab.cluster.revision == before { break }
        }
        let pods = lab.cluster.list(Pod.self)
        #expect(pods.count == Int(replicas))
        #expect(pods.allSatisfy { $0.spec?.containers.first?.image == "hello-app:2.0" })
        let sets = lab.cluster.list(ReplicaSet.self)
        #expect(sets.count == 2)
        #expect(sets.compactMap(\.spec?.replicas).sorted() == [0, replicas])
        let done = try #require(lab.cluster.get(Deployment.self, "default", "web"))
        #expect(done.annotations["deployment.kubernetes.io/revision"] == "2")
        #expect(done.status?.observedGeneration == done.metadata.generation)
    }

    @Test("scaling keeps the ReplicaSet, deletion takes everything a deployment made")
    func scaleAndDelete() throws {
        let lab = try TestCluster()
        try lab.join()
        try lab.installCilium()
        try lab.cluster.create(TestCluster.deployment("web", replicas: 1))
        try lab.converge()
        let first = try #require(lab.cluster.list(Pod.self).first)
        try lab.cluster.apply(AnyKubernetesObject(TestCluster.deployment("web", replicas: 4)))
        try lab.converge()
        #expect(lab.cluster.list(Pod.self).count == 4)
        #expect(lab.cluster.list(ReplicaSet.self).count == 1)
        #expect(lab.cluster.list(Pod.self).contains { $0.uid == first.uid })
        try lab.cluster.delete(Deployment.self, "default", "web")
        try lab.converge()
        #expect(lab.cluster.list(Pod.self).isEmpty)
        #expect(lab.cluster.list(ReplicaSet.self).isEmpty)
    }

    @Test(
        "an update that would never move, a negative number and what is no share are refused in the API server's words")
    func refusals() {
        func problems(_ unavailable: IntOrString?, _ surge: IntOrString?) -> [String] {
            var deployment = TestCluster.deployment("web", replicas: 3)
            deployment.spec?.strategy = DeploymentStrategy(
                type: "RollingUpdate",
                rollingUpdate: RollingUpdateDeployment(maxUnavailable: unavailable, maxSurge: surge))
            let prefix = "spec.strategy.rollingUpdate."
            return Validation.errors(in: Defaults.applied(to: deployment)).map {
                String($0.description.trimmingPrefix(prefix))
            }
        }
        #expect(problems(nil, nil) == [] && problems(0, "1%") == [] && problems("100%", 0) == [])
        #expect(
            problems(0, "0%") == [
                "maxUnavailable: Invalid value: intstr.IntOrString{Type:0, IntVal:0, StrVal:\"\"}: "
                    + "may not be 0 when `maxSurge` is 0"
            ])
        #expect(problems(1, -1) == ["maxSurge: Invalid value: -1: must be greater than or equal to 0"])
        #expect(
            problems("many", 1) == [
                "maxUnavailable: Invalid value: intstr.IntOrString{Type:1, IntVal:0, StrVal:\"many\"}: "
                    + "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', "
                    + "regex used for validation is '[0-9]+%')"
            ])
        #expect(
            problems("101%", 1) == [
                "maxUnavailable: Invalid value: intstr.IntOrString{Type:1, IntVal:0, StrVal:\"101%\"}: "
                    + "must not be greater than 100%"
            ])
    }
}
