import Datapath
import NetworkModel
import Testing

/// Policy rules and every table but main.
@Suite struct RulesAndTablesTests {
    private func rules(endpointRoutes: Bool) throws -> [String] {
        var values = Tutorial.values
        values.endpointRoutes = endpointRoutes
        return try Datapath(try Tutorial.cluster(values)).node(Tutorial.worker).rules.sorted().map(\.description)
    }

    @Test("behaviour 2.4: the local rule moves to 100, packets for the proxy come first at 9")
    func moved() throws {
        #expect(
            try rules(endpointRoutes: true) == [
                "9: from all fwmark 0x200/0xf00 lookup 2004",
                "100: from all lookup local",
                "32766: from all lookup main",
                "32767: from all lookup default",
            ])
    }

    @Test("behaviour 2.5: in default mode one rule more leads to the table that stands for the endpoint map")
    func delivery() throws {
        #expect(
            try rules(endpointRoutes: false) == [
                "9: from all fwmark 0x200/0xf00 lookup 2004",
                "50: from all lookup 50",
                "100: from all lookup local",
                "32766: from all lookup main",
                "32767: from all lookup default",
            ])
    }

    @Test("behaviour 2.5: the delivery table holds the node's own pods, each by its lxc link")
    func deliveryTable() throws {
        let datapath = Datapath(try Tutorial.cluster())
        let node = try datapath.node(Tutorial.worker)
        let a = try #require(DatapathNames.lxc(Tutorial.pod("a", on: Tutorial.worker, "10.0.0.42"), seed: Seed(1)))
        let b = try #require(DatapathNames.lxc(Tutorial.pod("b", on: Tutorial.worker, "10.0.0.7"), seed: Seed(1)))
        #expect(
            node.table(RouteTable(rawValue: 50)) == """
                10.0.0.7 dev \(b) scope link src 10.0.0.201
                10.0.0.42 dev \(a) scope link src 10.0.0.201
                """)
        #expect(try datapath.node(Tutorial.controlPlane).table(RouteTable(rawValue: 50)).isEmpty)
    }

    @Test("behaviour 2.5: with endpoint routes no delivery table is left")
    func noDeliveryTable() throws {
        var values = Tutorial.values
        values.endpointRoutes = true
        let node = try Datapath(try Tutorial.cluster(values)).node(Tutorial.worker)
        #expect(Set(node.routes.values.map(\.table)) == [.main, .local, RouteTable(rawValue: 2004)])
    }

    @Test("behaviour 2.4: table 2004 takes what is marked for the proxy in as local")
    func proxyTable() throws {
        let node = try Datapath(try Tutorial.cluster()).node(Tutorial.worker)
        #expect(node.table(RouteTable(rawValue: 2004)) == "local default dev lo scope host")
    }

    @Test(
        "the service range is local on every node exactly when ClusterIPs are served, in table local only",
        arguments: [true, false])
    func serviceRange(served: Bool) throws {
        var cluster = try Tutorial.cluster()
        cluster.servesClusterIPs = served
        let datapath = Datapath(cluster)
        for (name, octet) in [(Tutorial.controlPlane, 4), (Tutorial.worker, 2), (Tutorial.worker2, 3)] {
            let node = try datapath.node(name)
            #expect(
                node.table(.local) == (served ? "local 10.96.0.0/16 dev lo scope host src 172.18.0.\(octet)" : ""))
            #expect(!node.table(.main).contains("10.96."))
        }
    }

    @Test("behaviour 2.2: kube-proxy's service range shows in no main table before a CNI is there")
    func serviceRangeWithoutCNI() throws {
        var cluster = try Tutorial.cluster(nil)
        cluster.servesClusterIPs = true
        let node = try Datapath(cluster).node(Tutorial.worker)
        #expect(node.table(.main).split(separator: "\n").count == 2)
        #expect(node.table(.local) == "local 10.96.0.0/16 dev lo scope host src 172.18.0.2")
    }
}
