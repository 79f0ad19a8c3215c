import Datapath
import NetworkModel
import Testing

/// `auto-direct-node-routes`: which routes it installs, and what it says where it does not.
@Suite struct DirectNodeRoutesTests {
    private let near = RouteLookup(
        NamespaceState(
            addresses: [InterfaceAddress(link: .eth0, prefix: IPPrefix(IPAddress(172, 18, 0, 2), 16))],
            routes: [Route(.any(.ipv4), via: IPAddress(172, 18, 0, 1), dev: .eth0)]))

    @Test("behaviour 2.2: each CIDR of a remote node, secondary ones too, gets a route via the node's address")
    func everyCIDR() throws {
        let remote = try Tutorial.node("n", "172.18.0.3", "10.0.2.0/24", "10.0.7.0/24", router: nil)
        let direct = DirectNodeRoutes(to: remote, lookup: near)
        #expect(
            direct.routes.map(\.description) == [
                "10.0.2.0/24 via 172.18.0.3 dev eth0", "10.0.7.0/24 via 172.18.0.3 dev eth0",
            ])
        #expect(direct.error == nil)
    }

    @Test("behaviour 2.2: a node that has no CIDR yet gets no route and no warning")
    func noCIDR() throws {
        let direct = DirectNodeRoutes(to: try Tutorial.node("n", "192.0.2.3", router: nil), lookup: near)
        #expect(direct.routes.isEmpty)
        #expect(direct.error == nil)
    }

    @Test("behaviour 2.11: a gateway on the way to the node is refused in Cilium's words, at the first CIDR")
    func behindGateway() throws {
        let remote = try Tutorial.node("n", "192.0.2.3", "10.0.2.0/24", "10.0.7.0/24", router: nil)
        let direct = DirectNodeRoutes(to: remote, lookup: near)
        #expect(direct.routes.isEmpty)
        let error = try #require(direct.error)
        #expect(error.hasPrefix("Unable to install direct node route 10.0.2.0/24"))
        #expect(
            error.hasSuffix("route to destination 192.0.2.3 contains gateway 172.18.0.1, must be directly reachable"))
        #expect(!error.contains("10.0.7.0/24"))
        #expect(!error.contains("direct-routing-skip-unreachable"), "an option 1.12 does not have")
    }

    @Test("behaviour 2.2: an empty lookup is refused in Cilium's words")
    func noRoute() throws {
        let remote = try Tutorial.node("n", "192.0.2.3", "10.0.2.0/24", router: nil)
        let direct = DirectNodeRoutes(to: remote, lookup: RouteLookup(NamespaceState()))
        #expect(direct.routes.isEmpty)
        #expect(try #require(direct.error).hasSuffix("no route found to destination 192.0.2.3"))
    }

    @Test("behaviour 2.2: a gateway that is the node itself is directly reachable")
    func gatewayIsNode() throws {
        let remote = try Tutorial.node("n", "192.0.2.3", "10.0.2.0/24", router: nil)
        let lookup = RouteLookup(
            NamespaceState(routes: [Route(IPPrefix(host: remote.address), via: remote.address, dev: .eth0)]))
        let direct = DirectNodeRoutes(to: remote, lookup: lookup)
        #expect(direct.routes.map(\.description) == ["10.0.2.0/24 via 192.0.2.3 dev eth0"])
    }

    @Test(
        "the lookup answers with the longest match, then the lowest metric",
        arguments: [
            ("172.18.0.9", "172.18.0.0/16 dev eth0 proto kernel scope link"),
            ("10.9.1.1", "10.9.1.0/24 via 172.18.0.8 dev eth0 metric 5"),
            ("10.9.2.1", "10.9.0.0/16 via 172.18.0.7 dev eth0"),
            ("8.8.8.8", "default via 172.18.0.1 dev eth0"),
        ])
    func longestMatch(destination: String, expected: String) throws {
        let lookup = RouteLookup(
            NamespaceState(
                addresses: [InterfaceAddress(link: .eth0, prefix: try Tutorial.prefix("172.18.0.2/16"))],
                routes: [
                    Route(.any(.ipv4), via: try Tutorial.address("172.18.0.1"), dev: .eth0),
                    Route(try Tutorial.prefix("10.9.0.0/16"), via: try Tutorial.address("172.18.0.7"), dev: .eth0),
                    Route(
                        try Tutorial.prefix("10.9.1.0/24"), via: try Tutorial.address("172.18.0.6"), dev: .eth0,
                        metric: 9),
                    Route(
                        try Tutorial.prefix("10.9.1.0/24"), via: try Tutorial.address("172.18.0.8"), dev: .eth0,
                        metric: 5),
                    Route(try Tutorial.prefix("8.8.8.8/32"), table: .local, kind: .local, dev: .loopback),
                ]))
        #expect(lookup.route(to: try Tutorial.address(destination))?.description == expected)
    }

    @Test("behaviour 2.11: one node outside the L2 is warned about on every other node; the rest is routed as ever")
    func oneNodeOutside() throws {
        var cluster = try Tutorial.cluster()
        try cluster.change(Tutorial.worker2) { $0.address = try Tutorial.address("192.0.2.3") }
        let datapath = Datapath(cluster)
        #expect(
            try datapath.mainTable(Tutorial.worker) == """
                default via 172.18.0.1 dev eth0
                10.0.0.0/24 via 10.0.0.201 dev cilium_host src 10.0.0.201
                10.0.0.201 dev cilium_host scope link
                10.0.1.0/24 via 172.18.0.4 dev eth0
                172.18.0.0/16 dev eth0 proto kernel scope link src 172.18.0.2
                """)
        let cause = "route to destination 192.0.2.3 contains gateway 172.18.0.1, must be directly reachable"
        for node in [Tutorial.controlPlane, Tutorial.worker] {
            #expect(datapath.warnings.filter { $0.node == node && $0.message.hasSuffix(cause) }.count == 1)
        }
    }

    @Test("behaviour 2.9: a pod CIDR that covers the nodes' network makes direct routes fail, as the docs warn")
    func overlappingNodeNetwork() throws {
        var cluster = try Tutorial.cluster()
        try cluster.change(Tutorial.worker) {
            ($0.podCIDRs, $0.router) = ([try Tutorial.prefix("172.18.0.0/24")], try Tutorial.address("172.18.0.99"))
        }
        let warnings = Datapath(cluster).warnings.filter { $0.node == Tutorial.worker }
        #expect(warnings.count == 2)
        #expect(warnings.allSatisfy { $0.message.contains("contains gateway 172.18.0.99") })
    }

    @Test("behaviour 2.2: without autoDirectNodeRoutes nothing is looked up and nothing is warned about")
    func off() throws {
        var cluster = try Tutorial.cluster(CiliumDatapath(masquerade: .disabled))
        try cluster.change(Tutorial.worker2) { $0.address = try Tutorial.address("192.0.2.3") }
        #expect(Datapath(cluster).warnings.isEmpty)
    }
}
