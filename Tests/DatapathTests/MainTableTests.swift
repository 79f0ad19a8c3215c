import Datapath
import NetworkModel
import Testing

/// What `ip route` shows on a node, line for line.
@Suite struct MainTableTests {
    @Test(
        "behaviour 2.2: before Cilium a node has the default and the connected route only",
        arguments: [(Tutorial.controlPlane, 4), (Tutorial.worker, 2), (Tutorial.worker2, 3)])
    func beforeCNI(node: String, octet: Int) throws {
        let datapath = Datapath(try Tutorial.cluster(nil))
        #expect(
            try datapath.mainTable(node) == """
                default via 172.18.0.1 dev eth0
                172.18.0.0/16 dev eth0 proto kernel scope link src 172.18.0.\(octet)
                """)
        let state = try datapath.node(node)
        #expect(Array(state.links.keys) == [.eth0])
        #expect(state.rules == Set(Rule.kernelDefaults(.ipv4)))
        #expect(state.neighbours.isEmpty)
        #expect(state.firewall.isEmpty)
    }

    @Test("behaviour 2.2: a node whose router address is not drawn yet keeps its two routes, the others do not wait")
    func withoutRouter() throws {
        var cluster = try Tutorial.cluster()
        try cluster.change(Tutorial.worker) { ($0.router, $0.podCIDRs) = (nil, []) }
        let datapath = Datapath(cluster)
        #expect(
            try datapath.mainTable(Tutorial.worker) == """
                default via 172.18.0.1 dev eth0
                172.18.0.0/16 dev eth0 proto kernel scope link src 172.18.0.2
                """)
        #expect(
            try datapath.mainTable(Tutorial.worker2) == """
                default via 172.18.0.1 dev eth0
                10.0.1.0/24 via 172.18.0.4 dev eth0
                10.0.2.0/24 via 10.0.2.13 dev cilium_host src 10.0.2.13
                10.0.2.13 dev cilium_host scope link
                172.18.0.0/16 dev eth0 proto kernel scope link src 172.18.0.3
                """)
    }

    @Test(
        "behaviour 2.2: with autoDirectNodeRoutes the main table is Cilium's, line for line",
        arguments: [
            (
                Tutorial.controlPlane,
                """
                default via 172.18.0.1 dev eth0
                10.0.0.0/24 via 172.18.0.2 dev eth0
                10.0.1.0/24 via 10.0.1.72 dev cilium_host src 10.0.1.72
                10.0.1.72 dev cilium_host scope link
                10.0.2.0/24 via 172.18.0.3 dev eth0
                172.18.0.0/16 dev eth0 proto kernel scope link src 172.18.0.4
                """
            ),
            (
                Tutorial.worker,
                """
                default via 172.18.0.1 dev eth0
                10.0.0.0/24 via 10.0.0.201 dev cilium_host src 10.0.0.201
                10.0.0.201 dev cilium_host scope link
                10.0.1.0/24 via 172.18.0.4 dev eth0
                10.0.2.0/24 via 172.18.0.3 dev eth0
                172.18.0.0/16 dev eth0 proto kernel scope link src 172.18.0.2
                """
            ),
            (
                Tutorial.worker2,
                """
                default via 172.18.0.1 dev eth0
                10.0.0.0/24 via 172.18.0.2 dev eth0
                10.0.1.0/24 via 172.18.0.4 dev eth0
                10.0.2.0/24 via 10.0.2.13 dev cilium_host src 10.0.2.13
                10.0.2.13 dev cilium_host scope link
                172.18.0.0/16 dev eth0 proto kernel scope link src 172.18.0.3
                """
            ),
        ])
    func tutorial(node: String, expected: String) throws {
        let datapath = Datapath(try Tutorial.cluster())
        #expect(try datapath.mainTable(node) == expected)
        #expect(datapath.warnings.isEmpty)
    }

    @Test("behaviour 2.2: without autoDirectNodeRoutes only the node's own CIDR is routed")
    func withoutDirectRoutes() throws {
        var values = Tutorial.values
        values.autoDirectNodeRoutes = false
        #expect(
            try Datapath(try Tutorial.cluster(values)).mainTable(Tutorial.worker) == """
                default via 172.18.0.1 dev eth0
                10.0.0.0/24 via 10.0.0.201 dev cilium_host src 10.0.0.201
                10.0.0.201 dev cilium_host scope link
                172.18.0.0/16 dev eth0 proto kernel scope link src 172.18.0.2
                """)
    }

    @Test("behaviour 2.5: endpoint routes put each pod in main with proto kernel, and no route for the local CIDR")
    func endpointRoutes() throws {
        var values = Tutorial.values
        values.endpointRoutes = true
        let datapath = Datapath(try Tutorial.cluster(values))
        let a = try #require(DatapathNames.lxc(Tutorial.pod("a", on: Tutorial.worker, "10.0.0.42"), seed: Seed(1)))
        let b = try #require(DatapathNames.lxc(Tutorial.pod("b", on: Tutorial.worker, "10.0.0.7"), seed: Seed(1)))
        #expect(
            try datapath.mainTable(Tutorial.worker) == """
                default via 172.18.0.1 dev eth0
                10.0.0.7 dev \(b) proto kernel scope link
                10.0.0.42 dev \(a) proto kernel scope link
                10.0.1.0/24 via 172.18.0.4 dev eth0
                10.0.2.0/24 via 172.18.0.3 dev eth0
                172.18.0.0/16 dev eth0 proto kernel scope link src 172.18.0.2
                """)
        #expect(try datapath.node(Tutorial.worker).links[try Tutorial.link("cilium_host")] != nil)
    }

    @Test("behaviour 2.1: each pod CIDR of the node itself goes through cilium_host with the router as source")
    func severalLocalCIDRs() throws {
        var cluster = try Tutorial.cluster()
        try cluster.change(Tutorial.worker) { $0.podCIDRs.append(try Tutorial.prefix("10.0.9.0/24")) }
        let table = try Datapath(cluster).mainTable(Tutorial.worker).split(separator: "\n")
        #expect(table.contains("10.0.0.0/24 via 10.0.0.201 dev cilium_host src 10.0.0.201"))
        #expect(table.contains("10.0.9.0/24 via 10.0.0.201 dev cilium_host src 10.0.0.201"))
        #expect(table.filter { $0.contains("cilium_host scope link") }.count == 1)
    }

    @Test("behaviour 2.1: the routes carry no metric, no MTU and no protocol of their own")
    func attributes() throws {
        let routes = try Datapath(try Tutorial.cluster()).node(Tutorial.worker).routes.values.filter {
            $0.table == .main
        }
        #expect(routes.count == 5)
        #expect(routes.allSatisfy { $0.metric == 0 && $0.mtu == nil && $0.protocol == .boot })
    }

    @Test("routes(ofNode:) lists a node's main table without the kernel's routes, and nothing for a stranger")
    func routesOfNode() throws {
        let datapath = Datapath(try Tutorial.cluster())
        let routes = try #require(datapath.routes(ofNode: Tutorial.worker, lab: Tutorial.lab))
        #expect(
            routes.map { "\($0.destination)" } == [
                "0.0.0.0/0", "10.0.0.0/24", "10.0.0.201/32", "10.0.1.0/24", "10.0.2.0/24",
            ])
        #expect(datapath.routes(ofNode: "nobody", lab: Tutorial.lab) == nil)
    }
}
