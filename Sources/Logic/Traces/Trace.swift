package import Checks
package import NetworkModel

/// Where a packet goes, hop by hop, by the lookups of the kernels on its way; and where a real one went.
package struct Trace: Hashable, Sendable, Codable {
    /// Raised when the meaning of a field changes.
    package var version = 1
    package var from: String
    package var to: String
    package var transport: String
    package var port: UInt16?
    package var there: TracePath
    /// nil when the packet does not arrive: then nobody answers.
    package var back: TracePath?
    /// nil when none was sent.
    package var probe: TraceProbe?
    /// What the lookups and the probe do not agree upon, and where to look; empty when they agree.
    package var disagreements: [String] = []

    /// Whether a packet and its answer arrive by the lookups.
    package var arrives: Bool { there.arrives && back?.arrives ?? false }
}

/// One direction.
package struct TracePath: Hashable, Sendable, Codable {
    package var hops: [TraceHop] = []
    package var arrives = false
    /// Why it stops, when it does.
    package var reason: String?
    /// Bytes of the largest packet that passes every link; nil when there is no link.
    package var mtu: Int?
}

/// One place a packet passes.
package struct TraceHop: Hashable, Sendable, Codable {
    package enum Kind: String, Hashable, Sendable, Codable {
        /// A namespace that routes the packet, or takes it.
        case router
        /// The bridge, which only forwards its frame.
        case bridge
        /// The ClusterIP proxy, which ends one connection and opens another.
        case proxy
    }

    package var kind: Kind
    /// As reports call it: `kind-worker`, `pod/hello-app-646c68546-xdh5w`, `host`.
    package var place: String
    /// The link the packet came in by.
    package var input: String?
    package var source: String?
    package var destination: String
    /// The rule of policy routing that led to the table.
    package var rule: String?
    /// The entry of the table, as `ip route` prints it.
    package var route: String?
    package var table: String?
    package var output: String?
    /// `172.18.0.3 lladdr 02:42:ac:12:00:03 PERMANENT`
    package var neighbour: String?
    package var mtu: Int?
    /// What is done to the packet: translation, delivery, what is odd about it.
    package var notes: [String] = []

    package init(_ kind: Kind, _ place: String, source: IPAddress?, destination: IPAddress, input: LinkName? = nil) {
        self.kind = kind
        self.place = place
        self.source = source.map { "\($0)" }
        self.destination = "\(destination)"
        self.input = input?.rawValue
    }
}

/// What became of a real packet.
package struct TraceProbe: Hashable, Sendable, Codable {
    /// `answered`, `refused`, `no answer` and the like.
    package var outcome: String
    /// Whether anybody at the far end answered, with a refusal too.
    package var arrived: Bool
    /// The routers that answered to packets of few hops, by name; `*` for one that kept silent. Empty: not asked.
    package var routers: [String]

    package init(_ outcome: ProbeOutcome, routers: [String] = []) {
        self.outcome = outcome.text
        self.routers = routers
        switch outcome {
        case .answered, .refused, .responses, .seen: arrived = true
        default: arrived = false
        }
    }
}
