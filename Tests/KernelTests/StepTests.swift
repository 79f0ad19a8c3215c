import Glibc
import LinuxKernel
import NetlabTestSupport
import NetworkModel
import NetworkPlanning
import Testing

/// Each step against the real kernel: performed, observed as asked, witnessed by iproute2, undone.
@Suite(.enabled(if: KernelTestGate.canRun))
struct StepTests {
    /// What observing one namespace shows.
    private func look(_ fixture: LabFixture, _ name: NamespaceName) throws -> NamespaceState {
        let state = try fixture.network.observe([name], sysctls: [])
        return try #require(state.namespaces[name])
    }

    @Test func namespaceIsMadeMarkedAndRemoved() throws {
        try withLabFixture { fixture in
            let name = try fixture.addNamespaces("a")[0]
            let state = try look(fixture, name)
            #expect(state == NamespaceState(mark: fixture.mark, routes: Array(state.routes.values)))
            let loopback = try Witness.ip(name, "link show lo").first
            #expect(loopback?["ifalias"]?.text == fixture.mark.text)
            #expect(loopback?["flags"]?.array?.contains(.text("UP")) == true)

            try fixture.network.perform([.removeNamespace(name)])
            #expect(try fixture.network.observe([name], sysctls: []).isEmpty)
            #expect(throws: Witness.Failure.self) { try Witness.ip(name, "link show lo 2>/dev/null") }
        }
    }

    @Test func bridgeIsMadeAndRemoved() throws {
        try withLabFixture { fixture in
            let name = try fixture.addNamespaces("a")[0]
            let link = Link(
                name: try Make.link("kind"), kind: .bridge, mac: Make.mac(7), mtu: 1400, alias: "the docker network",
                settings: [.forwarding: 1, .sendRedirects: 0])
            try fixture.network.perform([.addLink(name, link)])
            try expect(link, in: look(fixture, name))
            let witness = try Witness.ip(name, "link show kind").first
            #expect(witness?["linkinfo"]?["info_kind"]?.text == "bridge")
            #expect(witness?["mtu"]?.number == 1400)
            #expect(witness?["inet6_addr_gen_mode"]?.text == "none")

            try fixture.network.perform([.removeLink(name, link)])
            #expect(try look(fixture, name).links.isEmpty)
        }
    }

    @Test("a veth pair stands in two namespaces with MAC, MTU, master, alias and settings, both ends up")
    func vethPairIsMadeAndRemoved() throws {
        try withLabFixture { fixture in
            let names = try fixture.addNamespaces("a", "b")
            var pair = try Make.veth(names[0], "port", names[1], "eth0", seed: 5, master: "kind")
            pair.0.link.mtu = 1400
            pair.0.link.alias = "to b"
            pair.1.link.mtu = 1400
            pair.1.link.alias = "to a"
            pair.1.link.settings = [.reversePathFilter: 2, .arpIgnore: 1, .acceptLocal: 1, .proxyARP: 1]
            let bridge = Link(name: try Make.link("kind"), kind: .bridge, mac: Make.mac(7))
            try fixture.network.perform([.addLink(names[0], bridge), .addVethPair(pair.0, pair.1)])

            let state = try fixture.network.observe(names, sysctls: [])
            for end in [pair.0, pair.1] { try expect(end.link, in: state.namespaces[end.namespace]) }
            let witness = try Witness.ip(names[1], "link show eth0").first
            #expect(witness?["address"]?.text == pair.1.link.mac?.description)
            #expect(witness?["ifalias"]?.text == "to a")
            #expect(witness?["flags"]?.array?.contains(.text("LOWER_UP")) == true)
            #expect(try Witness.ip(names[1], "-6 address show scope link").isEmpty)
            #expect(try Witness.exec(names[1], "cat /proc/sys/net/ipv4/conf/eth0/rp_filter") == "2\n")

            try fixture.network.perform([.removeLink(names[0], pair.0.link)])
            #expect(try look(fixture, names[1]).links.isEmpty)
        }
    }

