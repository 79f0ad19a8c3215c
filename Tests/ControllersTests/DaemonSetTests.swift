import ClusterState
import Controllers
import KubernetesModel
import NetworkModel
import Testing

@Suite struct DaemonSetTests {
    private static func agent(_ image: String = "agent:1.0", tolerations: [Toleration]? = nil) -> DaemonSet {
        DaemonSet(
            metadata: ObjectMeta(name: "agent", namespace: "default"),
            spec: DaemonSetSpec(
                selector: LabelSelector(matchLabels: ["app": "agent"]),
                template: PodTemplateSpec(
                    metadata: ObjectMeta(labels: ["app": "agent"]),
                    spec: PodSpec(containers: [Container(name: "agent", image: image)], tolerations: tolerations))))
    }

    private func lab(_ set: DaemonSet) throws -> TestCluster {
        let lab = try TestCluster()
        try lab.join()
        try lab.installCilium()
        try lab.cluster.create(set)
        try lab.converge()
        return lab
    }

    private func nodes(_ lab: TestCluster) -> [String] {
        lab.cluster.list(Pod.self).compactMap { $0.spec?.nodeName }.sorted()
    }

    @Test("one pod on each node whose taints it bears, with a node's coming and going")
    func onePerNode() throws {
        let lab = try lab(Self.agent())
        #expect(nodes(lab) == ["kind-worker", "kind-worker2"])
        let status = try #require(lab.cluster.get(DaemonSet.self, "default", "agent")?.status)
        #expect(status.desiredNumberScheduled == 2 && status.numberAvailable == 2 && status.numberUnavailable == 0)
        try lab.cluster.modify(Node.self, "", "kind-control-plane") { $0.spec?.taints = nil }
        try lab.converge()
        #expect(nodes(lab) == ["kind-control-plane", "kind-worker", "kind-worker2"])
        try lab.cluster.delete(Node.self, "", "kind-worker2")
        try lab.converge()
        #expect(nodes(lab) == ["kind-control-plane", "kind-worker"])
        #expect(try lab.settle().changed == false)
    }

    @Test("its pods bear not-ready and cordoned nodes; a toleration for everything brings the control-plane")
    func tolerations() throws {
        let lab = try lab(Self.agent(tolerations: [Toleration(operator: "Exists")]))
        #expect(nodes(lab) == ["kind-control-plane", "kind-worker", "kind-worker2"])
        try lab.cluster.modify(Node.self, "", "kind-worker") { $0.spec?.unschedulable = true }
        try lab.cluster.setNodeNetworkReady("kind-worker2", false)
        try lab.converge()
        #expect(nodes(lab).count == 3)
        let plain = try TestCluster()
        try plain.join()
        try plain.cluster.create(Self.agent())
        try plain.settle()
        // not-ready:NoSchedule is not among what Kubernetes adds.
        #expect(plain.cluster.list(Pod.self).isEmpty)
    }

    @Test("a new template replaces the pods one node after the other")
    func rollingUpdate() throws {
        let lab = try lab(Self.agent(tolerations: [Toleration(operator: "Exists")]))
        try lab.cluster.apply(
            AnyKubernetesObject(Self.agent("agent:2.0", tolerations: [Toleration(operator: "Exists")])))
        for _ in 0..<20 {
            try lab.settle()
            let alive = lab.cluster.list(Pod.self).filter { $0.metadata.deletionTimestamp == nil }
            #expect(alive.count(where: \.isReady) >= 2)
            try lab.runAgents(readyLimit: 1)
        }
        let pods = lab.cluster.list(Pod.self)
        #expect(pods.count == 3)
        #expect(pods.allSatisfy { $0.spec?.containers.first?.image == "agent:2.0" && $0.isReady })
        #expect(lab.cluster.get(DaemonSet.self, "default", "agent")?.status?.updatedNumberScheduled == 3)
        try lab.cluster.delete(DaemonSet.self, "default", "agent")
        try lab.converge()
        #expect(lab.cluster.list(Pod.self).isEmpty)
    }

    @Test("with a surge a node's new pod comes beside the old one, which goes when the new one is available")
    func surge() throws {
        var set = Self.agent(tolerations: [Toleration(operator: "Exists")])
        set.spec?.updateStrategy = DaemonSetUpdateStrategy(
            rollingUpdate: RollingUpdateDaemonSet(maxUnavailable: 0, maxSurge: "34%"))
        let lab = try lab(set)
        func alive() -> [Pod] { lab.cluster.list(Pod.self).filter { $0.metadata.deletionTimestamp == nil } }
        set.spec?.template.spec?.containers[0].image = "agent:2.0"
        try lab.cluster.apply(AnyKubernetesObject(set))
        var most = 0
        for _ in 0..<20 {
            try lab.settle()
            // 34% of three nodes are two, counted up.
            most = max(most, alive().count)
            let readyNodes = Set(alive().filter(\.isReady).compactMap { DaemonPods.node(of: $0) })
            #expect(alive().count <= 5 && readyNodes.count == 3)
            try lab.runAgents(readyLimit: 1)
        }
        #expect(most == 5)
        #expect(alive().count == 3)
        #expect(alive().allSatisfy { $0.spec?.containers.first?.image == "agent:2.0" && $0.isReady })
        let status = lab.cluster.get(DaemonSet.self, "default", "agent")?.status
        #expect(status?.updatedNumberScheduled == 3 && status?.numberUnavailable == 0)
        #expect(try lab.settle().changed == false)
    }

