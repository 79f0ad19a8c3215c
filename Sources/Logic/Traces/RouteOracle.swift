package import NetworkModel
package import NetworkPlanning

/// Where would a packet go? Asked of a kernel, not of its tables.
package struct RouteQuestion: Hashable, Sendable {
    package var namespace: NamespaceName
    package var destination: IPAddress
    /// nil: whatever the kernel chooses. Required for a packet that came in.
    package var source: IPAddress?
    /// The link it came in by; nil for a packet of this namespace's own.
    package var input: LinkName?
    package var transport: IPProtocol?
    package var port: UInt16?

    package init(
        namespace: NamespaceName, destination: IPAddress, source: IPAddress? = nil, input: LinkName? = nil,
        transport: IPProtocol? = nil, port: UInt16? = nil
    ) {
        self.namespace = namespace
        self.destination = destination
        self.source = source
        self.input = input
        self.transport = transport
        self.port = port
    }
}

/// What a kernel said.
package enum RouteAnswer: Hashable, Sendable {
    /// - Parameters:
    ///   - match: the entry of the table that decided.
    ///   - source: the source address it would choose.
    ///   - mtu: that it learnt or was told for this destination; nil: the link's.
    case route(match: Route, source: IPAddress?, mtu: Int?)
    /// The lookup's own errno, which is what a sender would get.
    case refused(RouteRefusal)
}

/// Why there is no way, from the errno of the lookup.
package enum RouteRefusal: String, Hashable, Sendable, Codable {
    case noRoute, unreachable, prohibited
    /// EINVAL: a blackhole, or a source address that cannot be.
    case dropped
    /// EXDEV: the way back to the source leads out by another link, and rp_filter is strict.
    case reversePath
}

/// The port of traces: lookups in a lab's namespaces.
package protocol RouteOracle {
    func ask(_ question: RouteQuestion) throws(KernelError) -> RouteAnswer
    /// All neighbours of a namespace.
    func neighbours(of namespace: NamespaceName) throws(KernelError) -> [NeighbourEntry]
}
