import ClusterState
import Controllers
import KubernetesModel
import NetworkModel
import Testing

@Suite struct TutorialTests {
    private static let unready =
        "0/3 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, "
        + "2 node(s) had untolerated taint {node.kubernetes.io/not-ready: }. preemption: 0/3 nodes are available: "
        + "3 Preemption is not helpful for scheduling.."

    @Test("behaviour 6.2, 6.3: without a CNI nodes are NotReady and pods stay pending in Kubernetes' words")
    func pendingWithoutCNI() throws {
        let lab = try TestCluster()
        try lab.join()
        try lab.cluster.create(TestCluster.deployment("hello-app", replicas: 1))
        try lab.settle()
        let pod = try #require(lab.cluster.list(Pod.self).first)
        #expect(pod.spec?.nodeName == nil)
        #expect(pod.status?.conditions?.first?.message == Self.unready)
        #expect(lab.cluster.list(Event.self).contains { $0.reason == "FailedScheduling" && $0.message == Self.unready })
        let node = try #require(lab.cluster.get(Node.self, "kind-worker"))
        #expect(node.status?.conditions?.last?.reason == "KubeletNotReady")
        #expect(node.spec?.podCIDR == "10.244.1.0/24")
    }

    @Test("the tutorial: two replicas on two workers, addresses of 10.0.N.0/24, a ClusterIP with two endpoints")
    func helloApp() throws {
        let pins = Pins(
            podCIDR: [
                "kind-control-plane": IPPrefix(IPAddress(10, 0, 1, 0), 24),
                "kind-worker": IPPrefix(IPAddress(10, 0, 0, 0), 24),
            ], router: ["kind-worker": IPAddress(10, 0, 0, 77)])
        let lab = try TestCluster(pins: pins)
        try lab.join()
        try lab.installCilium()
        try lab.cluster.create(TestCluster.deployment("hello-app", replicas: 2))
        try lab.cluster.create(TestCluster.service("hello-app"))
        try lab.converge()
        let pods = lab.cluster.list(Pod.self)
        #expect(Set(pods.compactMap(\.spec?.nodeName)) == ["kind-worker", "kind-worker2"])
        let cidrs = lab.cluster.list(CiliumNode.self).map { $0.spec?.ipam?.podCIDRs?.first }
        #expect(cidrs == ["10.0.1.0/24", "10.0.0.0/24", "10.0.2.0/24"])
        let router = lab.cluster.get(CiliumNode.self, "kind-worker")?.spec?.addresses?.last
        #expect(router == CiliumNodeAddress(type: "CiliumInternalIP", ip: "10.0.0.77"))
        let slices = lab.cluster.list(EndpointSlice.self).filter {
            $0.labels["kubernetes.io/service-name"] == "hello-app"
        }
        #expect(slices.count == 1)
        #expect(Set((slices.first?.endpoints ?? []).flatMap(\.addresses)) == Set(pods.compactMap(\.status?.podIP)))
        #expect(slices.first?.endpoints?.allSatisfy { $0.conditions?.ready == true } == true)
        let deployment = try #require(lab.cluster.get(Deployment.self, "default", "hello-app"))
        #expect(deployment.status?.availableReplicas == 2)
        #expect(deployment.status?.conditions?.map(\.reason) == ["MinimumReplicasAvailable", "NewReplicaSetAvailable"])
        #expect(deployment.annotations["deployment.kubernetes.io/revision"] == "1")
        #expect(try lab.settle().changed == false)
    }

    @Test("behaviour 1.4: the only node of a cluster takes pods")
    func singleNode() throws {
        let lab = try TestCluster()
        try lab.join(["kind-control-plane"])
        try lab.installCilium()
        try lab.cluster.create(TestCluster.deployment("hello-app", replicas: 1))
        try lab.converge()
        #expect(lab.cluster.list(Pod.self).first?.spec?.nodeName == "kind-control-plane")
    }

    @Test("same seed, same names and addresses, whatever the order of creation; another seed differs")
    func deterministic() throws {
        func run(_ seed: UInt64, _ names: [String]) throws -> [String] {
            let lab = try TestCluster(seed: seed)
            try lab.join()
            try lab.installCilium()
            for name in names {
                try lab.cluster.create(TestCluster.deployment(name, replicas: 2))
                try lab.cluster.create(TestCluster.service(name))
            }
            try lab.converge()
            return lab.cluster.list(Pod.self).map(\.name)
                + lab.cluster.list(Service.self).map { "\($0.name) \($0.spec?.clusterIP ?? "")" }
                + lab.cluster.list(CiliumNode.self).map { "\($0.name) \($0.spec?.addresses?.last?.ip ?? "")" }
        }
        let one = try run(7, ["a", "b", "c"])
        #expect(try run(7, ["c", "a", "b"]) == one)
        #expect(try run(8, ["a", "b", "c"]) != one)
    }
}
