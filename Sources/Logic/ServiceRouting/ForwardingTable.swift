package import NetworkModel

/// TCP or UDP; the proxy forwards nothing else.
package enum TransportProtocol: String, Hashable, Sendable, Codable, Comparable {
    case tcp = "TCP"
    case udp = "UDP"
    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// Where clients connect to: a ClusterIP, a port and a protocol.
package struct Frontend: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
    package var address: IPAddress
    package var port: UInt16
    package var transport: TransportProtocol

    package init(address: IPAddress, port: UInt16, transport: TransportProtocol) {
        self.address = address
        self.port = port
        self.transport = transport
    }

    package var description: String { "\(address):\(port)/\(transport.rawValue)" }

    package static func < (left: Frontend, right: Frontend) -> Bool {
        (left.address, left.port, left.transport) < (right.address, right.port, right.transport)
    }
}

/// One address behind a frontend.
package struct Backend: Hashable, Sendable, Codable {
    /// Active backends take new connections; terminating ones only keep those they have.
    package enum State: String, Hashable, Sendable, Codable { case active, terminating }

    package var address: IPAddress
    package var port: UInt16
    package var state: State
    /// The pod behind it as `namespace/name`; nil for a hand-made EndpointSlice.
    package var pod: String?
    package var node: String?

    package init(address: IPAddress, port: UInt16, state: State = .active, pod: String? = nil, node: String? = nil) {
        self.address = address
        self.port = port
        self.state = state
        self.pod = pod
        self.node = node
    }
}

/// How one client is bound to one backend.
package enum SessionAffinity: Hashable, Sendable, Codable {
    case none
    /// By client address; seconds since the last use after which the binding is forgotten.
    case clientIP(timeoutSeconds: Int)
}

/// How a backend is chosen.
package enum BackendSelection: String, Hashable, Sendable, Codable {
    /// Cilium's socket load balancer: any active backend, independently each time.
    case random
    /// kube-proxy's userspace mode: in turn, shuffled and started anew when the set changes.
    case roundRobin = "round-robin"
}

/// What a client of a service without active backends meets.
package enum NoEndpointsResponse: String, Hashable, Sendable, Codable {
    /// TCP RST, ICMP port unreachable: Cilium 1.16 and kube-proxy's iptables mode.
    case reject
    /// Silence, so that connect times out: Cilium 1.12.
    case timeout
}

/// One frontend with its backends.
package struct ForwardingEntry: Hashable, Sendable, Codable {
    /// Cilium's service ID: stable as long as the frontend exists.
    package var id: Int
    package var frontend: Frontend
    package var namespace: String
    package var service: String
    package var portName: String
    package var affinity: SessionAffinity
    /// All backends of the cluster, active and terminating, in Cilium's backend order.
    package var backends: [Backend]
    /// `internalTrafficPolicy: Local`: a node forwards only to backends of its own (KEP-2086).
    package var isNodeLocal: Bool

    package init(
        id: Int, frontend: Frontend, namespace: String, service: String, portName: String, affinity: SessionAffinity,
        backends: [Backend], isNodeLocal: Bool = false
    ) {
        self.id = id
        self.frontend = frontend
        self.namespace = namespace
        self.service = service
        self.portName = portName
        self.affinity = affinity
        self.backends = backends
        self.isNodeLocal = isNodeLocal
    }

    /// The backends that a client on this node can meet; with `internalTrafficPolicy: Local` none elsewhere count, and
    /// a node that has none behaves as for a service without endpoints.
    package func backends(on node: String) -> [Backend] {
        isNodeLocal ? backends.filter { $0.node == node } : backends
    }
}

/// What every node of a lab forwards.
package struct ForwardingTable: Hashable, Sendable, Codable {
    /// Sorted by ID.
    package var entries: [ForwardingEntry]
    /// The ID of the next frontend never seen before: as in Cilium an ID is not given out a second time.
    package var nextID: Int
    package var selection: BackendSelection
    package var noEndpoints: NoEndpointsResponse

    package init(
        entries: [ForwardingEntry] = [], selection: BackendSelection = .random,
        noEndpoints: NoEndpointsResponse = .reject
    ) {
        self.entries = entries
        self.nextID = (entries.map(\.id).max() ?? 0) + 1
        self.selection = selection
        self.noEndpoints = noEndpoints
    }
}

/// One connection or UDP flow as the proxy saw it.
package struct FlowRecord: Hashable, Sendable, Codable {
    package enum Verdict: String, Hashable, Sendable, Codable, CaseIterable {
        case forwarded, closed, noEndpoints = "no-endpoints", backendUnreachable = "backend-unreachable", reset
        /// Every port that the connection to the backend might have come from is taken.
        case noSourcePort = "no-source-port"
        /// The proxy had no descriptor left to dial with; says nothing about the backend.
        case noDescriptors = "no-descriptors"
    }
    /// Seconds since the epoch.
    package var time: Double
    package var node: String
    package var client: IPAddress
    package var clientPort: UInt16
    package var frontend: Frontend
    package var backend: Backend?
    package var verdict: Verdict
    package var bytesToBackend: UInt64
    package var bytesToClient: UInt64

    package init(
        time: Double, node: String, client: IPAddress, clientPort: UInt16, frontend: Frontend, backend: Backend?,
        verdict: Verdict, bytesToBackend: UInt64 = 0, bytesToClient: UInt64 = 0
    ) {
        self.time = time
        self.node = node
        self.client = client
        self.clientPort = clientPort
        self.frontend = frontend
        self.backend = backend
        self.verdict = verdict
        self.bytesToBackend = bytesToBackend
        self.bytesToClient = bytesToClient
    }
}
