import LinuxKernel
import NetlabTestSupport
import NetworkModel
import Snapshots
import Testing

/// Snapshots against the kernel, word by word beside what iproute2 and nft say.
@Suite(.enabled(if: KernelTestGate.canRun))
struct SnapshotTests {
    /// All that a snapshot has to tell, made by hand. A link gets its own IPv6 address, and the routes that come with it,
    /// once it has a carrier: that is waited for, so that nothing moves between two looks.
    private static let script = """
        sysctl -qw net.ipv6.conf.default.accept_dad=0
        ip link add br0 type bridge
        ip link add v0 type veth peer name v1
        ip link set v0 master br0 up
        ip link set v1 mtu 1400 up
        ip link set br0 up
        bridge link set dev v0 isolated on
        ip addr add 10.1.0.1/24 dev v1
        ip addr add fd00:1::1/64 dev v1 nodad
        ip route add 10.2.0.0/16 via 10.1.0.2 dev v1 metric 7 mtu 1300
        ip route add blackhole 10.3.0.0/16
        ip route add unreachable 10.3.1.0/24 table 77
        ip route add 10.4.0.0/16 proto static nexthop via 10.1.0.3 dev v1 weight 2 nexthop via 10.1.0.4 dev v1 weight 5
        ip route add 10.5.0.0/16 via 192.0.2.1 dev v1 onlink
        ip route add throw 10.6.0.0/16 table 1000
        ip route add fd00:2::/64 via fd00:1::2 dev v1
        ip route add blackhole fd00:3::/64 table 77
        ip route add default via fd00:1::3 dev v1
        ip rule add pref 50 from 10.1.0.0/24 iif v1 lookup 77
        ip rule add pref 60 not to 10.9.0.0/16 fwmark 0x200/0xf00 lookup 1000
        ip rule add pref 70 from all ipproto tcp dport 80-90 blackhole
        ip -6 rule add pref 80 from fd00:1::/64 lookup 77
        ip neigh add 10.1.0.2 lladdr 02:00:00:00:00:02 dev v1 nud permanent
        ip neigh add fd00:1::2 lladdr 02:00:00:00:00:03 dev v1 nud permanent
        ip neigh add 10.1.0.9 lladdr 02:00:00:00:00:09 dev v1 nud stale
        sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.v1.rp_filter=1
        nft add table inet t
        nft add set inet t s "{ type ipv4_addr; elements = { 10.0.0.1, 10.0.0.2 }; }"
        nft add chain inet t c "{ type filter hook forward priority -5; policy drop; }"
        nft add rule inet t c ip saddr @s counter accept
        nft add rule inet t c tcp dport 80 drop
        for i in $(seq 200); do [ $(ip -6 -o addr show scope link -tentative | wc -l) = 3 ] && exit; sleep 0.05; done
        exit 1
        """

    private func made(_ fixture: LabFixture, _ suffix: String) throws -> NamespaceName {
        let name = try fixture.addNamespaces(suffix)[0]
        _ = try Witness.shell("ip netns exec \(name) bash -e -c '\(Self.script)' 2>&1")
        return name
    }

    private func snapshot(_ fixture: LabFixture, _ suffix: String) throws -> NamespaceSnapshot {
        try #require(try fixture.network.snapshot(lab: fixture.lab).namespaces[suffix])
    }

    /// A JSON object of `ip -d -j route show table all`, in the words of a snapshot.
    private func line(_ route: JSONValue, _ family: String) -> String {
        var words: [String] = []
        func add(_ key: String, _ word: String, unless usual: String) {
            if let text = route[key]?.text, text != usual { words += word.isEmpty ? [text] : [word, text] }
        }
        add("type", "", unless: "unicast")
        words.append(route["dst"]?.text.map { $0 == "default" && family == "-6" ? "::/0" : $0 } ?? "")
        add("gateway", "via", unless: "")
        add("dev", "dev", unless: "")
        add("protocol", "proto", unless: "boot")
        add("scope", "scope", unless: "global")
        add("prefsrc", "src", unless: "")
        if let metric = route["metric"]?.number, metric != 0 { words += ["metric", "\(metric)"] }
        if let mtu = route["metrics"]?.array?.first?["mtu"]?.number { words += ["mtu", "\(mtu)"] }
        add("table", "table", unless: "main")
        if route["nexthops"] == nil, route["flags"]?.array?.contains(.text("onlink")) == true { words.append("onlink") }
        for hop in route["nexthops"]?.array ?? [] {
            words += ["nexthop", "via", hop["gateway"]?.text ?? "", "dev", hop["dev"]?.text ?? ""]
            words += ["weight", "\(hop["weight"]?.number ?? 0)"]
        }
        return words.joined(separator: " ")
    }

    @Test("issue 4: routes of every table and both families are those of `ip -j route`")
    func routesAreThoseOfIPRoute() throws {
        try withLabFixture { fixture in
            let name = try made(fixture, "a")
            let found = try snapshot(fixture, "a").routes
            let witnessed = try ["-4", "-6"].flatMap { family in
                try Witness.ip(name, "\(family) route show table all").map { line($0, family) }
            }
            #expect(Set(found).symmetricDifference(witnessed) == [])
            #expect(found.count == witnessed.count)
            #expect(found.contains("10.2.0.0/16 via 10.1.0.2 dev v1 metric 7 mtu 1300"))
            let ways = "nexthop via 10.1.0.3 dev v1 weight 2 nexthop via 10.1.0.4 dev v1 weight 5"
            #expect(found.contains("10.4.0.0/16 proto static \(ways)"))
            #expect(found.contains("unreachable 10.3.1.0/24 table 77"))
            #expect(found.contains("blackhole fd00:3::/64 dev lo metric 1024 table 77"))
        }
    }

