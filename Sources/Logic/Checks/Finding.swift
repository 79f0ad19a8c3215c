/// One thing that is not as wanted, with all that a reader needs to find it.
package struct Finding: Hashable, Sendable, Codable, CustomStringConvertible {
    /// What was looked at, and where: `routes kind-worker`.
    package var subject: String
    /// What is wrong: `missing 10.0.2.0/24 via 172.18.0.3 dev eth0`.
    package var message: String
    package var wanted: String
    package var found: String
    /// The node or pod it is about; nil when it is about none.
    package var node: String?
    /// The route it is about, as `ip route` prints it.
    package var route: String?
    /// Where a packet goes, router by router, up to where it stops; empty when it is about no packet.
    package var path: [String]
    /// The machine could not look: nothing is said about the lab.
    package var isEnvironment: Bool
    /// The probe that showed it; not part of the report.
    package var probe: Probe?

    private enum CodingKeys: String, CodingKey {
        case subject, message, wanted, found, node, route, path, isEnvironment
    }

    package init(
        _ subject: String, _ message: String, wanted: String, found: String, node: String? = nil,
        route: String? = nil, path: [String] = [], isEnvironment: Bool = false
    ) {
        self.subject = subject
        self.message = message
        self.wanted = wanted
        self.found = found
        self.node = node
        self.route = route
        self.path = path
        self.isEnvironment = isEnvironment
    }

    package var description: String { "\(subject): \(message)" }

    /// The sentence, and below it the path.
    package var lines: [String] { [description] + path.map { "  " + $0 } }

    /// The same, shown by a probe.
    func shown(by probe: Probe) -> Finding {
        var copy = self
        copy.probe = probe
        return copy
    }
}
