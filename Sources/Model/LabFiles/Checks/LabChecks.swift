package import NetworkModel

/// What must hold of a lab, as its `checks.yaml` says, in the order of the file (docs/checks.md).
package struct LabChecks: Hashable, Sendable {
    package var checks: [Check]

    package init(checks: [Check] = []) { self.checks = checks }
}

/// One named check.
package struct Check: Hashable, Sendable {
    /// Whether a check waits for its condition or watches it.
    package enum Timing: Hashable, Sendable {
        /// Tried again until it holds, for at most so many seconds.
        case within(Double)
        /// Must hold each time it is looked at for so many seconds.
        case holds(Double)
    }

    /// What is looked at.
    package enum Subject: Hashable, Sendable {
        case routes(RouteCheck)
        case reach(ReachCheck)
        case http(HTTPCheck)
        case path(PathCheck)
        case spread(SpreadCheck)
        case source(SourceCheck)
        case mtu(MTUCheck)
        case service(ServiceCheck)
        case snapshot(SnapshotCheck)
        case converges(ConvergenceCheck)
    }

    /// Unique in the file: `name`, or one made of what is checked.
    package var name: String
    /// Why it matters, shown when it fails; empty when the file does not say.
    package var why: String
    package var timing: Timing
    /// Seconds one probe waits for its answer.
    package var timeout: Double
    /// `severity: warning`: a failure is told and does not make the run fail.
    package var isWarning: Bool
    package var subject: Subject
    package var place: SourcePlace

    package init(
        name: String, why: String = "", timing: Timing = .within(Check.defaultWithin),
        timeout: Double = Check.defaultTimeout, isWarning: Bool = false, subject: Subject, place: SourcePlace
    ) {
        self.name = name
        self.why = why
        self.timing = timing
        self.timeout = timeout
        self.isWarning = isWarning
        self.subject = subject
        self.place = place
    }

    /// Seconds: long enough for a loaded machine, short enough to wait for when it is red.
    package static let defaultWithin = 3.0
    package static let defaultTimeout = 1.0

    /// Whether carrying the check out changes the lab.
    package var changesLab: Bool {
        if case .converges = subject { true } else { false }
    }
}

/// Routing tables: every line of one, some, or how many.
package struct RouteCheck: Hashable, Sendable {
    package var on: [Place]
    package var table: RouteTable
    /// All routes of the table as `ip route` prints them, in any order; nil: not asked.
    package var exact: [String]?
    /// Each must be there; what the line leaves out may be anything.
    package var present: [String]
    /// None may be there; what the line leaves out may be anything.
    package var absent: [String]
    /// Where the longest match of an address must lead, in the order of the file.
    package var nextHops: [NextHop]
    package var count: Int?

    /// `ADDRESS: GATEWAY`, or `ADDRESS: dev LINK`.
    package struct NextHop: Hashable, Sendable {
        package var destination: String
        package var wanted: String
        package init(destination: String, wanted: String) {
            self.destination = destination
            self.wanted = wanted
        }
    }

    package init(
        on: [Place], table: RouteTable = .main, exact: [String]? = nil, present: [String] = [], absent: [String] = [],
        nextHops: [NextHop] = [], count: Int? = nil
    ) {
        self.on = on
        self.table = table
        self.exact = exact
        self.present = present
        self.absent = absent
        self.nextHops = nextHops
        self.count = count
    }
}

/// How a probe travels.
package enum ProbeProtocol: String, Hashable, Sendable, Codable, CaseIterable { case icmp, tcp, udp }

/// What a probe is to meet.
package enum Reachability: String, Hashable, Sendable, Codable, CaseIterable {
    /// An answer.
    case yes
    /// Anything but an answer.
    case no
    /// A RST or an ICMP port unreachable: somebody is there and does not serve.
    case refused
    /// Silence.
    case timeout
    /// No route, or an ICMP unreachable of a router.
    case unreachable
}

/// From each of these to each of those, oneself left out.
package struct ReachCheck: Hashable, Sendable {
    package var from: [Place]
    package var to: [Place]
    package var transport: ProbeProtocol
    /// nil with ICMP, and for Services, which then have one for each of their ports.
    package var port: UInt16?
    package var expect: Reachability

    package init(
        from: [Place], to: [Place], transport: ProbeProtocol = .icmp, port: UInt16? = nil, expect: Reachability = .yes
    ) {
        self.from = from
        self.to = to
        self.transport = transport
        self.port = port
        self.expect = expect
    }
}

/// An HTTP GET and what its answer must be.
package struct HTTPCheck: Hashable, Sendable {
    package var from: [Place]
    package var to: [Place]
    package var port: UInt16?
    package var path: String
    package var status: Int
    /// Texts that must stand in the body.
    package var contains: [String]

    package init(
        from: [Place], to: [Place], port: UInt16? = nil, path: String = "/", status: Int = 200, contains: [String] = []
    ) {
        self.from = from
        self.to = to
        self.port = port
        self.path = path
        self.status = status
        self.contains = contains
    }
}

