import NetlabTestSupport
import NetworkModel
import NetworkPlanning

/// Values that tests build topologies of. Texts here are literals, so a nil is a slip of the test's author.
enum Make {
    struct BadLiteral: Error { var text: String }

    static func link(_ text: String) throws -> LinkName {
        guard let name = LinkName(rawValue: text) else { throw BadLiteral(text: text) }
        return name
    }

    static func prefix(_ text: String) throws -> IPPrefix {
        guard let prefix = IPPrefix(text) else { throw BadLiteral(text: text) }
        return prefix
    }

    static func address(_ text: String) throws -> IPAddress {
        guard let address = IPAddress(text) else { throw BadLiteral(text: text) }
        return address
    }

    static func mac(_ number: UInt64) -> MACAddress { MACAddress(locallyAdministered: number) }

    /// Both ends of a pair.
    static func veth(
        _ first: NamespaceName, _ firstName: String, _ second: NamespaceName, _ secondName: String, seed: UInt64,
        master: String? = nil
    ) throws -> (LinkAt, LinkAt) {
        let near = LinkEnd(namespace: first, name: try link(firstName))
        let far = LinkEnd(namespace: second, name: try link(secondName))
        return (
            LinkAt(
                first,
                Link(
                    name: near.name, kind: .veth(peer: far), mac: mac(seed * 2),
                    master: try master.map { try link($0) })),
            LinkAt(second, Link(name: far.name, kind: .veth(peer: near), mac: mac(seed * 2 + 1)))
        )
    }
}

/// A fabric with a bridge, and nodes on it with pods, wired as Cilium does with native routing.
struct Topology {
    var steps: [Step] = []
    var fabric: NamespaceName
    var nodes: [NamespaceName] = []
    var pods: [[NamespaceName]] = []

    init(_ fixture: LabFixture, nodeCount: Int, podsPerNode: Int) throws {
        fabric = try fixture.name("host")
        for node in 0..<nodeCount {
            nodes.append(try fixture.name("node\(node)"))
            pods.append(try (0..<podsPerNode).map { try fixture.name("pod\(node)-\($0)") })
        }
        let all = [fabric] + nodes + pods.flatMap { $0 }
        steps = all.map { .addNamespace($0, mark: fixture.mark) }
        steps.append(.addLink(fabric, Link(name: try Make.link("kind"), kind: .bridge, mac: Make.mac(1))))
        var links: [Step] = []
        var addresses: [Step] = [
            .addAddress(
                fabric, InterfaceAddress(link: try Make.link("kind"), prefix: try Make.prefix("172.18.0.1/16")))
        ]
        var routes: [Step] = []
        let ciliumHost = try Make.link("cilium_host")
        for (number, node) in nodes.enumerated() {
            let ids = UInt64(number + 1) * 1000
            let eth0 = try Make.veth(fabric, "veth\(number)", node, "eth0", seed: ids, master: "kind")
            links.append(.addVethPair(eth0.0, eth0.1))
            var cilium = try Make.veth(node, "cilium_host", node, "cilium_net", seed: ids + 1)
            cilium.0.link.arp = false
            cilium.1.link.arp = false
            links.append(.addVethPair(cilium.0, cilium.1))
            addresses.append(
                .addAddress(node, InterfaceAddress(link: .eth0, prefix: IPPrefix(Self.nodeIP(number), 16))))
            let router = Self.podIP(number, 0)
            addresses.append(
                .addAddress(node, InterfaceAddress(link: ciliumHost, prefix: IPPrefix(host: router), scope: .link)))
            routes.append(
                .addRoute(node, Route(try Make.prefix("0.0.0.0/0"), via: IPAddress(172, 18, 0, 1), dev: .eth0)))
            routes.append(.addRoute(node, Route(IPPrefix(host: router), dev: ciliumHost, scope: .link)))
            routes.append(
                .addRoute(node, Route(IPPrefix(router, 24), via: router, dev: ciliumHost, src: router)))
            for other in 0..<nodeCount where other != number {
                routes.append(
                    .addRoute(node, Route(IPPrefix(Self.podIP(other, 0), 24), via: Self.nodeIP(other), dev: .eth0)))
            }
            for (podNumber, pod) in pods[number].enumerated() {
                let lxc = try Make.link("lxc\(podNumber)")
                let pair = try Make.veth(node, "lxc\(podNumber)", pod, "eth0", seed: ids + 10 + UInt64(podNumber))
                links.append(.addVethPair(pair.0, pair.1))
                let podIP = Self.podIP(number, podNumber + 1)
                addresses.append(
                    .addAddress(pod, InterfaceAddress(link: .eth0, prefix: IPPrefix(host: podIP))))
                routes.append(.addRoute(pod, Route(IPPrefix(host: router), dev: .eth0, scope: .link)))
                routes.append(.addRoute(pod, Route(try Make.prefix("0.0.0.0/0"), via: router, dev: .eth0)))
                routes.append(
                    .addRoute(
                        node,
                        Route(IPPrefix(host: podIP), table: RouteTable(rawValue: 50), dev: lxc, scope: .link)))
            }
        }
        steps += links + addresses + routes
        steps += nodes.map { .addRule($0, Rule(priority: 50, table: RouteTable(rawValue: 50))) }
        steps += nodes.map { .setSysctl($0, name: "net.ipv4.ip_forward", from: nil, to: "1") }
    }

    static func nodeIP(_ node: Int) -> IPAddress { IPAddress(172, 18, 0, 1).advanced(by: node + 1) }

    /// Number 0 is the router.
    static func podIP(_ node: Int, _ number: Int) -> IPAddress {
        IPAddress(10, 0, 0, 0).advanced(by: node * 256 + 10 + number)
    }

    /// Everything the steps ask for, as a state: what observing must show, defaults of the kernel apart.
    var names: [NamespaceName] { [fabric] + nodes + pods.flatMap { $0 } }
}