    @Test("a peer in a namespace that was not looked at is a veth all the same, its far namespace unknown")
    func peerOutsideTheObservedSetIsReported() throws {
        try withLabFixture { fixture in
            let names = try fixture.addNamespaces("a", "b")
            let pair = try Make.veth(names[0], "port", names[1], "eth0", seed: 5)
            try fixture.network.perform([.addVethPair(pair.0, pair.1)])
            let link = try #require(try look(fixture, names[0]).links[pair.0.link.name])
            let unknown = try #require(NamespaceName(rawValue: "?"))
            #expect(link.kind == .veth(peer: LinkEnd(namespace: unknown, name: .eth0)))
        }
    }

    @Test("pods of different nodes with equal indexes and names get their own node's link as peer")
    func peersAreToldApart() throws {
        try withLabFixture { fixture in
            let topology = try Topology(fixture, nodeCount: 3, podsPerNode: 2)
            try fixture.network.perform(topology.steps)
            let state = try fixture.network.observe(topology.names, sysctls: [])
            for step in topology.steps {
                guard case .addVethPair(let first, let second) = step else { continue }
                try expect(first.link, in: state.namespaces[first.namespace])
                try expect(second.link, in: state.namespaces[second.namespace])
            }
        }
    }

    @Test func linkChangesInPlaceAndBack() throws {
        try withLabFixture { fixture in
            let names = try fixture.addNamespaces("a", "b")
            let pair = try Make.veth(names[0], "port", names[1], "eth0", seed: 5)
            let bridge = Link(name: try Make.link("kind"), kind: .bridge, mac: Make.mac(7))
            try fixture.network.perform([.addLink(names[0], bridge), .addVethPair(pair.0, pair.1)])
            var changed = pair.0.link
            changed.mac = Make.mac(99)
            changed.mtu = 1300
            changed.isUp = false
            changed.master = bridge.name
            changed.arp = false
            changed.alias = "changed"
            changed.settings = [.proxyARP: 1]
            try fixture.network.perform([.changeLink(names[0], from: pair.0.link, to: changed)])
            try expect(changed, in: fixture.network.observe(names, sysctls: []).namespaces[names[0]])
            let witness = try Witness.ip(names[0], "link show port").first
            #expect(witness?["master"]?.text == "kind")
            #expect(witness?["flags"]?.array?.contains(.text("NOARP")) == true)

            var original = pair.0.link
            original.settings = [.proxyARP: 0]
            try fixture.network.perform([.changeLink(names[0], from: changed, to: original)])
            try expect(original, in: fixture.network.observe(names, sysctls: []).namespaces[names[0]])
        }
    }

    @Test(arguments: ["172.18.0.2/16", "10.0.0.7/32", "fd00::7/64"])
    func addressIsAddedAndRemoved(_ text: String) throws {
        try withLabFixture { fixture in
            let name = try fixture.addNamespaces("a")[0]
            let link = Link(name: .eth0, kind: .bridge, mac: Make.mac(7))
            let address = InterfaceAddress(link: .eth0, prefix: try Make.prefix(text))
            try fixture.network.perform([.addLink(name, link), .addAddress(name, address)])
            #expect(try look(fixture, name).addresses == [address])
            let witness = try Witness.ip(name, "address show eth0").first?["addr_info"]?.array?.first
            #expect(witness?["local"]?.text == "\(address.prefix.address)")
            #expect(witness?["prefixlen"]?.number == address.prefix.length)

            try fixture.network.perform([.removeAddress(name, address)])
            #expect(try look(fixture, name).addresses.isEmpty)
        }
    }

    @Test("an address of link scope, as cilium_host has, keeps its scope")
    func addressScopeIsKept() throws {
        try withLabFixture { fixture in
            let name = try fixture.addNamespaces("a")[0]
            let address = InterfaceAddress(link: .loopback, prefix: try Make.prefix("10.0.0.1/32"), scope: .link)
            try fixture.network.perform([.addAddress(name, address)])
            #expect(try look(fixture, name).addresses == [address])
        }
    }

