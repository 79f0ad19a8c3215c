import KubernetesModel
import NetworkModel
import ServiceRouting
import Testing

@Suite struct ForwardingTableTests {
    @Test("behaviour 3.6: IDs count from 1 in order of creation, and default/kubernetes is the first")
    func identifiers() {
        let table = ForwardingTable(services: Fixture.cluster.reversed(), slices: Fixture.slices)
        #expect(table.entries.map(\.id) == [1, 2, 3, 4, 5])
        #expect(
            table.entries.map(\.frontend.description) == [
                "10.96.0.1:443/TCP", "10.96.0.10:53/TCP", "10.96.0.10:53/UDP", "10.96.0.10:9153/TCP",
                "10.96.183.20:8080/TCP",
            ])
    }

    @Test("behaviour 3.6: a frontend keeps its ID while it exists, and an ID is not given twice")
    func stableIdentifiers() {
        let first = ForwardingTable(services: Fixture.cluster, slices: Fixture.slices)
        let without = ForwardingTable(services: [Fixture.cluster[0]], slices: Fixture.slices, previous: first)
        #expect(without.entries.map(\.id) == [1])
        let again = ForwardingTable(services: Fixture.cluster, slices: Fixture.slices, previous: without)
        #expect(again.entries.map(\.id) == [1, 6, 7, 8, 9])
        #expect(ForwardingTable(services: Fixture.cluster, slices: Fixture.slices, previous: again) == again)
    }

    @Test("behaviour 3.5: headless services, ExternalName and other protocols give no entry")
    func noEntries() {
        let services = [
            Fixture.service("headless", "None", [ServicePort(port: 80)]),
            Fixture.service("pending", nil, [ServicePort(port: 80)]),
            Fixture.service("sctp", "10.96.0.50", [ServicePort(protocol: "SCTP", port: 80)]),
            Fixture.service("external", "10.96.0.51", [ServicePort(port: 80)], type: "ExternalName"),
        ]
        #expect(ForwardingTable(services: services, slices: []).entries.isEmpty)
    }

    @Test(
        "NodePort and LoadBalancer services have a ClusterIP too", arguments: ["ClusterIP", "NodePort", "LoadBalancer"])
    func types(type: String) {
        let service = Fixture.service("web", "10.96.0.50", [ServicePort(port: 80)], type: type)
        #expect(ForwardingTable(services: [service], slices: []).entries.map(\.frontend.port) == [80])
    }

    @Test("a service port takes the slice port of its name and protocol, unnamed ones each other")
    func portNames() {
        let service = Fixture.service(
            "web", "10.96.0.50",
            [
                ServicePort(name: "http", port: 80), ServicePort(name: "dns", protocol: "UDP", port: 53),
                ServicePort(name: "dns-tcp", port: 53),
            ])
        let slice = Fixture.slice(
            "web", ["10.0.1.5"],
            ports: [
                EndpointPort(name: "dns", port: 5353, protocol: "UDP"), EndpointPort(name: "http", port: 8080),
                EndpointPort(name: "dns-tcp", port: 5354, protocol: "TCP"),
            ])
        let table = ForwardingTable(services: [service], slices: [slice])
        let ports = Dictionary(uniqueKeysWithValues: table.entries.map { ($0.portName, $0.backends.map(\.port)) })
        #expect(ports == ["http": [8080], "dns": [5353], "dns-tcp": [5354]])
    }

    @Test(
        "behaviour 3.5: ready is active, serving while terminating drains, all else is out",
        arguments: [
            (nil, Backend.State.active),
            (EndpointConditions(ready: true), .active),
            (EndpointConditions(ready: false), nil),
            (EndpointConditions(ready: false, serving: true, terminating: true), .terminating),
            (EndpointConditions(ready: false, serving: false, terminating: true), nil),
            (EndpointConditions(ready: true, serving: true, terminating: true), .active),
        ] as [(EndpointConditions?, Backend.State?)])
    func conditions(conditions: EndpointConditions?, state: Backend.State?) {
        let service = Fixture.service("web", "10.96.0.50", [ServicePort(port: 80)])
        var slice = Fixture.slice("web", ["10.0.1.5"], ports: [EndpointPort(port: 8080)])
        slice.endpoints?[0].conditions = conditions
        let table = ForwardingTable(services: [service], slices: [slice])
        #expect(table.entries.first?.backends.map(\.state) == [state].compactMap { $0 })
    }

    @Test("backends of several slices are each there once, by address, and of the frontend's family")
    func merges() {
        let service = Fixture.service("web", "10.96.0.50", [ServicePort(port: 80)])
        let port = [EndpointPort(port: 8080)]
        let slices = [
            Fixture.slice("web", ["10.0.2.9", "10.0.1.5"], ports: port),
            Fixture.slice("web", ["10.0.1.5", "10.0.1.40"], ports: port),
            Fixture.slice("web", ["fd00::5"], ports: port, addressType: "IPv6"),
            Fixture.slice("other", ["10.0.1.6"], ports: port),
            Fixture.slice("web", ["10.0.1.7"], ports: port, namespace: "another"),
        ]
        let forward = ForwardingTable(services: [service], slices: slices)
        #expect(forward.entries[0].backends.map(\.address.description) == ["10.0.1.5", "10.0.1.40", "10.0.2.9"])
        #expect(ForwardingTable(services: [service], slices: slices.reversed()) == forward)
    }

    @Test("pod and node of a backend are told when the slice knows them")
    func provenance() {
        let service = Fixture.service("web", "10.96.0.50", [ServicePort(port: 80)])
        var slice = Fixture.slice("web", ["10.0.1.5", "10.0.1.6"], ports: [EndpointPort(port: 8080)])
        slice.endpoints?[0].targetRef = ObjectReference(kind: "Pod", name: "web-1")
        slice.endpoints?[0].nodeName = "kind-worker"
        let backends = ForwardingTable(services: [service], slices: [slice]).entries[0].backends
        #expect(backends.map(\.pod) == ["default/web-1", nil])
        #expect(backends.map(\.node) == ["kind-worker", nil])
    }

    @Test("behaviour 3.3: ClientIP affinity with its timeout, 10800 seconds when none is given")
    func affinity() {
        var service = Fixture.service("web", "10.96.0.50", [ServicePort(port: 80)])
        func affinity() -> SessionAffinity? {
            ForwardingTable(services: [service], slices: []).entries.first?.affinity
        }
        #expect(affinity() == SessionAffinity.none)
        service.spec?.sessionAffinity = "ClientIP"
        #expect(affinity() == .clientIP(timeoutSeconds: 10_800))
        service.spec?.sessionAffinityConfig = SessionAffinityConfig(clientIP: ClientIPConfig(timeoutSeconds: 60))
        #expect(affinity() == .clientIP(timeoutSeconds: 60))
    }

    @Test("behaviour 3.5: internalTrafficPolicy Local leaves each node its own backends")
    func nodeLocal() {
        var service = Fixture.service("web", "10.96.0.50", [ServicePort(port: 80)])
        var slice = Fixture.slice("web", ["10.0.1.5", "10.0.2.6"], ports: [EndpointPort(port: 8080)])
        slice.endpoints?[0].nodeName = "kind-worker"
        slice.endpoints?[1].nodeName = "kind-worker2"
        func addresses(on node: String) -> [String]? {
            ForwardingTable(services: [service], slices: [slice]).entries.first?.backends(on: node)
                .map(\.address.description)
        }
        #expect(addresses(on: "kind-worker") == ["10.0.1.5", "10.0.2.6"])
        service.spec?.internalTrafficPolicy = "Local"
        #expect(addresses(on: "kind-worker") == ["10.0.1.5"])
        #expect(addresses(on: "kind-control-plane") == [])
    }
}