    @Test("issue 4: links, addresses, neighbours and rules are those of `ip -j`")
    func theRestIsThatOfIP() throws {
        try withLabFixture { fixture in
            let name = try made(fixture, "a")
            let found = try snapshot(fixture, "a")
            let links = try Witness.ip(name, "link").map { link in
                let flags = link["flags"]?.array ?? []
                return "\(link["ifname"]?.text ?? ""): mtu \(link["mtu"]?.number ?? 0) state "
                    + (flags.contains(.text("UP")) ? "UP" : "DOWN")
            }
            #expect(found.links.map { $0.split(separator: " ").prefix(5).joined(separator: " ") } == links.sorted())
            #expect(found.links.contains { $0.hasSuffix("veth peer a/v1 master br0 isolated on") })
            #expect(!found.links.joined().contains(fixture.lab))
            let addresses = try Witness.ip(name, "addr").flatMap { link in
                (link["addr_info"]?.array ?? []).map { address in
                    "\(address["family"]?.text ?? "") \(address["local"]?.text ?? "")/"
                        + "\(address["prefixlen"]?.number ?? 0) scope \(address["scope"]?.text ?? "") "
                        + "\(link["ifname"]?.text ?? "")"
                }
            }
            #expect(found.addresses.sorted() == addresses.sorted())
            #expect(addresses.count >= 4)
            #expect(
                found.neighbours == [
                    "10.1.0.2 dev v1 lladdr 02:00:00:00:00:02 PERMANENT",
                    "fd00:1::2 dev v1 lladdr 02:00:00:00:00:03 PERMANENT",
                ])
            #expect(
                found.rules == [
                    "0: from all lookup local", "50: from 10.1.0.0/24 iif v1 lookup 77",
                    "60: not from all to 10.9.0.0/16 fwmark 0x200/0xf00 lookup 1000",
                    "70: from all ipproto tcp dport 80-90 blackhole", "32766: from all lookup main",
                    "32767: from all lookup default", "inet6 0: from all lookup local",
                    "inet6 80: from fd00:1::/64 lookup 77", "inet6 32766: from all lookup main",
                ])
            let rules = try ["-4", "-6"].flatMap { try Witness.ipLines(name, "\($0) rule") }
            #expect(rules.count == found.rules.count)
            #expect(found.sysctls.contains("net.ipv4.ip_forward = 1"))
            #expect(found.sysctls.contains("net.ipv4.conf.v1.rp_filter = 1"))
        }
    }

    @Test("nftables of every family, in their order, without counters")
    func nftablesAreThoseOfNft() throws {
        try withLabFixture { fixture in
            let name = try made(fixture, "a")
            let found = try snapshot(fixture, "a").firewall
            let chain = "table inet t chain c"
            #expect(
                found == [
                    "table inet t", "table inet t set s", "table inet t set s: type ipv4_addr",
                    "table inet t set s: elements = { 10.0.0.1, 10.0.0.2 }", chain,
                    "\(chain): type filter hook forward priority -5; policy drop;",
                    "\(chain): ip saddr @s counter accept", "\(chain): tcp dport 80 drop",
                ])
            let listing = try Witness.exec(name, "nft -s list ruleset")
            let words = listing.split(separator: "\n").filter { !$0.allSatisfy { " \t}".contains($0) } }
            #expect(words.count == found.count)
        }
    }

    @Test("the same network has the same snapshot, whatever its indexes, instance and traffic")
    func sameNetworksHaveEqualSnapshots() throws {
        try withLabFixture { fixture in
            _ = try made(fixture, "a")
            var first = try snapshot(fixture, "a")
            let other = try fixture.addNamespaces("b")[0]
            // Other indexes.
            for _ in 0..<3 {
                _ = try Witness.exec(other, "ip link add gone type bridge")
                _ = try Witness.exec(other, "ip link del gone")
            }
            _ = try Witness.shell("ip netns exec \(other) bash -e -c '\(Self.script)' 2>&1")
            _ = try? Witness.exec(other, "ping -c1 -W0.2 10.1.0.9")
            var second = try snapshot(fixture, "b")
            // Hardware addresses are drawn by the kernel here, and peers stand in their own namespace.
            first.links = first.links.map { bare($0, "a") }
            second.links = second.links.map { bare($0, "b") }
            let difference = SnapshotDiff(
                from: Snapshot(lab: "a", namespaces: ["x": first]), to: Snapshot(lab: "b", namespaces: ["x": second]))
            #expect(difference.text == "")
        }
    }

    private func bare(_ link: String, _ namespace: String) -> String {
        var words = link.split(separator: " ").map(String.init)
        if let place = words.firstIndex(of: "link/ether") { words[place + 1] = "-" }
        return words.joined(separator: " ").replacing("peer \(namespace)/", with: "peer /")
    }
}
