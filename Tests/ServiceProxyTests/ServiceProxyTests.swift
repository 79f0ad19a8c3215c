import KubernetesModel
import NetworkModel
import ServiceProxy
import ServiceRouting
import Synchronization
import Testing

@Suite struct ServiceProxyTests {
    /// Remembers what it was told, and fails or reports flows when asked to.
    private final class FakeDataPlane: ServiceDataPlane {
        struct State {
            var applied: [(table: ForwardingTable, nodes: [ProxyNode])] = []
            var flows: [FlowRecord] = []
            var error: ServiceDataPlaneError?
            var isShutDown = false
        }
        let state = Mutex(State())

        func apply(_ table: ForwardingTable, on nodes: [ProxyNode]) throws(ServiceDataPlaneError) {
            let error = state.withLock { state in
                state.applied.append((table, nodes))
                return state.error
            }
            if let error { throw error }
        }

        func drainFlows() -> [FlowRecord] {
            state.withLock { state in
                defer { state.flows = [] }
                return state.flows
            }
        }

        func shutDown() { state.withLock { $0.isShutDown = true } }

        func report(_ range: Range<Int>) {
            let frontend = Frontend(address: IPAddress(10, 96, 0, 50), port: 80, transport: .tcp)
            state.withLock { state in
                state.flows += range.map {
                    FlowRecord(
                        time: Double($0), node: "kind-worker", client: IPAddress(10, 0, 1, 2), clientPort: 40_000,
                        frontend: frontend, backend: nil, verdict: .forwarded)
                }
            }
        }
    }

    private let plane = FakeDataPlane()

    private func service(_ name: String, _ address: String) -> Service {
        Service(
            metadata: ObjectMeta(name: name, namespace: "default"),
            spec: ServiceSpec(ports: [ServicePort(port: 80)], clusterIP: address))
    }

    private func slice(_ service: String, _ addresses: [String]) -> EndpointSlice {
        EndpointSlice(
            metadata: ObjectMeta(
                name: "\(service)-x", namespace: "default", labels: ["kubernetes.io/service-name": service]),
            endpoints: addresses.map { Endpoint(addresses: [$0]) }, ports: [EndpointPort(port: 8080)])
    }

    private func node(_ name: String) throws -> ProxyNode {
        ProxyNode(name: name, namespace: try #require(NamespaceName(rawValue: "lab.\(name)")))
    }

    @Test("services, slices and nodes reach the data plane as one table, which is kept")
    func applies() throws {
        let proxy = ServiceProxy(dataPlane: plane)
        let nodes = [try node("kind-worker"), try node("kind-worker2")]
        try proxy.update(services: [service("web", "10.96.0.50")], slices: [slice("web", ["10.0.1.5"])], nodes: nodes)
        let applied = plane.state.withLock { $0.applied }
        #expect(applied.map(\.nodes) == [nodes])
        #expect(applied.map(\.table) == [proxy.table])
        #expect(proxy.table.entries.first?.backends.map(\.address) == [IPAddress(10, 0, 1, 5)])
    }

    @Test("behaviour 3.6: IDs live through updates, and through a restart that resumes the table")
    func keepsIdentifiers() throws {
        let proxy = ServiceProxy(dataPlane: plane)
        try proxy.update(
            services: [service("a", "10.96.0.50"), service("b", "10.96.0.60")], slices: [], nodes: [])
        try proxy.update(services: [service("b", "10.96.0.60")], slices: [], nodes: [])
        #expect(proxy.table.entries.map(\.id) == [2])
        let resumed = ServiceProxy(dataPlane: plane, resuming: proxy.table)
        try resumed.update(
            services: [service("b", "10.96.0.60"), service("c", "10.96.0.40")], slices: [], nodes: [])
        #expect(resumed.table.entries.map(\.id) == [2, 3])
    }

    @Test("the lab's choice of backends and of what no endpoints mean holds in every table")
    func keepsSettings() throws {
        let proxy = ServiceProxy(
            dataPlane: plane, resuming: ForwardingTable(selection: .roundRobin, noEndpoints: .timeout))
        try proxy.update(services: [service("web", "10.96.0.50")], slices: [], nodes: [])
        #expect(proxy.table.selection == .roundRobin && proxy.table.noEndpoints == .timeout)
    }

    @Test("a failure of the data plane is the caller's to see, and the table stands for the next try")
    func failure() throws {
        let proxy = ServiceProxy(dataPlane: plane)
        plane.state.withLock { $0.error = ServiceDataPlaneError(failures: []) }
        #expect(throws: ServiceDataPlaneError.self) {
            try proxy.update(services: [service("web", "10.96.0.50")], slices: [], nodes: [])
        }
        #expect(proxy.table.entries.count == 1)
    }

    @Test("flows are numbered, so several readers each get all of them, and only the newest 10,000 are kept")
    func flows() {
        let proxy = ServiceProxy(dataPlane: plane)
        plane.report(0..<3)
        let first = proxy.flows()
        #expect(first.records.map(\.time) == [0, 1, 2] && first.next == 3)
        plane.report(3..<5)
        #expect(proxy.flows(from: first.next).records.map(\.time) == [3, 4])
        #expect(proxy.flows().records.count == 5)
        plane.report(5..<10_005)
        let last = proxy.flows(from: 2)
        #expect(last.records.count == 10_000 && last.records.first?.time == 5 && last.next == 10_005)
        #expect(proxy.flows(from: last.next).records.isEmpty)
    }

    @Test("shutting down shuts the data plane down")
    func shutsDown() {
        ServiceProxy(dataPlane: plane).shutDown()
        #expect(plane.state.withLock { $0.isShutDown })
    }
}
