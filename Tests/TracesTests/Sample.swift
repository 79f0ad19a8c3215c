import Checks
import Datapath
import LabFiles
import NetworkModel
import NetworkPlanning
import Traces

/// Two nodes on a bridge, with a pod each, and a Service before the second one's.
struct Sample: RouteOracle {
    var network = NetworkState()
    var neighbours: [NeighbourEntry] = []
    /// What kernels answer in place of a lookup, by node.
    var refusals: [String: RouteRefusal] = [:]
    var services = [
        TracedService(
            name: "default/web", address: IPAddress(10, 96, 0, 9), port: 80, transport: "tcp",
            backends: [.init(address: IPAddress(10, 0, 2, 7), port: 8080, isActive: true)])
    ]

    static func prefix(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8, _ length: Int) -> IPPrefix {
        IPPrefix(IPAddress(a, b, c, d), length)
    }

    let inventory = Inventory(
        lab: "l", gateway: IPAddress(172, 18, 0, 1),
        nodes: [
            Inventory.Node(name: "n1", address: IPAddress(172, 18, 0, 2)),
            Inventory.Node(name: "n2", address: IPAddress(172, 18, 0, 3)),
        ],
        pods: [
            Inventory.Pod(name: "a", node: "n1", address: IPAddress(10, 0, 1, 7)),
            Inventory.Pod(name: "b", node: "n2", address: IPAddress(10, 0, 2, 7)),
        ],
        services: [
            Inventory.Service(name: .init(name: "web"), clusterIP: IPAddress(10, 96, 0, 9), ports: [.init(port: 80)])
        ])

    init() {
        func name(_ text: String) -> LinkName { LinkName(rawValue: text) ?? .loopback }
        guard let host = DatapathNames.fabric("l") else { return }
        var fabric = NamespaceState(links: [Link(name: name("kind"), kind: .bridge)])
        fabric.addresses.insert(InterfaceAddress(link: name("kind"), prefix: Self.prefix(172, 18, 0, 1, 16)))
        for (number, pod) in [(UInt8(1), "a"), (2, "b")] {
            guard let node = DatapathNames.node("l", "n\(number)"),
                let inside = DatapathNames.pod("l", namespace: "default", name: pod)
            else { continue }
            let port = LinkEnd(namespace: host, name: name("p\(number)"))
            let uplink = LinkEnd(namespace: node, name: .eth0)
            let lxc = LinkEnd(namespace: node, name: name("lxc"))
            let eth0 = LinkEnd(namespace: inside, name: .eth0)
            fabric.links[port.name] = Link(name: port.name, kind: .veth(peer: uplink), master: name("kind"))
            var state = NamespaceState(links: [
                Link(name: .eth0, kind: .veth(peer: port), mac: MACAddress("02:00:00:00:00:0\(number)")),
                Link(name: lxc.name, kind: .veth(peer: eth0)),
            ])
            let own = IPAddress(172, 18, 0, number + 1)
            state.addresses = [
                InterfaceAddress(link: .eth0, prefix: IPPrefix(own, 16)),
                InterfaceAddress(link: name("lxc"), prefix: Self.prefix(10, 0, number, 1, 32)),
            ]
            let other = 3 - number
            for route in [
                Route(Self.prefix(10, 0, number, 7, 32), dev: name("lxc"), scope: .link),
                Route(Self.prefix(10, 0, other, 0, 24), via: IPAddress(172, 18, 0, other + 1), dev: .eth0),
                Route(Self.prefix(172, 18, 0, 0, 16), dev: .eth0, src: own, scope: .link, protocol: .kernel),
                Route(IPPrefix(host: own), table: .local, kind: .local, dev: .eth0, scope: .host),
                Route(
                    Self.prefix(10, 96, 0, 0, 16), table: .local, kind: .local, dev: .loopback, src: own, scope: .host),
            ] { state.insert(route) }
            network.namespaces[node] = state
            let address = IPAddress(10, 0, number, 7)
            var inner = NamespaceState(links: [Link(name: .eth0, kind: .veth(peer: lxc))])
            inner.addresses = [InterfaceAddress(link: .eth0, prefix: IPPrefix(host: address))]
            inner.insert(Route(.any(.ipv4), via: IPAddress(10, 0, number, 1), dev: .eth0))
            inner.insert(Route(IPPrefix(host: address), table: .local, kind: .local, dev: .eth0, scope: .host))
            network.namespaces[inside] = inner
        }
        network.namespaces[host] = fabric
    }

    mutating func change(_ place: String, _ body: (inout NamespaceState) -> Void) {
        guard let name = inventory.namespaces.first(where: { inventory.name(of: $0) == place }),
            var state = network.namespaces[name]
        else { return }
        body(&state)
        network.namespaces[name] = state
    }

    func ask(_ question: RouteQuestion) throws(KernelError) -> RouteAnswer {
        if let refusal = refusals[inventory.name(of: question.namespace)] { return .refused(refusal) }
        let state = network.namespaces[question.namespace] ?? NamespaceState()
        for table in [RouteTable.local, .main] {
            let best = state.routes.values.filter { $0.table == table && $0.destination.contains(question.destination) }
                .max { $0.destination.length < $1.destination.length }
            guard let best else { continue }
            let own = state.addresses.first { $0.link == best.link }?.prefix.address
            return .route(match: best, source: best.source ?? own, mtu: nil)
        }
        return .refused(.noRoute)
    }

    func neighbours(of namespace: NamespaceName) throws(KernelError) -> [NeighbourEntry] { neighbours }

    func trace(_ from: String, _ to: String, _ transport: ProbeProtocol, _ port: UInt16? = nil) throws -> Trace {
        func spot(_ text: String) throws -> Spot {
            guard let place = Place(text), let spot = inventory.spots(place).first else {
                throw KernelError(.notFound, "find \(text)")
            }
            return spot
        }
        let tracer = Tracer(inventory, network, services: services, preservesSource: false, oracle: self)
        return try tracer.trace(from: try spot(from), to: try spot(to), transport: transport, port: port)
    }
}
