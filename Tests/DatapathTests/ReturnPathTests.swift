import Datapath
import NetworkModel
import Testing

/// What `sourceIP: preserve` adds to a node, and what it leaves alone.
@Suite struct ReturnPathTests {
    private static let nodes = [Tutorial.controlPlane, Tutorial.worker, Tutorial.worker2]

    private func cluster(_ path: ReturnPath?, _ cni: CiliumDatapath? = Tutorial.values) throws -> ClusterNetwork {
        var cluster = try Tutorial.cluster(cni)
        cluster.returnPath = path
        return cluster
    }

    @Test(
        "sourceIP preserve: every table of every namespace stays as it is",
        arguments: [ReturnPath.nftables, .portRange])
    func tablesStay(path: ReturnPath) throws {
        let plain = Datapath(try cluster(nil)).state.namespaces
        let preserving = Datapath(try cluster(path)).state.namespaces
        #expect(plain.mapValues(\.routes) == preserving.mapValues(\.routes))
        #expect(plain.mapValues(\.links) == preserving.mapValues(\.links))
        #expect(plain.mapValues(\.addresses) == preserving.mapValues(\.addresses))
        // Only nodes differ at all.
        for (name, state) in preserving where state != plain[name] {
            #expect(Self.nodes.contains { name.rawValue == "\(Tutorial.lab).\($0)" }, "\(name)")
        }
    }

    @Test(
        "sourceIP preserve, nftables: a table marks answers as Cilium marks those to its proxies; rules stay Cilium's")
    func nftables() throws {
        let plain = Datapath(try cluster(nil))
        let preserving = Datapath(try cluster(.nftables))
        for name in Self.nodes {
            let (before, node) = (try plain.node(name), try preserving.node(name))
            #expect(node.rules == before.rules)
            #expect(node.rules.contains { $0.mark == 0x200 && $0.table == RouteTable(rawValue: 2004) })
            #expect(Set(node.firewall.keys).subtracting(before.firewall.keys) == ["clusterip_return"])
            let chain = try #require(node.firewall["clusterip_return"]?.chains.first)
            #expect(chain.kind == .filter && chain.hook == .prerouting && chain.priority == -150)
            let rule = try #require(chain.rules.first)
            #expect(chain.rules.count == 1 && rule.matches == [.reply, .transparentSocket] && rule.mark == 0x200)
            // Rule 9 must take the mark.
            let taken = try #require(node.rules.first { $0.mark == 0x200 }?.markMask)
            #expect((rule.mark ?? 0) & taken == 0x200)
        }
    }

    @Test("sourceIP preserve, nftables: the mark does not count in the reverse path, whatever the host's setting is")
    func validMark() throws {
        let node = try Datapath(try cluster(.nftables)).node(Tutorial.worker)
        #expect(node.sysctls["net.ipv4.conf.all.src_valid_mark"] == "0")
        #expect(try Datapath(try cluster(nil)).node(Tutorial.worker).sysctls["net.ipv4.conf.all.src_valid_mark"] == nil)
    }

    @Test("sourceIP preserve, port-range: two rules for each pod CIDR, before those that deliver, and no netfilter")
    func portRange() throws {
        var cluster = try cluster(.portRange)
        try cluster.change(Tutorial.worker) { $0.podCIDRs.append(try Tutorial.prefix("10.0.9.0/24")) }
        var plain = cluster
        plain.returnPath = nil
        let (before, node) = (try Datapath(plain).node(Tutorial.worker), try Datapath(cluster).node(Tutorial.worker))
        #expect(node.firewall == before.firewall && node.sysctls == before.sysctls)
        #expect(
            node.rules.sorted().map(\.description) == [
                "9: from all fwmark 0x200/0xf00 lookup 2004",
                "40: from all to 10.0.0.0/24 ipproto tcp dport 61000-65534 lookup 2004",
                "40: from all to 10.0.0.0/24 ipproto udp dport 61000-65534 lookup 2004",
                "40: from all to 10.0.9.0/24 ipproto tcp dport 61000-65534 lookup 2004",
                "40: from all to 10.0.9.0/24 ipproto udp dport 61000-65534 lookup 2004",
                "50: from all lookup 50",
                "100: from all lookup local",
                "32766: from all lookup main",
                "32767: from all lookup default",
            ])
    }

    @Test(
        "sourceIP preserve: nothing before Cilium is there, before a node has its CIDR, or where nobody serves ClusterIPs"
    )
    func onlyWhereItWorks() throws {
        for path in [ReturnPath.nftables, .portRange] {
            #expect(Datapath(try cluster(path, nil)).state == Datapath(try cluster(nil, nil)).state)
            for change: (inout ClusterNetwork) throws -> Void in [
                { $0.servesClusterIPs = false },
                { try $0.change(Tutorial.worker) { $0.router = nil } },
                { try $0.change(Tutorial.worker) { $0.podCIDRs = [] } },
            ] {
                var (preserving, plain) = (try cluster(path), try cluster(nil))
                try change(&preserving)
                try change(&plain)
                #expect(try Datapath(preserving).node(Tutorial.worker) == Datapath(plain).node(Tutorial.worker))
                let worker = try #require(preserving.nodes.first { $0.name == Tutorial.worker })
                #expect(preserving.returnPath(of: worker) == nil)
            }
        }
    }
}
