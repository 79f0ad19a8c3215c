package import NetworkModel

/// Random but consistent desired states: whatever a strict kernel accepts, and no two of one seed's alike.
///
/// Every state is over the same few names, so that two of them share, lack and contradict each other's objects.
/// All attributes are given (MAC, settings, sysctls), so that a state can be compared with what came of it.
package struct RandomNetwork {
    private var numbers: SplitMix64
    /// The mark of every namespace.
    package let mark: OwnershipMark

    package init(seed: UInt64, mark: OwnershipMark = OwnershipMark(lab: "random", instance: "1")) {
        numbers = SplitMix64(state: seed)
        self.mark = mark
    }

    private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &numbers) < percent }
    private mutating func pick(_ range: Range<Int>) -> Int { Int.random(in: range, using: &numbers) }
    private mutating func byte(_ range: Range<Int>) -> UInt8 { UInt8(Int.random(in: range, using: &numbers)) }

    /// The next state: a host with a bridge and up to four nodes on it.
    package mutating func next() throws -> NetworkState {
        let host = try name("random.host")
        var state = NetworkState()
        if chance(8) { return state }
        state.namespaces[host] = try common()
        let bridge = try link("br0")
        let hasBridge = chance(80)
        if hasBridge {
            state.namespaces[host]?.links[bridge] = try link(bridge, .bridge, master: nil)
            if chance(70) {
                let gateway = IPPrefix(IPAddress(172, 18, 0, 1), 16)
                state.namespaces[host]?.addresses.insert(InterfaceAddress(link: bridge, prefix: gateway))
            }
        }
        for index in 1...4 where chance(70) {
            try addNode(index, to: &state, host: host, bridge: hasBridge ? bridge : nil)
        }
        return state
    }

    private mutating func addNode(
        _ index: Int, to state: inout NetworkState, host: NamespaceName, bridge: LinkName?
    ) throws {
        let node = try name("random.node\(index)")
        // Another port, or (below) a bridge instead of a pair, so that links of one name cannot be changed in place.
        let port = try link(chance(80) ? "port\(index)" : "other\(index)")
        var namespace = try common()
        if chance(85) {
            let near = LinkKind.veth(peer: LinkEnd(namespace: host, name: port))
            let far = LinkKind.veth(peer: LinkEnd(namespace: node, name: .eth0))
            namespace.links[.eth0] = try link(.eth0, near, master: nil)
            state.namespaces[host]?.links[port] = try link(port, far, master: chance(80) ? bridge : nil)
            addAddresses(to: &namespace, on: .eth0)
        }
        if chance(60) {
            let one = try link("cilium_host")
            let other = try link("cilium_net")
            if chance(85) {
                let (near, far) = (LinkEnd(namespace: node, name: one), LinkEnd(namespace: node, name: other))
                namespace.links[one] = try link(one, .veth(peer: far), master: nil)
                namespace.links[other] = try link(other, .veth(peer: near), master: nil)
            } else {
                namespace.links[one] = try link(one, .bridge, master: nil)
            }
            let router = IPAddress(10, 0, byte(0..<3), byte(1..<5))
            namespace.addresses.insert(
                InterfaceAddress(link: one, prefix: IPPrefix(host: router), scope: chance(50) ? .universe : .link))
            if namespace.links[one]?.isUp == true {
                namespace.insert(Route(IPPrefix(host: router), dev: one, scope: .link))
                if chance(70) {
                    let own = IPPrefix(router, 24)
                    namespace.insert(Route(own, via: router, dev: one, src: router))
                }
            }
        }
        addRoutes(to: &namespace)
        state.namespaces[node] = namespace
    }

    private mutating func addAddresses(to namespace: inout NamespaceState, on link: LinkName) {
        for _ in 0..<pick(0..<4) {
            let prefix = IPPrefix(IPAddress(172, 18, byte(0..<2), byte(2..<6)), chance(80) ? 16 : 24)
            if namespace.addresses.contains(where: { $0.prefix.address == prefix.address }) { continue }
            namespace.addresses.insert(InterfaceAddress(link: link, prefix: prefix))
        }
    }

    private mutating func addRoutes(to namespace: inout NamespaceState) {
        let mine = namespace.addresses.filter { $0.link == .eth0 }.sorted()
        guard namespace.links[.eth0]?.isUp == true else { return }
        for _ in 0..<pick(0..<4) {
            let destination = IPPrefix(IPAddress(10, byte(0..<2), byte(0..<4), 0), chance(70) ? 24 : 26)
            let metric = UInt32(chance(80) ? 0 : 100)
            let table: RouteTable = chance(75) ? .main : RouteTable(rawValue: 50)
            var route = Route(destination, table: table, dev: .eth0, scope: .link, metric: metric)
            if let source = mine.randomElement(using: &numbers), chance(70) {
                let gateway = IPAddress(172, 18, source.prefix.address.bytes[2], byte(10..<14))
                route = Route(destination, table: table, via: gateway, dev: .eth0, metric: metric)
                if chance(30) { route.source = source.prefix.address }
                if chance(20) { route.mtu = 1400 }
            } else if chance(20) {
                route = Route(destination, table: table, kind: .unreachable, metric: metric)
            }
            namespace.insert(route)
        }
        if let first = mine.first, chance(30) {
            namespace.insert(
                Route(
                    IPPrefix(IPAddress(10, 96, 0, 0), 16), table: .local, kind: .local, dev: .loopback,
                    src: first.prefix.address, scope: .host))
        }
        for _ in 0..<pick(0..<3) {
            let address = IPAddress(172, 18, 0, byte(20..<23))
            if namespace.neighbours.contains(where: { $0.address == address }) || mine.isEmpty { continue }
            namespace.neighbours.insert(
                Neighbour(
                    link: .eth0, address: address, mac: MACAddress(locallyAdministered: UInt64(pick(1..<4))),
                    isExternallyLearned: chance(50)))
        }
    }

    /// What every namespace has: the mark, sysctls, rules and firewall tables.
    private mutating func common() throws -> NamespaceState {
        var state = NamespaceState(mark: mark)
        state.sysctls = ["net.ipv4.ip_forward": chance(50) ? "1" : "0"]
        if chance(30) {
            state.rules.remove(Rule(priority: 0, table: .local))
            state.rules.insert(Rule(priority: 100, table: .local))
        }
        for priority in [9, 50, 60] where chance(40) {
            let source = chance(50) ? IPPrefix(IPAddress(10, 0, byte(0..<2), 0), 24) : nil
            state.rules.insert(Rule(priority: UInt32(priority), from: source, table: RouteTable(rawValue: 50)))
        }
        for name in ["netlab", "extra"] where chance(40) {
            let match = FirewallMatch.source(IPPrefix(IPAddress(10, 0, byte(0..<2), 0), 24))
            let rule = FirewallRule([match], chance(50) ? .masquerade : .accept)
            let chain = FirewallChain(name: "post", kind: .nat, hook: .postrouting, priority: 100, rules: [rule])
            state.firewall[name] = FirewallTable(name: name, chains: [chain])
        }
        return state
    }

    private mutating func link(_ name: LinkName, _ kind: LinkKind, master: LinkName?) throws -> Link {
        Link(
            name: name, kind: kind, mac: MACAddress(locallyAdministered: UInt64(pick(1..<4))),
            mtu: chance(80) ? 1500 : 1400, isUp: chance(90), master: master, arp: chance(80),
            alias: chance(20) ? "random" : nil,
            settings: [.forwarding: pick(0..<2), .reversePathFilter: pick(0..<3)])
    }

    private func name(_ text: String) throws -> NamespaceName {
        guard let name = NamespaceName(rawValue: text) else { throw NotAName(text: text) }
        return name
    }

    private func link(_ text: String) throws -> LinkName {
        guard let name = LinkName(rawValue: text) else { throw NotAName(text: text) }
        return name
    }

    private struct NotAName: Error { var text: String }
}

/// Steele, Lea and Flood's generator: the same numbers from the same seed on every machine.
private struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
