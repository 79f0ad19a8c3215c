import Datapath
import NetworkModel
import Testing

/// Who is masqueraded, asked packet by packet of the rules themselves.
@Suite struct MasqueradeTests {
    /// A packet that leaves a node.
    struct Packet: CustomStringConvertible, Sendable {
        var source: String
        var destination: String
        var transport = "tcp"
        var link = "eth0"
        var description: String { "\(transport) \(source) → \(destination) on \(link)" }
    }

    private func isMasqueraded(_ packet: Packet, _ cni: CiliumDatapath, on node: String = Tutorial.worker) throws
        -> Bool
    {
        let state = try Datapath(try Tutorial.cluster(cni)).node(node)
        let chains = state.firewall.values.flatMap(\.chains)
        guard !chains.isEmpty else { return false }
        let chain = try #require(chains.count == 1 ? chains.first : nil)
        #expect(chain.kind == .nat && chain.hook == .postrouting)
        let source = try Tutorial.address(packet.source)
        let destination = try Tutorial.address(packet.destination)
        let verdict = chain.rules.first { rule in
            rule.matches.allSatisfy { match in
                switch match {
                case .source(let prefix): prefix.contains(source)
                case .notSource(let prefix): !prefix.contains(source)
                case .destination(let prefix): prefix.contains(destination)
                case .notDestination(let prefix): !prefix.contains(destination)
                case .destinationIn(let hosts): hosts.contains(destination)
                case .outputLink(let name): name.rawValue == packet.link
                case .inputLink: false
                case .transport(let names): names.contains(packet.transport)
                case .transparentSocket, .reply: false
                }
            }
        }?.verdict
        return verdict == .masquerade
    }

    @Test(
        "behaviour 2.10: BPF masquerading, case by case",
        arguments: [
            (Packet(source: "10.0.0.42", destination: "172.18.0.1"), true),
            (Packet(source: "10.0.0.42", destination: "8.8.8.8", transport: "udp"), true),
            (Packet(source: "10.0.0.42", destination: "8.8.8.8", transport: "icmp"), true),
            (Packet(source: "10.0.0.42", destination: "8.8.8.8", transport: "sctp"), false),
            (Packet(source: "10.0.0.42", destination: "172.18.0.3"), false),
            (Packet(source: "10.0.0.42", destination: "172.18.0.4", transport: "icmp"), false),
            (Packet(source: "10.0.0.42", destination: "10.0.2.99"), false),
            (Packet(source: "10.0.0.42", destination: "10.77.1.1"), false),
            (Packet(source: "10.0.0.42", destination: "10.96.0.10", transport: "udp"), false),
            (Packet(source: "10.0.0.201", destination: "172.18.0.1"), false),
            (Packet(source: "172.18.0.2", destination: "8.8.8.8"), false),
            (Packet(source: "10.0.2.99", destination: "8.8.8.8"), false),
            (Packet(source: "10.0.0.42", destination: "8.8.8.8", link: "lxc0"), false),
        ])
    func bpf(packet: Packet, expected: Bool) throws {
        #expect(try isMasqueraded(packet, Tutorial.values) == expected)
    }

    @Test(
        "behaviour 2.10: iptables masquerading takes every protocol and every source in the node's CIDR",
        arguments: [
            (Packet(source: "10.0.0.42", destination: "8.8.8.8", transport: "sctp"), true),
            (Packet(source: "10.0.0.42", destination: "8.8.8.8"), true),
            (Packet(source: "10.0.0.201", destination: "8.8.8.8"), true),
            (Packet(source: "172.18.0.2", destination: "8.8.8.8"), false),
            (Packet(source: "10.0.0.42", destination: "172.18.0.3", transport: "sctp"), false),
            (Packet(source: "10.0.0.42", destination: "10.0.2.99"), false),
        ])
    func iptables(packet: Packet, expected: Bool) throws {
        var values = Tutorial.values
        values.masquerade = .iptables
        #expect(try isMasqueraded(packet, values) == expected)
    }

    @Test(
        "behaviour 2.10: without a native routing CIDR only the node's own CIDR is excluded, pod to pod included",
        arguments: [CiliumDatapath.Masquerade.bpf, .iptables])
    func withoutNativeCIDR(mode: CiliumDatapath.Masquerade) throws {
        let values = CiliumDatapath(autoDirectNodeRoutes: true, masquerade: mode)
        #expect(try isMasqueraded(Packet(source: "10.0.0.42", destination: "10.0.2.99"), values))
        #expect(try !isMasqueraded(Packet(source: "10.0.0.42", destination: "10.0.0.7"), values))
        #expect(try !isMasqueraded(Packet(source: "10.0.0.42", destination: "172.18.0.3"), values))
    }

    @Test("behaviour 2.10: masquerading switched off leaves no nftables table behind")
    func disabled() throws {
        var values = Tutorial.values
        values.masquerade = .disabled
        for node in [Tutorial.controlPlane, Tutorial.worker, Tutorial.worker2] {
            #expect(try Datapath(try Tutorial.cluster(values)).node(node).firewall.isEmpty)
        }
    }

    @Test("behaviour 2.10: pods of a second CIDR of the node are local endpoints too")
    func secondaryCIDR() throws {
        var cluster = try Tutorial.cluster()
        try cluster.change(Tutorial.worker) { $0.podCIDRs.append(try Tutorial.prefix("10.0.9.0/24")) }
        let table = try #require(Datapath(cluster).node(Tutorial.worker).firewall.values.first)
        let sources = table.chains.flatMap(\.rules).filter { $0.verdict == .masquerade }.flatMap(\.matches)
        #expect(sources.contains(.source(try Tutorial.prefix("10.0.0.0/24"))))
        #expect(sources.contains(.source(try Tutorial.prefix("10.0.9.0/24"))))
    }

    @Test("a cluster of one node excludes no remote node")
    func singleNode() throws {
        var cluster = try Tutorial.cluster()
        cluster.nodes = cluster.nodes.filter { $0.name == Tutorial.worker }
        let table = try #require(Datapath(cluster).node(Tutorial.worker).firewall.values.first)
        let matches = table.chains.flatMap(\.rules).flatMap(\.matches)
        #expect(!matches.contains { if case .destinationIn = $0 { true } else { false } })
    }

    @Test("a single remote node is matched as an address, which is how nftables lists a set of one")
    func singleRemoteNode() throws {
        var cluster = try Tutorial.cluster(Tutorial.values)
        cluster.nodes.removeAll { $0.name == Tutorial.controlPlane }
        let state = try Datapath(cluster).node(Tutorial.worker)
        let matches = state.firewall.values.flatMap(\.chains).flatMap(\.rules).flatMap(\.matches)
        #expect(matches.contains(.destination(IPPrefix(host: try Tutorial.address("172.18.0.3")))))
        #expect(!matches.contains { if case .destinationIn = $0 { true } else { false } })
    }
}
