import LinuxKernel
import NetlabTestSupport
import NetworkModel
import NetworkPlanning
import Testing

/// Many steps at once: what failed is told exactly, and nothing is left or leaked.
@Suite(.enabled(if: KernelTestGate.canRun))
struct BatchTests {
    @Test("the first failing step of a batch is named, though later ones fail too and are in the same send")
    func failingStepIsNamed() throws {
        try withLabFixture { fixture in
            let names = try fixture.addNamespaces("a", "b")
            let link = Link(name: .eth0, kind: .bridge, mac: Make.mac(7))
            func address(_ text: String) throws -> InterfaceAddress {
                InterfaceAddress(link: .eth0, prefix: try Make.prefix(text))
            }
            func route(_ number: UInt8, _ gateway: String) throws -> Route {
                Route(IPPrefix(IPAddress(10, 0, number, 0), 24), via: try Make.address(gateway), dev: .eth0)
            }
            let steps: [Step] = [
                .addLink(names[0], link), .addLink(names[1], link),
                .addAddress(names[0], try address("172.18.0.2/16")),
                .addAddress(names[1], try address("172.18.0.3/16")),
                .addRoute(names[1], try route(1, "172.18.0.9")),
                .addRoute(names[1], try route(2, "192.0.2.1")),  // no way to the gateway
                .addRoute(names[1], try route(3, "172.18.0.9")),
                .addRoute(names[0], try route(1, "192.0.2.1")),
            ]
            let failure = try #require(
                #expect(throws: StepFailure.self) { try fixture.network.perform(steps) })
            #expect(failure.index == 5)
            #expect(failure.error.code == .unreachable)
            #expect(failure.error.operation == "add route 10.0.2.0/24 via 192.0.2.1 dev eth0 in \(names[1])")
            #expect(failure.error.detail.hasPrefix("Nexthop has invalid gateway"))
            let state = try fixture.network.observe(names, sysctls: [])
            #expect(state.namespaces[names[1]]?.routes[try route(1, "172.18.0.9").key] != nil)
        }
    }