    @Test("with a surge an old pod that is not ready is not waited for, and goes when there is a new one")
    func surgeBesideUnready() throws {
        var set = Self.agent()
        set.spec?.updateStrategy = DaemonSetUpdateStrategy(
            rollingUpdate: RollingUpdateDaemonSet(maxUnavailable: 0, maxSurge: 1))
        let lab = try lab(set)
        for pod in lab.cluster.list(Pod.self) { try lab.setReady(pod, false) }
        try lab.settle()
        set.spec?.template.spec?.containers[0].image = "agent:2.0"
        try lab.cluster.apply(AnyKubernetesObject(set))
        for _ in 0..<3 { try lab.settle() }
        let alive = lab.cluster.list(Pod.self).filter { $0.metadata.deletionTimestamp == nil }
        #expect(alive.map { $0.spec?.containers.first?.image } == ["agent:2.0", "agent:2.0"])
    }

    @Test("a strategy that never moves, or does both, is refused; what is not said of one is filled in")
    func strategies() {
        func problems(_ strategy: DaemonSetUpdateStrategy?) -> [String] {
            var set = Self.agent()
            set.spec?.updateStrategy = strategy
            return Validation.errors(in: Defaults.applied(to: set)).map(\.description)
        }
        let path = "spec.updateStrategy"
        #expect(problems(nil) == [] && problems(DaemonSetUpdateStrategy(type: "OnDelete")) == [])
        #expect(
            problems(DaemonSetUpdateStrategy(rollingUpdate: RollingUpdateDaemonSet(maxUnavailable: 0))) == [
                "\(path).rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0"
            ])
        #expect(
            problems(DaemonSetUpdateStrategy(rollingUpdate: RollingUpdateDaemonSet(maxSurge: "10%"))) == [
                "\(path).rollingUpdate.maxSurge: Invalid value: intstr.IntOrString{Type:1, IntVal:0, StrVal:\"10%\"}: "
                    + "may not be set when maxUnavailable is non-zero"
            ])
        #expect(
            problems(DaemonSetUpdateStrategy(type: "Odd")) == [
                "\(path).type: Unsupported value: \"Odd\": supported values: \"OnDelete\", \"RollingUpdate\""
            ])
        #expect(
            problems(DaemonSetUpdateStrategy(rollingUpdate: RollingUpdateDaemonSet(maxUnavailable: "110%"))) == [
                "\(path).rollingUpdate.maxUnavailable: Invalid value: "
                    + "intstr.IntOrString{Type:1, IntVal:0, StrVal:\"110%\"}: must not be greater than 100%"
            ])
        let rolling = Defaults.applied(to: Self.agent()).spec?.updateStrategy?.rollingUpdate
        #expect(rolling == RollingUpdateDaemonSet(maxUnavailable: 1, maxSurge: 0))
    }

    @Test("its templates are kept as revisions, the present one the highest; the oldest beyond the limit go")
    func revisions() throws {
        var first = Self.agent()
        first.spec?.revisionHistoryLimit = 1
        let lab = try lab(first)
        func revisions() -> [Int64] { lab.cluster.list(ControllerRevision.self).map(\.revision).sorted() }
        func template(_ image: String) throws {
            try lab.cluster.modify(DaemonSet.self, "default", "agent") {
                $0.spec?.template.spec?.containers[0].image = image
            }
            try lab.converge()
        }
        #expect(revisions() == [1])
        try template("agent:2.0")
        #expect(revisions() == [1, 2])
        try template("agent:1.0")
        #expect(revisions() == [2, 3])
        let current = try #require(lab.cluster.list(ControllerRevision.self).first { $0.revision == 3 })
        #expect(
            lab.cluster.list(Pod.self).allSatisfy {
                $0.labels["controller-revision-hash"] == current.labels["controller-revision-hash"]
            })
        let container = current.data?["spec"]?["template"]?["spec"]?["containers"]?.elements.first
        #expect(container?["image"] == .string("agent:1.0"))
        #expect(current.data?["spec"]?["template"]?["$patch"] == .string("replace"))
        try template("agent:3.0")
        #expect(revisions() == [3, 4])
        try lab.cluster.delete(DaemonSet.self, "default", "agent")
        try lab.converge()
        #expect(revisions() == [])
    }

    @Test("deleted without its pods and made again, it has them back")
    func adoption() throws {
        let lab = try lab(Self.agent())
        let pods = lab.cluster.list(Pod.self).map(\.uid)
        try lab.cluster.delete(DaemonSet.self, "default", "agent", propagation: .orphan)
        try lab.converge()
        #expect(lab.cluster.list(Pod.self).map(\.uid) == pods)
        try lab.cluster.create(Self.agent())
        try lab.converge()
        #expect(lab.cluster.list(Pod.self).map(\.uid) == pods)
        #expect(lab.cluster.get(DaemonSet.self, "default", "agent")?.status?.numberAvailable == 2)
    }
}
