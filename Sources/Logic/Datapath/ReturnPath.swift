internal import LabFiles
internal import NetworkModel

/// How the answers to connections that the proxy makes with a pod's own address come back to the proxy instead of the
/// pod (`proxy.returnPath` of lab.yaml; decision 0018). Both lead into Cilium's table 2004.
package enum ReturnPath: String, Hashable, Sendable {
    /// nftables marks what belongs to a transparent socket of the node, and Cilium's rule 9 takes the mark. It is what
    /// Cilium itself does for its proxies, with iptables: `-m socket --transparent -j MARK --set-mark 0x200`.
    case nftables
    /// No netfilter: the proxy uses ports that no pod does, and a rule takes what is addressed to them.
    case portRange = "port-range"

    /// The ports of ``portRange``, which pods must not use.
    package static var ports: ClosedRange<UInt16> { LabOptions.Proxy.ReturnPath.ports }

    static let tableName = "clusterip_return"

    /// The mark of packets for the proxy: Cilium's MARK_MAGIC_TO_PROXY.
    static let mark: UInt32 = 0x200

    /// Where rules of ``portRange`` stand: after Cilium's own, before those that deliver to pods.
    private static let priority: UInt32 = 40

    /// At mangle's priority, as Cilium's chain is.
    ///
    /// `ct direction reply` spares other packets the search for a socket. It is also what makes the kernel put
    /// fragments together, without which an answer of several would be torn apart between proxy and pod.
    static var table: FirewallTable {
        let rule = FirewallRule(
            [.reply, .transparentSocket], mark: mark, .accept, comment: "answers to the ClusterIP proxy")
        let chain = FirewallChain(name: "prerouting", kind: .filter, hook: .prerouting, priority: -150, rules: [rule])
        return FirewallTable(name: tableName, chains: [chain])
    }

    /// The rules of ``portRange`` for a node's pods.
    static func rules(for node: NodeNetwork, table: RouteTable) -> [Rule] {
        node.podCIDRs.flatMap { cidr in
            [IPProtocol.tcp, .udp].map {
                Rule(
                    family: cidr.family, priority: priority, to: cidr, transport: $0, destinationPorts: ports,
                    table: table)
            }
        }
    }
}

extension ClusterNetwork {
    /// The way back that a node has; nil when its pods are seen by the node's address, or it serves no ClusterIPs yet.
    package func returnPath(of node: NodeNetwork) -> ReturnPath? {
        servesClusterIPs && cni != nil && node.router != nil && !node.podCIDRs.isEmpty ? returnPath : nil
    }
}
