package import NetworkModel

/// What the proxy has to know of a node to show that node's pods to backends by their own addresses
/// (`sourceIP: preserve`; decision 0018).
package struct SourcePreservation: Hashable, Sendable {
    /// Where a connection to a backend comes from.
    package enum Source: Hashable, Sendable {
        /// Whatever address the node's routes choose: the router's towards a pod of the node, else the node's own.
        case routed
        /// This address of the node, any port.
        case node(IPAddress)
        /// The client's address, which is not the node's.
        case client
    }

    /// The node's pod CIDRs: whose addresses answers come back to the proxy for.
    package var pods: [IPPrefix]
    /// The address of `cilium_host`; lies in ``pods`` without being a pod's.
    package var router: IPAddress
    /// Everything else that is the node itself: its address, and the service CIDR that is local to it.
    package var local: [IPPrefix]
    /// Which ports connections come from, when answers are told from the pods' own packets by that; nil when they are
    /// told by the socket they belong to, and the client's own port is kept.
    package var ports: ClosedRange<UInt16>?

    package init(
        pods: [IPPrefix], router: IPAddress, local: [IPPrefix], ports: ClosedRange<UInt16>? = nil
    ) {
        self.pods = pods
        self.router = router
        self.local = local
        self.ports = ports
    }

    /// The source for a client's connection to a backend.
    ///
    /// - A client that is no pod of the node is the node itself, and has its routes' choice as ever.
    /// - A pod that is its own backend would get its own SYN back: from the router's address it can answer. Cilium has
    ///   169.254.42.1 for that where it balances packets (behaviour 3.2).
    /// - A backend that is the node itself answers without a packet ever coming in, so nothing marks the answer: the
    ///   backend sees the node, unless ports tell.
    package func source(for client: IPAddress, towards backend: IPAddress) -> Source {
        guard client != router, pods.contains(where: { $0.contains(client) }) else { return .routed }
        if client == backend { return .node(router) }
        let isNode = backend == router || local.contains { $0.contains(backend) }
        return isNode && ports == nil ? .routed : .client
    }
}