    static var routes: [Route] {
        get throws {
            let gateway = try Make.address("172.18.0.3")
            let own = try Make.address("172.18.0.2")
            let destination = try Make.prefix("10.0.2.0/24")
            return [
                Route(destination, via: gateway, dev: .eth0),
                Route(try Make.prefix("0.0.0.0/0"), via: gateway, dev: .eth0),
                Route(destination, table: RouteTable(rawValue: 50), dev: .eth0, scope: .link),
                Route(destination, table: RouteTable(rawValue: 4_000_000), via: gateway, dev: .eth0),
                Route(
                    destination, via: gateway, dev: .eth0, src: own, protocol: .static, metric: 100, mtu: 1400),
                Route(destination, kind: .blackhole),
                Route(destination, kind: .unreachable, metric: 7),
                Route(
                    try Make.prefix("10.96.0.0/16"), table: .local, kind: .local, dev: .loopback, src: own,
                    scope: .host),
            ]
        }
    }

    @Test(arguments: try StepTests.routes)
    func routeIsAddedAndRemoved(_ route: Route) throws {
        try withLabFixture { fixture in
            let name = try fixture.addNamespaces("a")[0]
            let link = Link(name: .eth0, kind: .bridge, mac: Make.mac(7))
            let address = InterfaceAddress(link: .eth0, prefix: try Make.prefix("172.18.0.2/16"))
            try fixture.network.perform([.addLink(name, link), .addAddress(name, address), .addRoute(name, route)])
            #expect(try look(fixture, name).routes[route.key] == route)
            #expect(try routeLines(name, "table \(route.table.rawValue)").contains("\(route)"))

            try fixture.network.perform([.removeRoute(name, route)])
            #expect(try look(fixture, name).routes[route.key] == nil)
        }
    }

    @Test func routeIsReplacedInPlace() throws {
        try withLabFixture { fixture in
            let name = try fixture.addNamespaces("a")[0]
            let link = Link(name: .eth0, kind: .bridge, mac: Make.mac(7))
            let address = InterfaceAddress(link: .eth0, prefix: try Make.prefix("172.18.0.2/16"))
            let old = Route(try Make.prefix("10.0.2.0/24"), via: try Make.address("172.18.0.3"), dev: .eth0)
            let new = Route(try Make.prefix("10.0.2.0/24"), via: try Make.address("172.18.0.4"), dev: .eth0)
            try fixture.network.perform([.addLink(name, link), .addAddress(name, address), .addRoute(name, old)])
            try fixture.network.perform([.replaceRoute(name, from: old, to: new)])
            #expect(try look(fixture, name).routes[new.key] == new)
            #expect(try routeLines(name, "10.0.2.0/24") == ["\(new)"])
        }
    }

    /// What `ip route show` prints; a bridge without ports has no carrier, which it also says.
    private func routeLines(_ name: NamespaceName, _ words: String) throws -> [String] {
        try Witness.ipLines(name, "route show \(words)").map { line in
            line.split(separator: " ").filter { $0 != "linkdown" }.joined(separator: " ")
        }
    }

    static var rules: [Rule] {
        get throws {
            [
                Rule(priority: 50, table: RouteTable(rawValue: 50)),
                Rule(priority: 9, mark: 0x200, markMask: 0xf00, table: RouteTable(rawValue: 2004)),
                Rule(priority: 10, mark: 7, table: RouteTable(rawValue: 4_000_000)),
                Rule(
                    priority: 11, from: try Make.prefix("10.0.0.0/24"), to: try Make.prefix("10.1.0.7/32"),
                    table: .main),
                Rule(
                    priority: 40, to: try Make.prefix("10.0.0.0/24"), transport: .tcp, destinationPorts: 61000...65534,
                    table: RouteTable(rawValue: 2004)),
                Rule(priority: 41, transport: .udp, destinationPorts: 53...53, table: RouteTable(rawValue: 2004)),
                Rule(priority: 42, transport: IPProtocol(rawValue: 253), table: .main),
            ]
        }
    }

