package import NetworkModel

/// A fault that can be injected into a lab, as a file of `labs/faults` describes it (docs/faults.md).
package struct Fault: Hashable, Sendable {
    /// The file's name without `.yaml`.
    package var name: String
    /// One line: what happened.
    package var title: String
    /// Where it really happened: an issue, a pull request, a manual.
    package var source: String
    /// The state that it breaks.
    package var breaks: String
    /// What a user of the cluster sees of it.
    package var shows: String
    /// What `netlab test` says of it, in part.
    package var finding: String
    /// Three hints, each telling more than the one before.
    package var hints: [String]
    /// How it is repaired by hand.
    package var repair: String
    /// Whether `netlab up` repairs it: what a lab wants and lacks comes back, what is there besides stays.
    package var isReconciled: Bool
    package var operations: [Operation]

    package init(
        name: String, title: String, source: String = "", breaks: String = "", shows: String = "", finding: String = "",
        hints: [String] = [], repair: String = "", isReconciled: Bool = true, operations: [Operation]
    ) {
        self.name = name
        self.title = title
        self.source = source
        self.breaks = breaks
        self.shows = shows
        self.finding = finding
        self.hints = hints
        self.repair = repair
        self.isReconciled = isReconciled
        self.operations = operations
    }

    /// One change. The set is closed: a file of a stranger can do nothing else to a machine.
    ///
    /// Texts may hold variables (``FaultVariable``), and are read once these have values.
    package enum Operation: Hashable, Sendable {
        /// A line of `ip route`.
        case addRoute(on: Stage, table: RouteTable, line: String)
        /// The same in place of the route with its destination and metric.
        case replaceRoute(on: Stage, table: RouteTable, line: String)
        /// To this destination, of metric 0.
        case deleteRoute(on: Stage, table: RouteTable, to: String)
        /// Every rule of this priority.
        case deleteRule(on: Stage, priority: UInt32)
        case addRule(on: Stage, priority: UInt32, from: String?, to: String?, table: RouteTable)
        case addAddress(on: Stage, address: String, link: String)
        case deleteAddress(on: Stage, address: String)
        /// What is nil stays as it is.
        case changeLink(on: Stage, link: String, isUp: Bool?, mtu: Int?, isIsolated: Bool?)
        case setSysctl(on: Stage, name: String, value: String)
        /// A permanent entry, in place of one with its address.
        case setNeighbour(on: Stage, address: String, link: String, mac: MACAddress)
        /// Rules of nftables by their comment; the whole table when there is none.
        case deleteFirewall(on: Stage, table: String, comment: String?)
        /// The lab's daemon ends and leaves everything as it is.
        case stopDaemon
    }

    /// Where an operation takes place: somebody of the cast.
    package enum Stage: String, Hashable, Sendable, CaseIterable {
        /// The node that the fault is about, another one, and a third.
        case node, other, third
        /// The namespace with the bridge.
        case host
        /// The first pod of the node, and of the other.
        case nodePod = "node.pod"
        case otherPod = "other.pod"
    }
}

/// A word of a fault's text that stands for somebody of the lab: `$node`, `$other.cidr`.
package enum FaultVariable {
    /// Those of a node, written behind its role; empty: its name.
    package static let properties = ["", "address", "cidr", "router", "pod", "podBlock", "podName", "podLink", "port"]
    package static let roles = ["node", "other", "third"]
    package static let names: [String] =
        roles.flatMap { role in properties.map { $0.isEmpty ? role : "\(role).\($0)" } }
        + ["host.address", "service.address"]

    /// The text with each variable replaced by what `value` makes of it.
    ///
    /// - Returns: nil when a `$` begins none, or `value` has nothing for one.
    package static func substituted(_ text: String, _ value: (String) -> String?) -> String? {
        var result = ""
        var rest = text[...]
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            rest = rest[rest.index(after: dollar)...]
            // The longest name: `$node.podBlock` is not `$node.pod` and a word behind it.
            let fits = names.filter { rest.hasPrefix($0) }
            guard let name = fits.max(by: { $0.count < $1.count }), let text = value(name) else { return nil }
            result += text
            rest = rest.dropFirst(name.count)
        }
        return result + rest
    }

    /// The roles that a text speaks of.
    package static func roles(in text: String) -> Set<String> {
        var found: Set<String> = []
        _ = substituted(text) { name in
            found.insert(String(name.prefix { $0 != "." }))
            return ""
        }
        return found
    }

    /// Something of the right shape, for checking the rest of a text.
    static func sample(_ name: String) -> String {
        switch name.split(separator: ".").last {
        case "cidr": "10.0.0.0/24"
        case "podBlock": "10.0.0.64/26"
        case "address", "router", "pod": "10.0.0.1"
        default: "eth0"
        }
    }
}
