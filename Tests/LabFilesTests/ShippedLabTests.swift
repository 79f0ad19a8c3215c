import KubernetesModel
import LabFiles
import NetworkModel
import Testing

/// The labs people are given first.
@Suite struct ShippedLabTests {
    static let names = RepositoryFiles.directories(in: "labs").filter { !["errors", "faults"].contains($0) }

    @Test("a shipped lab parses without a word of warning", arguments: names)
    func shippedLabIsClean(_ name: String) throws {
        let lab = try LabFiles.parse(RepositoryFiles.source("labs/\(name)"))
        #expect(lab.warnings.isEmpty)
        #expect(lab.name == name)
        #expect(lab.cilium?.tunnel == .disabled)
        #expect(!lab.manifests.isEmpty)
    }

    @Test("three-node is the tutorial: roles, values, addresses")
    func threeNodeIsTheTutorial() throws {
        let lab = try LabFiles.parse(RepositoryFiles.source("labs/three-node"))
        #expect(lab.kind.nodes.map(\.name) == ["kind-control-plane", "kind-worker", "kind-worker2"])
        #expect(lab.kind.networking.disableDefaultCNI)
        #expect(lab.kind.networking.kubeProxyMode == .none)
        let cilium = try #require(lab.cilium)
        #expect(cilium.autoDirectNodeRoutes)
        #expect(cilium.ipv4NativeRoutingCIDR == IPPrefix("10.0.0.0/8"))
        #expect(cilium.kubeProxyReplacement == .strict)
        #expect(cilium.k8sServiceHost == "172.18.0.4")
        #expect(cilium.k8sServicePort == 6443)
        #expect(cilium.bpfMasquerade)
        #expect(lab.options.nodes["kind-worker2"]?.address == IPAddress("172.18.0.3"))
        #expect(lab.options.nodes["kind-worker"]?.podCIDR == IPPrefix("10.0.0.0/24"))
        #expect(lab.options.serviceIPs[.init(name: "hello-app")] == IPAddress("10.96.37.61"))
        let deployment = try #require(lab.manifests.first?.object.object as? Deployment)
        #expect(deployment.spec?.replicas == 2)
        #expect(deployment.spec?.template.spec?.containers.first?.image == "hello-app:1.0")
        #expect(deployment.namespace == "default")
        let service = try #require(lab.manifests.last?.object.object as? Service)
        #expect(service.spec?.ports?.first?.targetPort == .int(8080))
    }

    @Test("behaviour 1.4: seven-node has three control-planes and four workers, numbered as kind numbers them")
    func sevenNodeNames() throws {
        let lab = try LabFiles.parse(RepositoryFiles.source("labs/seven-node"))
        #expect(
            lab.kind.nodes.map(\.name) == [
                "kind-control-plane", "kind-control-plane2", "kind-control-plane3", "kind-worker", "kind-worker2",
                "kind-worker3", "kind-worker4",
            ])
        #expect(lab.kind.externalLoadBalancerName == "kind-external-load-balancer")
    }

    @Test("services shows each kind of Service the issue names")
    func servicesLab() throws {
        let lab = try LabFiles.parse(RepositoryFiles.source("labs/services"))
        let services = lab.manifests.compactMap { $0.object.object as? Service }
        func spec(_ name: String) -> ServiceSpec? { services.first { $0.name == name }?.spec }
        #expect(spec("echo")?.ports?.map(\.protocol) == [nil, "UDP"])
        #expect(Set(spec("echo")?.ports?.map(\.port) ?? []) == [8080])
        #expect(spec("hello")?.ports?.map(\.targetPort) == ["http", "http"])
        #expect(spec("sticky")?.sessionAffinityConfig?.clientIP?.timeoutSeconds == 60)
        #expect(spec("headless")?.clusterIP == "None")
        #expect(spec("nobody")?.selector == ["app": "nobody"])
        #expect(spec("elsewhere")?.selector == nil)
        let slice = lab.manifests.compactMap { $0.object.object as? EndpointSlice }.first
        #expect(slice?.endpoints?.first?.addresses == ["172.18.0.4"])
        #expect(lab.options.nodes["kind-worker2"]?.address == IPAddress("172.18.0.4"))
    }
}
