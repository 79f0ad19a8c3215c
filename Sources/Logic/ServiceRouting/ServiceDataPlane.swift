package import NetworkModel

/// What carries the forwarding table out: the userspace ClusterIP proxy of a node, or a stand-in for tests.
///
/// Every call returns at once and may be made from any thread that has not entered a namespace.
package protocol ServiceDataPlane: Sendable {
    /// Makes each of these nodes forward exactly this table. Called again whenever endpoints, services or nodes change;
    /// connections that are established stay as they are unless their node is gone.
    ///
    /// - Throws: ``ServiceDataPlaneError`` when a listener cannot be had; the others are in force.
    func apply(_ table: ForwardingTable, on nodes: [ProxyNode]) throws(ServiceDataPlaneError)

    /// Flows that started or ended since the last call, oldest first, at most the newest 10,000.
    func drainFlows() -> [FlowRecord]

    /// Closes every listener and connection.
    func shutDown()
}

/// A node whose traffic the proxy serves. One of which anything here changes is another node: what the proxy has open
/// for it is closed and made anew, as connections made one way would not survive the other.
package struct ProxyNode: Hashable, Sendable {
    package var name: String
    package var namespace: NamespaceName
    /// nil: backends see every client by an address of the node.
    package var preservation: SourcePreservation?

    package init(name: String, namespace: NamespaceName, preservation: SourcePreservation? = nil) {
        self.name = name
        self.namespace = namespace
        self.preservation = preservation
    }
}

/// Listeners that could not be opened, each with the cause.
package struct ServiceDataPlaneError: Error, Sendable {
    package struct Failure: Sendable {
        package var node: String
        package var frontend: Frontend
        package var errno: Int32
        package init(node: String, frontend: Frontend, errno: Int32) {
            self.node = node
            self.frontend = frontend
            self.errno = errno
        }
    }
    package var failures: [Failure]
    package init(failures: [Failure]) { self.failures = failures }
}
