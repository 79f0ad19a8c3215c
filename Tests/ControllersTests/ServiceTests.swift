import ClusterState
import Controllers
import KubernetesModel
import NetworkModel
import Testing

@Suite struct ServiceTests {
    @Test("behaviour 6.4: the API server's service has the first address; drawn ones keep out of the static band")
    func clusterIPs() throws {
        let lab = try TestCluster()
        #expect(lab.cluster.get(Service.self, "default", "kubernetes")?.spec?.clusterIP == "10.96.0.1")
        let range = ClusterIPRange(IPPrefix(IPAddress(10, 96, 0, 0), 16))
        #expect(range.staticBand == 256)
        for index in 0..<50 {
            let service = try lab.cluster.create(TestCluster.service("s\(index)"))
            let address = try #require(service.spec?.clusterIP.flatMap { IPAddress($0) })
            #expect(address > IPAddress(10, 96, 1, 0))
        }
    }

    @Test("behaviour 6.4: an address outside the range is refused in the API server's words")
    func outsideRange() throws {
        let lab = try TestCluster()
        var service = TestCluster.service("x")
        service.spec?.clusterIP = "1.1.1.1"
        let text =
            "Service \"x\" is invalid: spec.clusterIPs: Invalid value: []string{\"1.1.1.1\"}: failed to allocate IP "
            + "1.1.1.1: the provided IP (1.1.1.1) is not in the valid range. The range of valid IPs is 10.96.0.0/16"
        let error = #expect(throws: ClusterError.self) { try lab.cluster.create(service) }
        #expect(error?.description == text)
    }

    @Test("behaviour 6.5: ready, serving and terminating follow the pod")
    func transitions() throws {
        let lab = try TestCluster()
        try lab.join()
        try lab.installCilium()
        try lab.cluster.create(TestCluster.service("web"))
        try lab.settle()
        func slice() throws -> EndpointSlice {
            let all = lab.cluster.list(EndpointSlice.self).filter { $0.labels["kubernetes.io/service-name"] == "web" }
            #expect(all.count == 1)
            return try #require(all.first)
        }
        let placeholder = try slice()
        #expect(placeholder.endpoints == [] && placeholder.ports == [])
        try lab.cluster.create(TestCluster.deployment("web", replicas: 1))
        try lab.settle()
        #expect(try slice().name == placeholder.name)
        #expect(
            try slice().endpoints?.first?.conditions
                == EndpointConditions(ready: false, serving: false, terminating: false))
        try lab.runAgents()
        try lab.settle()
        #expect(
            try slice().endpoints?.first?.conditions
                == EndpointConditions(ready: true, serving: true, terminating: false))
        let pod = try #require(lab.cluster.list(Pod.self).first)
        try lab.cluster.delete(Pod.self, "default", pod.name)
        try lab.settle()
        let old = try slice().endpoints?.first { $0.targetRef?.name == pod.name }
        #expect(old?.conditions == EndpointConditions(ready: false, serving: true, terminating: true))
        let subset = lab.cluster.get(Endpoints.self, "default", "web")?.subsets?.first
        #expect(subset?.addresses == nil)
        #expect(subset?.notReadyAddresses?.count == 1)
    }

    @Test("behaviour 6.5: at most 100 endpoints to a slice, and those there stay where they are")
    func manyEndpoints() {
        let groups = [EndpointPlan.Group(ports: [], endpoints: (1...250).map { Self.endpoint($0) })]
        let plan = EndpointPlan.slices(groups, existing: [])
        #expect(plan.creations.map(\.endpoints.count) == [100, 100, 50])
        let slices = plan.creations.enumerated().map { index, content in
            EndpointSlice(
                metadata: ObjectMeta(name: "web-\(index)"), endpoints: content.endpoints, ports: content.ports)
        }
        let fewer = [EndpointPlan.Group(ports: [], endpoints: (2...250).map { Self.endpoint($0) })]
        let next = EndpointPlan.slices(fewer, existing: slices)
        #expect(next.creations.isEmpty && next.deletions.isEmpty)
        #expect(next.updates.map(\.endpoints.count) == [99, 100, 50])
    }

    private static func endpoint(_ number: Int) -> Endpoint {
        Endpoint(addresses: ["10.0.0.\(number)"], targetRef: ObjectReference(kind: "Pod", name: "p\(number)"))
    }

    @Test("what the API server refuses, with its field paths")
    func validation() throws {
        let lab = try TestCluster()
        let port = #expect(throws: ClusterError.self) {
            try lab.cluster.create(TestCluster.service("x", port: 0, target: 1))
        }
        #expect(
            port?.description == "Service \"x\" is invalid: spec.ports[0].port: Invalid value: 0: "
                + "must be between 1 and 65535, inclusive")
        let replicas = #expect(throws: ClusterError.self) {
            try lab.cluster.create(TestCluster.deployment("x", replicas: -1))
        }
        #expect(
            replicas?.description == "Deployment.apps \"x\" is invalid: spec.replicas: Invalid value: -1: "
                + "must be greater than or equal to 0")
        let missing = #expect(throws: ClusterError.self) {
            var service = TestCluster.service("x")
            service.metadata.namespace = "nowhere"
            try lab.cluster.create(service)
        }
        #expect(missing?.description == "namespaces \"nowhere\" not found")
        var stale = try lab.cluster.create(TestCluster.deployment("x", replicas: 1))
        try lab.settle()
        stale.spec?.replicas = 2
        let conflict = #expect(throws: ClusterError.self) { try lab.cluster.update(stale) }
        #expect(conflict?.code == 409)
        stale.metadata.resourceVersion = nil
        stale.metadata.uid = "of one that was deleted"
        let another = #expect(throws: ClusterError.self) { try lab.cluster.update(stale) }
        #expect(another?.code == 409)
    }
}
