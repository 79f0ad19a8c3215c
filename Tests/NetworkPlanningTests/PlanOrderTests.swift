import NetworkModel
import NetworkPlanning
import Testing

@Suite struct PlanOrderTests {
    @Test func aLabIsMadeKindByKindAndNamespaceByNamespace() throws {
        let plan = Plan.diff(from: NetworkState(), to: try Sample.state(), owned: NetworkState())
        #expect(
            plan.text == """
                + lab.a     netns lab.a                                                        missing
                + lab.b     netns lab.b                                                        missing
                + lab.host  netns lab.host                                                     missing
                ~ lab.host  sysctl net.ipv4.ip_forward=1                                       missing
                + lab.host  link kind type bridge mtu 1500 up                                  missing
                + lab.a     link eth0 type veth peer port-a netns lab.host address 02:42:ac:12:00:02 mtu 1500 up   missing
                + lab.b     link eth0 type veth peer port-b netns lab.host address 02:42:ac:12:00:03 mtu 1500 up   missing
                + lab.a     address 172.18.0.2/16 dev eth0                                     missing
                + lab.b     address 172.18.0.3/16 dev eth0                                     missing
                + lab.host  address 172.18.0.1/16 dev kind                                     missing
                + lab.a     route default via 172.18.0.1 dev eth0                              missing
                + lab.a     route 10.0.1.0/24 via 172.18.0.3 dev eth0                          missing
                + lab.b     route default via 172.18.0.1 dev eth0                              missing
                + lab.b     route 10.0.0.0/24 via 172.18.0.2 dev eth0                          missing
                13 to add, 1 to change, 0 to remove
                """)
    }

    @Test func aLabIsTakenDownByItsNamespacesAlone() throws {
        let state = try Sample.state()
        let plan = Plan.diff(from: state.withKernelRoutes(), to: NetworkState(), owned: state)
        #expect(plan.steps.map(\.step) == state.namespaces.keys.sorted().map { .removeNamespace($0) })
        #expect(plan.summary.description == "0 to add, 0 to change, 3 to remove")
    }

    @Test func aNodeThatLeavesTakesItsPortAlong() throws {
        let before = try Sample.state()
        var desired = before
        let (node, host) = (try Sample.namespace("lab.b"), try Sample.namespace("lab.host"))
        desired.namespaces[node] = nil
        desired.namespaces[host]?.links[try Sample.link("port-b")] = nil
        let plan = Plan.diff(from: before.withKernelRoutes(), to: desired, owned: before)
        #expect(plan.steps.map(\.step) == [.removeNamespace(node)])
    }

    @Test func aRouteThatReachesAGatewayComesBeforeTheOneThatNeedsIt() throws {
        let name = try Sample.namespace("lab.a")
        let link = try Sample.link("cilium_host")
        let router = try Sample.address("10.0.0.201")
        let before = try Sample.state()
        var desired = before
        desired.namespaces[name]?.links[link] = Link(name: link, kind: .bridge)
        desired.namespaces[name]?.addresses.insert(InterfaceAddress(link: link, prefix: IPPrefix(host: router)))
        desired.namespaces[name]?.insert(Route(IPPrefix(host: router), dev: link, scope: .link))
        desired.namespaces[name]?.insert(
            Route(try Sample.prefix("10.0.0.0/24"), via: router, dev: link, src: router))
        let there = Plan.diff(from: before.withKernelRoutes(), to: desired, owned: before)
        #expect(
            there.steps.map(\.step).filter { $0.kind == "route" }.map(\.object) == [
                "10.0.0.201 dev cilium_host scope link", "10.0.0.0/24 via 10.0.0.201 dev cilium_host src 10.0.0.201",
            ])
        var without = desired
        without.namespaces[name]?.routes = before.namespaces[name]?.routes ?? [:]
        let back = Plan.diff(from: desired.withKernelRoutes(), to: without, owned: desired)
        #expect(
            back.steps.map(\.step.object) == [
                "10.0.0.0/24 via 10.0.0.201 dev cilium_host src 10.0.0.201", "10.0.0.201 dev cilium_host scope link",
            ])
    }

    @Test func aSysctlOfASingleLinkWaitsForTheLink() throws {
        let name = try Sample.namespace("lab.a")
        var desired = try Sample.state()
        desired.namespaces[name]?.sysctls = [
            "net.ipv4.conf.eth0.arp_notify": "1", "net.ipv4.conf.all.rp_filter": "0",
        ]
        let kinds = Plan.diff(from: NetworkState(), to: desired, owned: NetworkState()).steps.map(\.step)
        let own = try #require(kinds.firstIndex { $0.object == "net.ipv4.conf.eth0.arp_notify=1" })
        let all = try #require(kinds.firstIndex { $0.object == "net.ipv4.conf.all.rp_filter=0" })
        let link = try #require(kinds.firstIndex { $0.kind == "link" && $0.namespace == name })
        #expect(all < link && link < own)
    }
}
