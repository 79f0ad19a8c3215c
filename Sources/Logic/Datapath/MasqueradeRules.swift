internal import NetworkModel

/// Who is masqueraded when leaving a node by eth0 (behaviour 2.10), as nftables rules in the order of Cilium's checks.
///
/// A nat chain sees only the first packet of a connection, so replies of tracked connections are left alone as Cilium
/// leaves them. What Cilium does to the host's own packets, resolving port collisions, needs no rule here.
enum MasqueradeRules {
    static let tableName = "cilium_masquerade"

    /// nil when masquerading is off or the node has no pod CIDR yet.
    static func table(for node: NodeNetwork, in cluster: ClusterNetwork, _ cni: CiliumDatapath) -> FirewallTable? {
        guard cni.masquerade != .disabled, let own = node.podCIDRs.first else { return nil }
        let out = FirewallMatch.outputLink(.eth0)
        var rules: [FirewallRule] = []
        // BPF knows the host's own packets by where they come from; the iptables rule goes by the CIDR, and the router
        // address lies in it.
        if cni.masquerade == .bpf, let router = node.router {
            rules.append(
                FirewallRule([out, .source(IPPrefix(host: router))], .return, comment: "the host itself"))
        }
        // Unset, the exclusion is the node's own allocation CIDR: pod to pod on other nodes is then masqueraded.
        rules.append(
            FirewallRule(
                [out, .destination(cni.nativeRoutingCIDR ?? own)], .return, comment: "native routing CIDR"))
        let remotes = cluster.nodes.filter { $0.name != node.name }.map(\.address).sorted()
        if let remote = remotes.first {
            // nftables lists a set of one address as that address.
            let match =
                remotes.count == 1 ? FirewallMatch.destination(IPPrefix(host: remote)) : .destinationIn(remotes)
            rules.append(FirewallRule([out, match], .return, comment: "remote nodes"))
        }
        for cidr in node.podCIDRs {
            var matches = [out, FirewallMatch.source(cidr)]
            // BPF handles TCP, UDP and ICMP only; the iptables rule takes every protocol.
            if cni.masquerade == .bpf { matches.append(.transport(["icmp", "tcp", "udp"])) }
            rules.append(FirewallRule(matches, .masquerade, comment: "cilium masquerade non-cluster"))
        }
        let chain = FirewallChain(name: "postrouting", kind: .nat, hook: .postrouting, priority: 100, rules: rules)
        return FirewallTable(name: tableName, chains: [chain])
    }
}