/// The routers a packet passes, and those an answer passes.
package struct PathCheck: Hashable, Sendable {
    /// A router of a path.
    package enum Hop: Hashable, Sendable {
        /// The node the packet starts from, or ends at.
        case ownNode, farNode
        case place(Place)
    }

    package var from: [Place]
    package var to: [Place]
    package var hops: [Hop]
    /// nil: the same, the other way round.
    package var back: [Hop]?

    package init(from: [Place], to: [Place], hops: [Hop], back: [Hop]? = nil) {
        self.from = from
        self.to = to
        self.hops = hops
        self.back = back
    }
}

/// How requests to a Service spread over its backends.
package struct SpreadCheck: Hashable, Sendable {
    package var from: [Place]
    package var to: [Place]
    package var port: UInt16?
    package var requests: Int
    /// How many backends must have answered; nil: as many as the Service has that are active.
    package var backends: Int?
    /// Percent of the requests that each backend must have had.
    package var share: ClosedRange<Int>

    package init(
        from: [Place], to: [Place], port: UInt16? = nil, requests: Int = 100, backends: Int? = nil,
        share: ClosedRange<Int> = 1...100
    ) {
        self.from = from
        self.to = to
        self.port = port
        self.requests = requests
        self.backends = backends
        self.share = share
    }
}

/// The address that the far end sees.
package struct SourceCheck: Hashable, Sendable {
    /// Whose address it must be.
    package enum Seen: Hashable, Sendable {
        /// The sender's own: no translation.
        case from
        /// The sender's node.
        case node
        /// The router (`cilium_host`) of the sender's node.
        case router
        case address(IPAddress)
    }

    package var from: [Place]
    package var to: [Place]
    package var port: UInt16?
    package var seen: Seen

    package init(from: [Place], to: [Place], port: UInt16? = nil, seen: Seen = .from) {
        self.from = from
        self.to = to
        self.port = port
        self.seen = seen
    }
}

/// The largest packet that arrives unfragmented, and whether a sender is told when it is too large.
package struct MTUCheck: Hashable, Sendable {
    package var from: [Place]
    package var to: [Place]
    /// Bytes of the IP packet, its header included.
    package var bytes: Int
    /// Whether a larger packet must be answered with an error and not with silence.
    package var discovery: Bool

    package init(from: [Place], to: [Place], bytes: Int, discovery: Bool = true) {
        self.from = from
        self.to = to
        self.bytes = bytes
        self.discovery = discovery
    }
}

/// What the proxy has of a Service.
package struct ServiceCheck: Hashable, Sendable {
    package var service: LabOptions.ServiceName
    /// nil: every port of it.
    package var port: UInt16?
    /// Active backends of each port; nil: not asked.
    package var active: Int?
    package var clusterIP: IPAddress?

    package init(
        service: LabOptions.ServiceName, port: UInt16? = nil, active: Int? = nil, clusterIP: IPAddress? = nil
    ) {
        self.service = service
        self.port = port
        self.active = active
        self.clusterIP = clusterIP
    }
}

/// What counts as a difference of two snapshots; the words of JSNAPy's operators.
package enum SnapshotMode: String, Hashable, Sendable, Codable, CaseIterable {
    case noDiff = "no-diff"
    /// Only what the second one lacks counts: it may have more.
    case noLess = "no-less"
    /// Only what the second one has besides counts: it may have less.
    case noMore = "no-more"
}

/// The lab's whole network equals one that was written down.
package struct SnapshotCheck: Hashable, Sendable {
    /// A file of `netlab snapshot`, in the lab's directory.
    package var file: String
    package var mode: SnapshotMode
    /// A file of lines to leave out, in the lab's directory; nil: the usual ones.
    package var ignore: String?

    package init(file: String, mode: SnapshotMode = .noDiff, ignore: String? = nil) {
        self.file = file
        self.mode = mode
        self.ignore = ignore
    }
}

/// Something is done to the lab, and then a condition must come true.
package struct ConvergenceCheck: Hashable, Sendable {
    /// What is done. Each is undone after the check.
    package enum Action: Hashable, Sendable {
        /// The route to this prefix of the main table is taken away.
        case deleteRoute(node: String, destination: IPPrefix)
        /// The node's uplink goes down, as if its cable was pulled.
        case nodeDown(String)
        /// A Deployment is given another number of replicas.
        case scale(LabOptions.ServiceName, replicas: Int)
        /// A Service's EndpointSlices are replaced by one with these addresses.
        case endpoints(LabOptions.ServiceName, [IPAddress])
    }

    package var action: Action
    /// The condition: any check but another of this kind.
    package indirect enum Condition: Hashable, Sendable { case check(Check.Subject) }
    package var until: Condition

    package init(action: Action, until: Check.Subject) {
        self.action = action
        self.until = .check(until)
    }
}
