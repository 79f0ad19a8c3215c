import ClusterState
import Controllers
import KubernetesModel
import NetworkModel
import Testing

@Suite struct PlacementTests {
    @Test("DoNotSchedule keeps the skew: a pod waits rather than exceed it, and comes when a node does")
    func spread() throws {
        let lab = try TestCluster()
        try lab.join(["kind-control-plane", "kind-worker", "kind-worker2"])
        try lab.installCilium()
        var deployment = TestCluster.deployment("web", replicas: 4)
        deployment.spec?.template.spec?.topologySpreadConstraints = [
            TopologySpreadConstraint(
                maxSkew: 1, topologyKey: "kubernetes.io/hostname", whenUnsatisfiable: "DoNotSchedule",
                labelSelector: LabelSelector(matchLabels: ["app": "web"]))
        ]
        try lab.cluster.create(deployment)
        try lab.converge()
        func counts() -> [String: Int] {
            lab.cluster.list(Pod.self).reduce(into: [:]) { $0[$1.spec?.nodeName ?? "", default: 0] += 1 }
        }
        // The control-plane counts as an empty domain, though its taint keeps pods off (nodeTaintsPolicy Ignore).
        #expect(counts() == ["kind-worker": 1, "kind-worker2": 1, "": 2])
        let waiting = lab.cluster.list(Pod.self).filter { $0.spec?.nodeName == nil }
        let message =
            "0/3 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, "
            + "2 node(s) didn't match pod topology spread constraints. preemption: 0/3 nodes are available: "
            + "1 Preemption is not helpful for scheduling, 2 No preemption victims found for incoming pod.."
        #expect(waiting.allSatisfy { $0.status?.conditions?.first?.message == message })
        try lab.cluster.modify(Node.self, "", "kind-control-plane") { $0.spec?.taints = nil }
        try lab.converge()
        #expect(counts().values.sorted() == [1, 1, 2])
        #expect(counts()[""] == nil)
    }

    @Test("ipam kubernetes: Cilium takes the CIDR kube-controller-manager gave the node")
    func kubernetesIPAM() throws {
        let lab = try TestCluster()
        try lab.join()
        try lab.settle()
        try lab.installCilium(["ipam": "kubernetes"])
        try lab.cluster.create(TestCluster.deployment("web", replicas: 2))
        try lab.converge()
        for node in lab.cluster.list(Node.self) {
            let cidr = try #require(node.spec?.podCIDR)
            #expect(cidr.hasPrefix("10.244."))
            #expect(lab.cluster.get(CiliumNode.self, node.name)?.spec?.ipam?.podCIDRs == [cidr])
        }
        let addresses = lab.cluster.list(Pod.self).compactMap { $0.status?.podIP }
        #expect(addresses.count == 2 && addresses.allSatisfy { $0.hasPrefix("10.244.") })
    }

    @Test("behaviour 2.9: a node the pool has nothing for is told so once, and served when another leaves")
    func exhaustedPool() throws {
        let lab = try TestCluster()
        try lab.join()
        try lab.settle()
        try lab.installCilium([
            "ipam": "cluster-pool", "cluster-pool-ipv4-cidr": "10.0.0.0/23", "cluster-pool-ipv4-mask-size": "24",
        ])
        try lab.settle()
        try lab.cluster.setNodeNetworkReady("kind-worker", false)
        try lab.settle()
        #expect(lab.cluster.list(CiliumNode.self).map(\.name) == ["kind-control-plane", "kind-worker"])
        #expect(lab.cluster.list(Event.self).count { $0.reason == "CIDRAllocationFailed" } == 1)
        try lab.cluster.delete(Node.self, "", "kind-worker")
        try lab.settle()
        #expect(lab.cluster.list(CiliumNode.self).map(\.name) == ["kind-control-plane", "kind-worker2"])
        #expect(lab.cluster.get(CiliumNode.self, "kind-worker2")?.spec?.ipam?.podCIDRs == ["10.0.1.0/24"])
    }

