/// What `netlab status` draws.
package struct LabStatus: Codable, Sendable, Hashable {
    package var lab: String
    package var path: String
    /// Seconds the daemon has run.
    package var uptime: Double
    package var nodes: Int
    package var readyNodes: Int
    package var cniInstalled: Bool
    /// Nodes whose kernel state equals the desired one.
    package var healthyNodes: Int
    package var pods: Int
    package var managedPods: Int
    package var openConnections: Int
    /// Differences between desired and observed state, in words; empty when there are none.
    package var drift: [String]
    /// Objects in the lab's namespaces that nobody asked for.
    package var foreign: [String]
    package var repair: Repair
    package var warnings: [String]
    package var errors: [String]

    package init(
        lab: String, path: String, uptime: Double, nodes: Int, readyNodes: Int, cniInstalled: Bool,
        healthyNodes: Int, pods: Int, managedPods: Int, openConnections: Int, drift: [String], foreign: [String],
        repair: Repair, warnings: [String], errors: [String]
    ) {
        self.lab = lab
        self.path = path
        self.uptime = uptime
        self.nodes = nodes
        self.readyNodes = readyNodes
        self.cniInstalled = cniInstalled
        self.healthyNodes = healthyNodes
        self.pods = pods
        self.managedPods = managedPods
        self.openConnections = openConnections
        self.drift = drift
        self.foreign = foreign
        self.repair = repair
        self.warnings = warnings
        self.errors = errors
    }

    /// Whether drift is put right, and how that goes.
    package struct Repair: Codable, Sendable, Hashable {
        package var isOn: Bool
        /// Objects put back since the daemon started.
        package var healed: Int
        /// Why the last try failed, and when the next one is; nil when none did.
        package var failure: String?

        package init(isOn: Bool, healed: Int, failure: String?) {
            self.isOn = isOn
            self.healed = healed
            self.failure = failure
        }

        private enum CodingKeys: String, CodingKey {
            case isOn = "on"
            case healed, failure
        }
    }
}

/// The forwarding table as `netlab service list --json` prints it.
package struct ServiceListing: Codable, Sendable, Hashable {
    package struct Entry: Codable, Sendable, Hashable {
        package struct Backend: Codable, Sendable, Hashable {
            package var address: String
            package var port: Int
            package var state: String
            package var pod: String?
        }
        package var id: Int
        package var frontend: String
        package var transport: String
        package var namespace: String
        package var service: String
        package var backends: [Backend]
    }
    package var entries: [Entry]
    /// When the proxy got what it has, in seconds since 1970.
    package var changed: Double?
}

/// What `up` checked at the end, each with its outcome.
package struct Verification: Codable, Sendable, Hashable {
    package struct Check: Codable, Sendable, Hashable {
        package var name: String
        package var passed: Bool
        /// What was found, when it says more than the name does.
        package var detail: String
        package init(_ name: String, passed: Bool, detail: String = "") {
            self.name = name
            self.passed = passed
            self.detail = detail
        }
    }

    /// One answer fetched through a ClusterIP, to be shown as it came.
    package struct Answer: Codable, Sendable, Hashable {
        package var node: String
        package var url: String
        package var body: String
        package init(node: String, url: String, body: String) {
            self.node = node
            self.url = url
            self.body = body
        }
    }

    package var checks: [Check]
    package var answer: Answer?

    package init(checks: [Check] = [], answer: Answer? = nil) {
        self.checks = checks
        self.answer = answer
    }

    package var passed: Bool { checks.allSatisfy(\.passed) }
}

/// A plan for printing.
package struct PlanReport: Codable, Sendable, Hashable {
    package var text: String
    package var isEmpty: Bool

    package init(text: String, isEmpty: Bool) {
        self.text = text
        self.isEmpty = isEmpty
    }
}