    @Test("a link that is not there is named at its step, after the steps before it were carried out")
    func missingLinkIsNamed() throws {
        try withLabFixture { fixture in
            let name = try fixture.addNamespaces("a")[0]
            let bridge = Link(name: .eth0, kind: .bridge, mac: Make.mac(7))
            let address = InterfaceAddress(link: try Make.link("nothere"), prefix: try Make.prefix("10.0.0.1/32"))
            let failure = #expect(throws: StepFailure.self) {
                try fixture.network.perform([.addLink(name, bridge), .addAddress(name, address)])
            }
            #expect(failure?.index == 1)
            #expect(failure?.error.code == .notFound)
            let state = try fixture.network.observe([name], sysctls: []).namespaces[name]
            #expect(state?.links[.eth0] != nil)
        }
    }

    @Test("pairs before a failing pair are complete, their far ends up")
    func pairsBeforeAFailureAreComplete() throws {
        try withLabFixture { fixture in
            let names = try fixture.addNamespaces("a", "b")
            let good = try Make.veth(names[0], "one", names[1], "eth0", seed: 5)
            let clash = try Make.veth(names[0], "two", names[1], "eth0", seed: 6)
            let absent = try Make.veth(names[0], "three", try fixture.name("absent"), "eth0", seed: 7)
            let steps = [good, clash, absent].map { Step.addVethPair($0.0, $0.1) }
            let failure = #expect(throws: StepFailure.self) { try fixture.network.perform(steps) }
            #expect(failure?.index == 1)
            #expect(failure?.error.code == .exists)
            let state = try fixture.network.observe(names, sysctls: [])
            #expect(state.namespaces[names[1]]?.links[.eth0]?.isUp == true)
            #expect(state.namespaces[names[0]]?.links.count == 1)
        }
    }

    @Test("a step in a namespace that is not there is named, whatever its kind")
    func missingNamespaceIsNamed() throws {
        try withLabFixture { fixture in
            let name = try fixture.addNamespaces("a")[0]
            let absent = try fixture.name("absent")
            let good = Step.setSysctl(name, name: "net.ipv4.ip_forward", from: nil, to: "1")
            let steps: [Step] = [
                .setSysctl(absent, name: "net.ipv4.ip_forward", from: nil, to: "1"),
                .setFirewall(absent, FirewallTable(name: "t", chains: [])),
                .addRule(absent, Rule(priority: 50, table: RouteTable(rawValue: 50))),
            ]
            for step in steps {
                let failure = #expect(throws: StepFailure.self) { try fixture.network.perform([good, step]) }
                #expect(failure?.index == 1)
                #expect(failure?.error.code == .notFound)
            }
        }
    }

    @Test func secondAddIsRefusedAsExisting() throws {
        try withLabFixture { fixture in
            let name = try fixture.addNamespaces("a", "b")
            let pair = try Make.veth(name[0], "eth0", name[1], "eth0", seed: 5)
            let steps: [Step] = [
                .addLink(name[0], Link(name: try Make.link("kind"), kind: .bridge, mac: Make.mac(7))),
                .addVethPair(pair.0, pair.1),
                .addAddress(name[0], InterfaceAddress(link: .eth0, prefix: try Make.prefix("172.18.0.2/16"))),
                .addRoute(name[0], Route(try Make.prefix("10.0.2.0/24"), dev: .eth0, scope: .link)),
                .addRule(name[0], Rule(priority: 50, table: RouteTable(rawValue: 50))),
                .addNeighbour(
                    name[0], Neighbour(link: .eth0, address: try Make.address("172.18.0.9"), mac: Make.mac(3))),
            ]
            try fixture.network.perform(steps)
            let before = try fixture.network.observe(name, sysctls: [])
            for step in steps + [.addNamespace(name[0], mark: fixture.mark)] {
                let failure = #expect(throws: StepFailure.self) { try fixture.network.perform([step]) }
                #expect(failure?.error.code == .exists, "\(step)")
            }
            #expect(try fixture.network.observe(name, sysctls: []) == before)
        }
    }

    @Test("an entry that the kernel learned gives way to one that is wanted; one that was put there does not")
    func learnedNeighbourGivesWay() throws {
        try withLabFixture { fixture in
            let name = try fixture.addNamespaces("a", "b")
            let pair = try Make.veth(name[0], "eth0", name[1], "eth0", seed: 5)
            let prefix = try Make.prefix("172.18.0.2/16")
            try fixture.network.perform([
                .addVethPair(pair.0, pair.1), .addAddress(name[0], InterfaceAddress(link: .eth0, prefix: prefix)),
            ])
            for host in ["172.18.0.8", "172.18.0.9"] {
                _ = try Witness.ipLines(
                    name[0], "neigh add \(host) lladdr 02:00:00:00:00:01 dev eth0 nud stale")
            }
            let wanted = try ["172.18.0.8", "172.18.0.9"].map {
                Neighbour(link: .eth0, address: try Make.address($0), mac: Make.mac(3))
            }
            try fixture.network.perform(wanted.map { .addNeighbour(name[0], $0) })
            let state = try fixture.network.observe([name[0]], sysctls: [])
            #expect(state.namespaces[name[0]]?.neighbours == Set(wanted))
            let again = #expect(throws: StepFailure.self) {
                try fixture.network.perform(wanted.map { .addNeighbour(name[0], $0) })
            }
            #expect(again?.index == 0)
            #expect(again?.error.code == .exists)
        }
    }

    @Test func removingWhatIsNotThereIsNotFound() throws {
        try withLabFixture { fixture in
            let name = try fixture.addNamespaces("a")[0]
            let table = FirewallTable(name: "none", chains: [])
            let steps: [Step] = [
                .removeLink(name, Link(name: .eth0, kind: .bridge)),
                .removeAddress(name, InterfaceAddress(link: .loopback, prefix: try Make.prefix("10.9.9.9/32"))),
                .removeRoute(name, Route(try Make.prefix("10.0.2.0/24"), dev: .loopback, scope: .link)),
                .removeRule(name, Rule(priority: 50, table: RouteTable(rawValue: 50))),
                .removeFirewall(name, table),
                .setSysctl(name, name: "net.ipv4.no_such_thing", from: nil, to: "1"),
            ]
            for step in steps {
                let failure = #expect(throws: StepFailure.self) { try fixture.network.perform([step]) }
                #expect(failure?.error.code == .notFound, "\(step)")
            }
        }
    }

    @Test func hundredNamespacesComeAndGoTogether() throws {
        try withLabFixture { fixture in
            let names = try (0..<100).map { try fixture.name("n\($0)") }
            try fixture.network.perform(names.map { .addNamespace($0, mark: fixture.mark) })
            #expect(try fixture.network.observe(names, sysctls: []).namespaces.count == 100)
            let marked = try fixture.network.markedNamespaces().filter { $0.value == fixture.mark }
            #expect(Set(marked.keys) == Set(names))
            try fixture.network.perform(names.map { .removeNamespace($0) })
            #expect(names.allSatisfy { NamespaceFile.identity(of: $0) == nil })
        }
    }

    @Test("a batch larger than one send keeps its order and finds its failing step")
    func batchOfManySends() throws {
        try withLabFixture { fixture in
            let name = try fixture.addNamespaces("a")[0]
            var steps: [Step] = (0..<3000).map { number in
                let host = IPAddress(10, 0, 0, 0).advanced(by: number)
                return .addRoute(name, Route(IPPrefix(host: host), dev: .loopback, scope: .link))
            }
            steps.insert(steps[17], at: 2500)
            let failure = #expect(throws: StepFailure.self) { try fixture.network.perform(steps) }
            #expect(failure?.index == 2500)
            let state = try fixture.network.observe([name], sysctls: []).namespaces[name]
            #expect(state?.routes.values.count { $0.table == .main } == 3000)
        }
    }
}