    @Test("behaviour 6.3: a node that stays NotReady loses its pods after 300 s; one that recovers keeps them")
    func eviction() throws {
        let lab = try TestCluster()
        try lab.join()
        try lab.installCilium()
        try lab.cluster.create(TestCluster.deployment("web", replicas: 2))
        try lab.converge()
        try lab.cluster.setNodeNetworkReady("kind-worker", false)
        #expect(try lab.settle().nextDue == lab.time.now.advanced(by: 300))
        lab.time.advance(299)
        try lab.settle()
        try lab.cluster.setNodeNetworkReady("kind-worker", true)
        lab.time.advance(1)
        try lab.settle()
        #expect(lab.cluster.list(Pod.self).allSatisfy { $0.metadata.deletionTimestamp == nil })
        try lab.cluster.setNodeNetworkReady("kind-worker", false)
        try lab.settle()
        lab.time.advance(300)
        try lab.settle()
        let leaving = lab.cluster.list(Pod.self).filter { $0.metadata.deletionTimestamp != nil }
        #expect(leaving.map(\.spec?.nodeName) == ["kind-worker"])
        #expect(lab.cluster.list(Event.self).contains { $0.reason == "TaintManagerEviction" })
        try lab.converge()
        #expect(lab.cluster.list(Pod.self).map(\.spec?.nodeName) == ["kind-worker2", "kind-worker2"])
    }

    @Test("a pod without a toleration for a NoExecute taint leaves at once")
    func evictionAtOnce() throws {
        let lab = try TestCluster()
        try lab.join()
        try lab.installCilium()
        try lab.cluster.create(TestCluster.deployment("web", replicas: 2))
        try lab.converge()
        try lab.cluster.modify(Node.self, "", "kind-worker2") { node in
            node.spec?.taints = [Taint(key: "maintenance", effect: "NoExecute")]
        }
        try lab.converge()
        #expect(lab.cluster.list(Pod.self).map(\.spec?.nodeName) == ["kind-worker", "kind-worker"])
    }

    @Test("a node takes 110 pods; the rest waits in Kubernetes' words, and pods that have ended make room")
    func tooManyPods() throws {
        let lab = try TestCluster()
        try lab.join()
        try lab.installCilium()
        try lab.cluster.create(TestCluster.deployment("web", replicas: 221))
        try lab.settle()
        let pods = lab.cluster.list(Pod.self)
        #expect(pods.count { $0.spec?.nodeName == "kind-worker" } == 110)
        #expect(pods.count { $0.spec?.nodeName == "kind-worker2" } == 110)
        let waiting = try #require(pods.first { ($0.spec?.nodeName ?? "").isEmpty })
        #expect(
            waiting.status?.conditions?.first { $0.type == "PodScheduled" }?.message
                == "0/3 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, "
                + "2 Too many pods. preemption: 0/3 nodes are available: 1 Preemption is not helpful for scheduling, "
                + "2 No preemption victims found for incoming pod..")
        let ended = try #require(pods.first { $0.spec?.nodeName == "kind-worker" })
        try lab.cluster.modify(Pod.self, "default", ended.name) { $0.status?.phase = "Succeeded" }
        try lab.settle()
        // The one that waited, or the one that the ReplicaSet made in place of the one that ended.
        #expect(lab.cluster.list(Pod.self).count { $0.spec?.nodeName == "kind-worker" } == 111)
        #expect(lab.cluster.list(Pod.self).count { ($0.spec?.nodeName ?? "").isEmpty } == 1)
    }

    @Test("a pod on a node that is deleted before it had an address goes at once: nobody has started anything of it")
    func deletedBeforeItsAddress() throws {
        let lab = try TestCluster()
        try lab.join()
        try lab.cluster.create(
            Pod(
                metadata: ObjectMeta(name: "a", namespace: "default"),
                spec: PodSpec(containers: [Container(name: "a", image: "x")], nodeName: "kind-worker")))
        try lab.settle()
        #expect(lab.cluster.get(Pod.self, "default", "a")?.status?.podIP == nil)
        try lab.cluster.delete(Pod.self, "default", "a")
        #expect(lab.cluster.get(Pod.self, "default", "a")?.metadata.deletionTimestamp != nil)
        try lab.settle()
        #expect(lab.cluster.get(Pod.self, "default", "a") == nil)
    }
}
