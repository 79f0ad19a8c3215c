import NetworkModel
import Testing

@testable import NetworkPlanning

/// Which announced changes call for a look at the kernel.
struct DriftJudgeTests {
    private static let name = NamespaceName(rawValue: "lab.node")
    private static let own = Route(IPPrefix(IPAddress(10, 0, 2, 0), 24), via: IPAddress(172, 18, 0, 3), dev: .eth0)
    private static let foreign = Route(IPPrefix(IPAddress(10, 9, 0, 0), 16), via: IPAddress(172, 18, 0, 3), dev: .eth0)
    private static let address = InterfaceAddress(link: .eth0, prefix: IPPrefix(IPAddress(172, 18, 0, 2), 16))
    private static let rule = Rule(priority: 50, table: RouteTable(rawValue: 50))
    private static let mac = MACAddress(locallyAdministered: 7)
    private static let link = Link(name: .eth0, kind: .other("veth"), mac: mac, settings: [.forwarding: 1])
    private static let neighbour = Neighbour(link: .eth0, address: IPAddress(172, 18, 0, 3), mac: mac)

    private func judge() throws -> (DriftJudge, NamespaceName) {
        let name = try #require(Self.name)
        let state = NamespaceState(
            mark: OwnershipMark(lab: "lab", instance: "1"), links: [Self.link], addresses: [Self.address],
            routes: [Self.own], rules: Set(Rule.kernelDefaults(.ipv4) + [Self.rule]), neighbours: [Self.neighbour])
        return (DriftJudge(desired: NetworkState(namespaces: [name: state])), name)
    }

    private static func entry(_ state: UInt16, mac: MACAddress? = mac, last: UInt8 = 3) -> NetworkEvent.Object {
        .neighbour(NeighbourEntry(link: .eth0, address: IPAddress(172, 18, 0, last), mac: mac, state: state))
    }

    private static func changed(_ change: (inout Link) -> Void) -> NetworkEvent.Object {
        var link = link
        change(&link)
        return .link(link)
    }

    private static func changed(_ change: (inout Route) -> Void) -> NetworkEvent.Object {
        var route = own
        change(&route)
        return .route(route)
    }

    static let cases: [(String, NetworkEvent.Action, NetworkEvent.Object, Bool)] = [
        ("own route made", .added, .route(own), false),
        ("own route gone", .removed, .route(own), true),
        ("own route with another gateway", .added, changed { $0.gateway = IPAddress(172, 18, 0, 9) }, true),
        ("own route with another metric is another route", .added, changed { $0.metric = 5 }, true),
        ("foreign route", .added, .route(foreign), true),
        ("foreign route gone, and nothing foreign was known", .removed, .route(foreign), false),
        (
            "the kernel's connected route gone", .removed,
            .route(
                Route(
                    IPPrefix(IPAddress(172, 18, 0, 0), 16), dev: .eth0, src: IPAddress(172, 18, 0, 2), scope: .link,
                    protocol: .kernel)), true
        ),
        ("a broadcast entry", .removed, changed { $0.kind = .broadcast }, false),
        ("an IPv6 route", .added, .route(Route(.any(.ipv6), dev: .eth0)), false),
        ("link as wanted", .added, .link(link), false),
        ("link down", .added, changed { $0.isUp = false }, true),
        ("link with another MTU", .added, changed { $0.mtu = 1400 }, true),
        ("link that forwards no more", .added, changed { $0.settings[.forwarding] = 0 }, true),
        ("link gone", .removed, .link(link), true),
        ("address made", .added, .address(address), false),
        ("address gone", .removed, .address(address), true),
        (
            "address more", .added,
            .address(InterfaceAddress(link: .eth0, prefix: IPPrefix(IPAddress(10, 1, 1, 1), 32))), true
        ),
        ("rule made", .added, .rule(rule), false),
        ("rule gone", .removed, .rule(rule), true),
        ("the kernel's own rule gone", .removed, .rule(Rule(priority: 0, table: .local)), true),
        ("rule more", .added, .rule(Rule(priority: 51, table: .main)), true),
        ("an IPv6 rule", .added, .rule(Rule(family: .ipv6, priority: 51, table: .main)), false),
        ("neighbour as wanted", .added, entry(0x80), false),
        ("neighbour no longer permanent", .added, entry(0x02), true),
        ("neighbour with another MAC", .added, entry(0x80, mac: MACAddress(locallyAdministered: 8)), true),
        ("neighbour gone", .removed, entry(0x20), true),
        ("neighbour learnt from traffic", .added, entry(0x02, last: 4), false),
        ("neighbour forgotten", .removed, entry(0x20, last: 4), false),
        ("neighbour put there by hand", .added, entry(0x80, last: 4), true),
        ("namespace gone", .removed, .namespace, true),
        ("namespace there", .added, .namespace, false),
        ("announcements lost", .added, .lost, true),
        (
            "a setting", .added, .setting(InterfaceSetting(family: .ipv4, link: "all", name: "forwarding", value: 0)),
            true
        ),
    ]

    @Test(arguments: cases.indices)
    func oneChange(number: Int) throws {
        var (judge, name) = try judge()
        let (what, action, object, expected) = Self.cases[number]
        let event = NetworkEvent(name, monotonic: 0, wall: 0, action, object)
        let callsForLook = judge.callsForLook(event)
        #expect(callsForLook == expected, "\(what)")
    }

    @Test func namespacesThatAreNotWantedNeverCallForALook() throws {
        var (judge, _) = try judge()
        let other = try #require(NamespaceName(rawValue: "lab.other"))
        let callsForLook = judge.callsForLook(NetworkEvent(other, monotonic: 0, wall: 0, .removed, .route(Self.own)))
        #expect(!callsForLook)
    }

    @Test func theGoingOfSomethingForeignIsNewsWhileSomethingForeignIsKnown() throws {
        var (judge, name) = try judge()
        judge.hasForeign = true
        let callsForLook = judge.callsForLook(NetworkEvent(name, monotonic: 0, wall: 0, .removed, .route(Self.foreign)))
        #expect(callsForLook)
    }

    @Test func whatIsPutBackIsNewsWhileDriftIsKnown() throws {
        var (judge, name) = try judge()
        judge.hasDrift = true
        let event = NetworkEvent(name, monotonic: 0, wall: 0, .added, .route(Self.own))
        let callsForLook = judge.callsForLook(event)
        #expect(callsForLook)
    }

    @Test func aStormIsLookedAtAQuarterOfTheTime() {
        var budget = LookBudget()
        var (now, looking, looks) = (0.0, 0.0, 0)
        #expect(budget.pause(at: now) == 0)
        while now < 100 {
            let pause = budget.pause(at: now)
            if pause > 0 { now += pause }
            now += 0.01
            budget.spend(0.01, at: now)
            looking += 0.01
            looks += 1
        }
        #expect((24...27).contains(looking), "\(looks) looks in 100 s")
    }

    @Test func rareLooksNeverWait() {
        var budget = LookBudget()
        for second in 0..<100 {
            #expect(budget.pause(at: Double(second)) == 0)
            budget.spend(0.02, at: Double(second))
        }
    }
}