    @Test(arguments: try StepTests.rules)
    func ruleIsAddedAndRemoved(_ rule: Rule) throws {
        try withLabFixture { fixture in
            let name = try fixture.addNamespaces("a")[0]
            try fixture.network.perform([.addRule(name, rule)])
            #expect(try look(fixture, name).rules == Set(Rule.kernelDefaults(.ipv4) + [rule]))
            let lines = try Witness.ipLines(name, "rule show").map { line in
                line.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            }
            #expect(lines.contains("\(rule)"))

            try fixture.network.perform([.removeRule(name, rule)])
            #expect(try look(fixture, name).rules == Set(Rule.kernelDefaults(.ipv4)))
        }
    }

    @Test(arguments: [(true, false), (true, true), (false, true)])
    func neighbourIsAddedAndRemoved(isPermanent: Bool, isExternallyLearned: Bool) throws {
        try withLabFixture { fixture in
            let name = try fixture.addNamespaces("a")[0]
            let link = Link(name: .eth0, kind: .bridge, mac: Make.mac(7))
            let entry = Neighbour(
                link: .eth0, address: try Make.address("172.18.0.9"), mac: Make.mac(3), isPermanent: isPermanent,
                isExternallyLearned: isExternallyLearned)
            try fixture.network.perform([.addLink(name, link)])
            // Within a second the kernel notices that a bridge without ports has no carrier, and forgets every neighbour
            // that is not permanent.
            if !isPermanent { usleep(1_500_000) }
            try fixture.network.perform([.addNeighbour(name, entry)])
            #expect(try look(fixture, name).neighbours == [entry])
            let witness = try Witness.ip(name, "neighbour show 172.18.0.9").first
            #expect(witness?["lladdr"]?.text == "\(entry.mac)")

            try fixture.network.perform([.removeNeighbour(name, entry)])
            #expect(try look(fixture, name).neighbours.isEmpty)
        }
    }

    @Test func sysctlIsSetInItsNamespaceOnly() throws {
        try withLabFixture { fixture in
            let names = try fixture.addNamespaces("a", "b")
            let wanted: Set = ["net.ipv4.ip_forward", "net.ipv4.ping_group_range", "net.ipv4.no_such_thing"]
            try fixture.network.perform([
                .setSysctl(names[0], name: "net.ipv4.ip_forward", from: "0", to: "1"),
                .setSysctl(names[0], name: "net.ipv4.ping_group_range", from: nil, to: "0 7"),
            ])
            let state = try fixture.network.observe(names, sysctls: wanted).namespaces
            #expect(
                state[names[0]]?.sysctls == ["net.ipv4.ip_forward": "1", "net.ipv4.ping_group_range": "0 7"])
            #expect(state[names[1]]?.sysctls["net.ipv4.ip_forward"] == "0")
            #expect(try Witness.exec(names[0], "cat /proc/sys/net/ipv4/ip_forward") == "1\n")
        }
    }

    @Test(arguments: ["kernel.hostname", "net", "net..x", "/net.ipv4", "net.ipv4.//"])
    func sysctlOutsideTheNamespaceIsRefused(_ sysctl: String) throws {
        try withLabFixture { fixture in
            let name = try fixture.addNamespaces("a")[0]
            let failure = #expect(throws: StepFailure.self) {
                try fixture.network.perform([.setSysctl(name, name: sysctl, from: nil, to: "1")])
            }
            #expect(failure?.error.code == .invalid)
        }
    }

    /// Observed settings are all there are; asked for are some.
    private func expect(_ wanted: Link, in state: NamespaceState?) throws {
        var observed = try #require(state?.links[wanted.name])
        observed.settings = observed.settings.filter { wanted.settings[$0.key] != nil }
        #expect(observed == wanted)
    }
}
