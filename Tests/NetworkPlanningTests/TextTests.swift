import FoundationEssentials
import NetworkModel
import NetworkPlanning
import Testing

@Suite struct TextTests {
    @Test("behaviour 2.2: a node's main table is printed line for line as ip route prints it")
    func theMainTableReadsAsIPRoutePrintsIt() throws {
        let router = try Sample.address("10.0.1.7")
        let link = try Sample.link("cilium_host")
        let node = NamespaceState(
            links: [Link(name: .eth0, kind: .bridge), Link(name: link, kind: .bridge)],
            addresses: [
                InterfaceAddress(link: .eth0, prefix: try Sample.prefix("172.18.0.3/16")),
                InterfaceAddress(link: link, prefix: IPPrefix(host: router)),
            ],
            routes: [
                Route(IPPrefix(host: router), dev: link, scope: .link),
                Route(try Sample.prefix("10.0.2.0/24"), via: try Sample.address("172.18.0.4"), dev: .eth0),
                Route(try Sample.prefix("10.0.1.0/24"), via: router, dev: link, src: router),
                Route(try Sample.prefix("10.0.0.0/24"), via: try Sample.address("172.18.0.2"), dev: .eth0),
                Route(.any(.ipv4), via: try Sample.address("172.18.0.1"), dev: .eth0),
            ])
        #expect(
            RouteTableText.lines(of: node.withKernelRoutes()) == [
                "default via 172.18.0.1 dev eth0",
                "10.0.0.0/24 via 172.18.0.2 dev eth0",
                "10.0.1.0/24 via 10.0.1.7 dev cilium_host src 10.0.1.7",
                "10.0.1.7 dev cilium_host scope link",
                "10.0.2.0/24 via 172.18.0.4 dev eth0",
                "172.18.0.0/16 dev eth0 proto kernel scope link src 172.18.0.3",
            ])
    }

    @Test func routesThatBeginAlikeStandLongestFirstThenByMetric() throws {
        var state = NamespaceState()
        for (text, metric) in [
            ("10.0.0.0/8", 0), ("0.0.0.0/0", 0), ("10.0.0.0/16", 5), ("10.0.0.0/16", 0), ("0.0.0.0/1", 0),
            ("9.0.0.0/8", 0), ("10.0.0.0/24", 0), ("10.0.0.9/32", 0),
        ] {
            state.insert(Route(try Sample.prefix(text), dev: .eth0, scope: .link, metric: UInt32(metric)))
        }
        #expect(
            RouteTableText.lines(of: state) == [
                "0.0.0.0/1 dev eth0 scope link", "default dev eth0 scope link", "9.0.0.0/8 dev eth0 scope link",
                "10.0.0.0/24 dev eth0 scope link", "10.0.0.0/16 dev eth0 scope link",
                "10.0.0.0/16 dev eth0 scope link metric 5", "10.0.0.0/8 dev eth0 scope link",
                "10.0.0.9 dev eth0 scope link",
            ])
    }

    @Test func anEmptyPlanSaysSo() {
        #expect(Plan().text == "nothing to do")
    }

    @Test func aPlanAsJSONHasStableKeys() throws {
        let name = try Sample.namespace("lab.a")
        let to = Route(try Sample.prefix("10.0.1.0/24"), via: try Sample.address("172.18.0.3"), dev: .eth0)
        var from = to
        from.gateway = try Sample.address("172.18.0.9")
        let plan = Plan(
            steps: [
                PlannedStep(
                    .replaceRoute(name, from: from, to: to),
                    .differs([Difference("gateway", observed: "172.18.0.9", desired: "172.18.0.3")]))
            ], foreign: [.rule(name, Rule(priority: 7, table: .main))])
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let text = String(decoding: try encoder.encode(PlanDocument(plan)), as: UTF8.self)
        #expect(
            text == #"{"foreign":[{"kind":"rule","namespace":"lab.a","object":"7: from all lookup main"}],"#
                + #""steps":[{"action":"change","differences":[{"attribute":"gateway","desired":"172.18.0.3","#
                + #""observed":"172.18.0.9"}],"kind":"route","namespace":"lab.a","#
                + #""object":"10.0.1.0/24 via 172.18.0.3 dev eth0","reason":"differs"}],"#
                + #""summary":{"add":0,"change":1,"remove":0}}"#)
    }

    @Test func ownershipSurvivesTheJournal() throws {
        var state = try Sample.state()
        let name = try Sample.namespace("lab.a")
        state.namespaces[name]?.insert(
            Route(try Sample.prefix("10.9.0.0/16"), table: RouteTable(rawValue: 50), dev: .eth0, metric: 5))
        let owned = Ownership(state)
        let data = try JSONEncoder().encode(owned)
        #expect(try JSONDecoder().decode(Ownership.self, from: data) == owned)
        #expect(String(decoding: data, as: UTF8.self).contains("@50+5"))
    }

    @Test(arguments: ["10.0.0.0/24@x", "10.0.0.0", "10.0.0.0/24+-1"])
    func aDamagedJournalIsRefused(key: String) throws {
        let empty = Ownership(NetworkState(namespaces: [try Sample.namespace("lab.a"): NamespaceState()]))
        let text = String(decoding: try JSONEncoder().encode(empty), as: UTF8.self)
        let damaged = text.replacing(#""routes":"""#, with: #""routes":"\#(key)""#)
        #expect(damaged != text)
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(Ownership.self, from: Data(damaged.utf8))
        }
    }
}
