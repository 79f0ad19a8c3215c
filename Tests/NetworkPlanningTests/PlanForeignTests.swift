import NetworkModel
import NetworkPlanning
import Testing

/// What others put into a lab is reported and left, unless pruning is asked for.
@Suite struct PlanForeignTests {
    private func disturbed(_ change: (inout NamespaceState) throws -> Void) throws -> NetworkState {
        var state = try Sample.state().withKernelRoutes()
        let name = try Sample.namespace("lab.a")
        var node = try #require(state.namespaces[name])
        try change(&node)
        state.namespaces[name] = node
        return state
    }

    @Test func aStudentsObjectsAreReportedAndLeft() throws {
        let name = try Sample.namespace("lab.a")
        let route = Route(try Sample.prefix("192.0.2.0/24"), via: try Sample.address("172.18.0.1"), dev: .eth0)
        let rule = Rule(priority: 77, table: RouteTable(rawValue: 7))
        let address = InterfaceAddress(link: .eth0, prefix: try Sample.prefix("198.51.100.1/24"))
        let link = Link(name: try Sample.link("br9"), kind: .bridge)
        let neighbour = Neighbour(
            link: .eth0, address: try Sample.address("172.18.0.99"), mac: MACAddress(locallyAdministered: 1))
        let table = FirewallTable(name: "mine", chains: [])
        let observed = try disturbed {
            $0.insert(route)
            $0.rules.insert(rule)
            $0.addresses.insert(address)
            $0.links[link.name] = link
            $0.neighbours.insert(neighbour)
            $0.firewall["mine"] = table
            $0 = $0.withKernelRoutes()
        }
        let desired = try Sample.state()
        let plan = Plan.diff(from: observed, to: desired, owned: desired)
        #expect(plan.isEmpty)
        #expect(
            plan.foreign == [
                .address(name, address), .link(name, link), .neighbour(name, neighbour), .route(name, route),
                .rule(name, rule), .firewall(name, table),
            ])
        #expect(plan.text.hasSuffix("nothing to do"))
        #expect(plan.text.contains("? lab.a  route 192.0.2.0/24 via 172.18.0.1 dev eth0"))

        let pruned = Plan.diff(from: observed, to: desired, owned: desired, prune: true)
        #expect(pruned.foreign.isEmpty)
        #expect(Set(pruned.steps.map(\.reason)) == [.pruned])
        #expect(
            pruned.steps.map(\.step) == [
                .removeNeighbour(name, neighbour), .removeAddress(name, address), .removeLink(name, link),
                .removeRule(name, rule), .removeRoute(name, route), .removeFirewall(name, table),
            ])
    }

    @Test func theSameRouteIsRemovedOnceTheLabMadeIt() throws {
        let name = try Sample.namespace("lab.a")
        let route = Route(try Sample.prefix("192.0.2.0/24"), via: try Sample.address("172.18.0.1"), dev: .eth0)
        let observed = try disturbed { $0.insert(route) }
        let desired = try Sample.state()
        var owned = desired
        owned.namespaces[name]?.insert(route)
        let plan = Plan.diff(from: observed, to: desired, owned: owned)
        #expect(plan.steps == [PlannedStep(.removeRoute(name, route), .noLongerWanted)])
        #expect(plan.foreign.isEmpty)
    }

    @Test("a route that only looks kernel-made, as newer Cilium's, is the lab's to remove")
    func anEndpointRouteWithProtoKernelIsNoNoise() throws {
        let name = try Sample.namespace("lab.a")
        let pod = Route(try Sample.prefix("10.0.0.7/32"), dev: .eth0, scope: .link, protocol: .kernel)
        let observed = try disturbed { $0.insert(pod) }
        let desired = try Sample.state()
        #expect(Plan.diff(from: observed, to: desired, owned: desired).foreign == [.route(name, pod)])
        var owned = desired
        owned.namespaces[name]?.insert(pod)
        #expect(Plan.diff(from: observed, to: desired, owned: owned).steps.map(\.step) == [.removeRoute(name, pod)])
    }

    @Test(arguments: [nil, OwnershipMark(lab: "other", instance: "1"), OwnershipMark(lab: "lab", instance: "2")])
    func aNamespaceWithoutTheLabsMarkIsNeverTouched(mark: OwnershipMark?) throws {
        let name = try Sample.namespace("lab.a")
        let observed = try disturbed {
            $0.mark = mark
            $0.routes = [:]
        }
        let desired = try Sample.state()
        for prune in [false, true] {
            let plan = Plan.diff(from: observed, to: desired, owned: desired, prune: prune)
            #expect(plan.isEmpty && plan.foreign == [.namespace(name, mark: mark)])
            let down = Plan.diff(from: observed, to: NetworkState(), owned: desired, prune: prune)
            #expect(!down.steps.contains { $0.step.namespace == name })
            #expect(down.steps.count == 2 && down.foreign == [.namespace(name, mark: mark)])
        }
    }

    @Test func aForeignSecondaryThatHasToComeOffIsPutBack() throws {
        let name = try Sample.namespace("lab.a")
        let theirs = InterfaceAddress(link: .eth0, prefix: try Sample.prefix("172.18.0.77/16"))
        let ours = InterfaceAddress(link: .eth0, prefix: try Sample.prefix("172.18.0.2/16"))
        let observed = try disturbed {
            $0.addresses.insert(theirs)
            $0 = $0.withKernelRoutes()
        }
        var desired = try Sample.state()
        desired.namespaces[name]?.addresses = []
        desired.namespaces[name]?.routes = [:]
        let plan = Plan.diff(from: observed, to: desired, owned: try Sample.state())
        #expect(
            plan.steps.map(\.step).filter { $0.kind == "address" } == [
                .removeAddress(name, theirs), .removeAddress(name, ours), .addAddress(name, theirs),
            ])
        #expect(plan.foreign == [.address(name, theirs)])
    }
}
