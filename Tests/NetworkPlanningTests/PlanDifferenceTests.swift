import NetworkModel
import NetworkPlanning
import Testing

/// One drift each, and the whole plan that repairs it.
@Suite struct PlanDifferenceTests {
    struct Drift: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var change: @Sendable (inout NamespaceState) throws -> Void
        var plan: [String]
    }

    /// The plan that leads from the sample with `lab.a` changed back to the sample, without the column padding.
    private func repair(_ change: (inout NamespaceState) throws -> Void) throws -> [String] {
        let desired = try Sample.state()
        var observed = desired.withKernelRoutes()
        let name = try Sample.namespace("lab.a")
        var node = try #require(observed.namespaces[name])
        try change(&node)
        observed.namespaces[name] = node
        let plan = Plan.diff(from: observed, to: desired, owned: desired)
        return plan.steps.map {
            "\($0.step.action) \($0.step.namespace) \($0.step.kind) \($0.step.object): \($0.reason)"
        }
    }

    @Test(arguments: [
        Drift(
            testDescription: "a route is gone",
            change: { $0.routes = try $0.routes.filter { try $0.key.destination != Sample.prefix("10.0.1.0/24") } },
            plan: ["add lab.a route 10.0.1.0/24 via 172.18.0.3 dev eth0: missing"]),
        Drift(
            testDescription: "a route has another gateway",
            change: {
                $0.insert(Route(try Sample.prefix("10.0.1.0/24"), via: try Sample.address("172.18.0.9"), dev: .eth0))
            },
            plan: [
                "change lab.a route 10.0.1.0/24 via 172.18.0.3 dev eth0: "
                    + "differs: gateway 172.18.0.9, wanted 172.18.0.3"
            ]),
        Drift(
            testDescription: "the connected route is gone",
            change: { $0.routes = $0.routes.filter { $0.value.table != .main || $0.value.protocol != .kernel } },
            plan: ["add lab.a route 172.18.0.0/16 dev eth0 proto kernel scope link src 172.18.0.2: missing"]),
        Drift(
            testDescription: "the local table is flushed",
            change: { $0.routes = $0.routes.filter { $0.value.table != .local } },
            plan: [
                "add lab.a route local 127.0.0.0/8 dev lo proto kernel scope host src 127.0.0.1 table local: missing",
                "add lab.a route local 127.0.0.1 dev lo proto kernel scope host src 127.0.0.1 table local: missing",
                "add lab.a route local 172.18.0.2 dev eth0 proto kernel scope host src 172.18.0.2 table local: missing",
            ]),
        Drift(
            testDescription: "the link is down",
            change: {
                $0.links[.eth0]?.isUp = false
                $0.routes = $0.routes.filter { $0.value.scope == .host }
            },
            plan: [
                "change lab.a link eth0 type veth peer port-a netns lab.host address 02:42:ac:12:00:02 mtu 1500 up: "
                    + "differs: state down, wanted up",
                "add lab.a route default via 172.18.0.1 dev eth0: missing",
                "add lab.a route 10.0.1.0/24 via 172.18.0.3 dev eth0: missing",
            ]),
        Drift(
            testDescription: "the MTU and a setting differ",
            change: {
                $0.links[.eth0]?.mtu = 1400
                $0.links[.eth0]?.settings = [.reversePathFilter: 1, .proxyARP: 1]
            },
            plan: [
                "change lab.a link eth0 type veth peer port-a netns lab.host address 02:42:ac:12:00:02 mtu 1500 up: "
                    + "differs: mtu 1400, wanted 1500; rp_filter 1, wanted 0"
            ]),
        Drift(
            testDescription: "the link is of another kind",
            change: { $0.links[.eth0]?.kind = .bridge },
            plan: [
                "remove lab.a link eth0 type bridge address 02:42:ac:12:00:02 mtu 1500 up: "
                    + "replaced: kind bridge, wanted veth peer port-a netns lab.host",
                "remove lab.host link port-a type veth peer eth0 netns lab.a mtu 1500 master kind up: "
                    + "replaced: peer none, wanted lab.a eth0",
                "add lab.a link eth0 type veth peer port-a netns lab.host address 02:42:ac:12:00:02 mtu 1500 up: "
                    + "put back, it falls with something replaced",
                "add lab.a address 172.18.0.2/16 dev eth0: put back, it falls with something replaced",
                "add lab.a route default via 172.18.0.1 dev eth0: put back, it falls with something replaced",
                "add lab.a route 10.0.1.0/24 via 172.18.0.3 dev eth0: put back, it falls with something replaced",
            ]),
        Drift(
            testDescription: "the address is gone",
            change: {
                $0.addresses = []
                $0.routes = $0.routes.filter { $0.value.link != .eth0 }
            },
            plan: [
                "add lab.a address 172.18.0.2/16 dev eth0: missing",
                "add lab.a route default via 172.18.0.1 dev eth0: missing",
                "add lab.a route 10.0.1.0/24 via 172.18.0.3 dev eth0: missing",
            ]),
        Drift(
            testDescription: "a default rule is gone",
            change: { $0.rules.remove(Rule(priority: 32766, table: .main)) },
            plan: ["add lab.a rule 32766: from all lookup main: missing"]),
    ])
    func aDriftIsRepairedByTheSmallestPlan(drift: Drift) throws {
        #expect(try repair(drift.change) == drift.plan)
    }

    @Test func aSysctlIsSetWhenItDiffersAndLeftWhenNobodyWantsAValue() throws {
        let host = try Sample.namespace("lab.host")
        let desired = try Sample.state()
        var observed = desired.withKernelRoutes()
        observed.namespaces[host]?.sysctls = ["net.ipv4.ip_forward": "0", "net.ipv4.tcp_ecn": "1"]
        let plan = Plan.diff(from: observed, to: desired, owned: desired)
        #expect(
            plan.steps == [
                PlannedStep(
                    .setSysctl(host, name: "net.ipv4.ip_forward", from: "0", to: "1"),
                    .differs([Difference("value", observed: "0", desired: "1")]))
            ])
    }

    @Test("behaviour 2.4: the local rule is moved to 100 by adding the new one before the old is deleted")
    func aRuleThatMovesIsNeverMissing() throws {
        let name = try Sample.namespace("lab.a")
        let before = try Sample.state()
        var desired = before
        let (old, new) = (Rule(priority: 0, table: .local), Rule(priority: 100, table: .local))
        desired.namespaces[name]?.rules.remove(old)
        desired.namespaces[name]?.rules.insert(new)
        let plan = Plan.diff(from: before.withKernelRoutes(), to: desired, owned: before)
        #expect(plan.steps.map(\.step) == [.addRule(name, new), .removeRule(name, old)])
    }

    @Test func aMACNobodyChoseIsMetByAnyAndALinkStays() throws {
        let name = try Sample.namespace("lab.a")
        var desired = try Sample.state()
        let observed = desired.withKernelRoutes()
        desired.namespaces[name]?.links[.eth0]?.mac = nil
        #expect(Plan.diff(from: observed, to: desired, owned: desired).isEmpty)
    }

    @Test func aSecondaryAddressIsTakenOffBeforeItsPrimaryAndPutBack() throws {
        let name = try Sample.namespace("lab.a")
        let secondary = InterfaceAddress(link: .eth0, prefix: try Sample.prefix("172.18.0.7/16"))
        let primary = InterfaceAddress(link: .eth0, prefix: try Sample.prefix("172.18.0.2/16"))
        var before = try Sample.state()
        before.namespaces[name]?.addresses.insert(secondary)
        var desired = before
        desired.namespaces[name]?.addresses.remove(primary)
        let observed = before.withKernelRoutes()
        let plan = Plan.diff(from: observed, to: desired, owned: before)
        let addressSteps = plan.steps.map(\.step).filter { $0.kind == "address" }
        #expect(
            addressSteps == [
                .removeAddress(name, secondary), .removeAddress(name, primary), .addAddress(name, secondary),
            ])
        #expect(plan.steps.contains { $0.step.kind == "route" && $0.reason == .putBack })
    }

    @Test func aVethWhosePeerIsAnotherIsMadeAnewAndItsRoutesWithIt() throws {
        let name = try Sample.namespace("lab.a")
        let host = try Sample.namespace("lab.host")
        let desired = try Sample.state()
        var before = desired
        let (wrong, port) = (try Sample.link("wrong"), try Sample.link("port-a"))
        before.namespaces[host]?.links[port] = nil
        before.namespaces[host]?.links[wrong] = Link(
            name: wrong, kind: .veth(peer: LinkEnd(namespace: name, name: .eth0)))
        before.namespaces[name]?.links[.eth0]?.kind = .veth(peer: LinkEnd(namespace: host, name: wrong))
        let plan = Plan.diff(from: before.withKernelRoutes(), to: desired, owned: before)
        #expect(
            plan.steps.map { "\($0.step.action) \($0.step.kind)" } == [
                "remove link", "add link", "add address", "add route", "add route",
            ])
        #expect(plan.foreign.isEmpty)
    }
}
