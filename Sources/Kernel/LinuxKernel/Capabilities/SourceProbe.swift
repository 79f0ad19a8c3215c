internal import NetworkModel
package import NetworkPlanning

/// What the ClusterIP proxy needs of the kernel to show clients by their own addresses, found out by doing it in a
/// nameless namespace that goes away with the try.
package enum SourceProbe: Hashable, Sendable {
    /// nftables finds the socket a packet belongs to, and tracks connections.
    case socketMatch
    /// Policy-routing rules tell protocols and ports apart.
    case portRules

    /// Why the kernel cannot; nil when it can.
    package var failure: KernelError? {
        do throws(KernelError) {
            try NamespaceThread.run { () throws(KernelError) in
                try NamespaceThread.enterNew()
                switch self {
                case .socketMatch: try Self.setTable()
                case .portRules: try Self.addRule()
                }
            }
            return nil
        } catch {
            return error
        }
    }

    private static func setTable() throws(KernelError) {
        let rule = FirewallRule([.reply, .transparentSocket], mark: 0x200, .accept)
        let chain = FirewallChain(name: "pre", kind: .filter, hook: .prerouting, priority: -150, rules: [rule])
        let table = FirewallTable(name: "probe", chains: [chain])
        try Nftables.replace(table, NetlinkExchange(), "match packets by socket with nftables")
    }

    private static func addRule() throws(KernelError) {
        let operation = "add a routing rule for a range of ports"
        let exchange = NetlinkExchange()
        var queue = MessageQueue()
        let rule = Rule(
            priority: 40, transport: .tcp, destinationPorts: 61000...65534, table: RouteTable(rawValue: 2004))
        RuleMessages.append(rule, adding: true, to: &queue, exchange.builder, step: 0)
        if let failure = exchange.transmit(&queue, over: try NetlinkSocket(), name: { _ in "probe" }) {
            throw KernelError(errno: failure.errno, operation, words: failure.text)
        }
    }
}
