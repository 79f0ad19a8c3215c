package import LabFiles
package import NetworkModel
package import NetworkPlanning
package import Snapshots

/// The port of checks: looking into a lab and sending probes through it.
///
/// Every call blocks and is made from threads that have not entered a namespace.
package protocol LabProbes: Sendable {
    /// Sends the probes, many at once.
    ///
    /// - Parameter timeout: seconds that each waits for its answer.
    /// - Returns: how each went, in their order.
    func send(_ probes: [Probe], timeout: Double) -> [ProbeOutcome]

    /// Reads namespaces; those that do not exist are absent.
    func observe(_ namespaces: [NamespaceName]) throws(KernelError) -> NetworkState
}

/// What one look at a lab showed: everything a judgement is made from.
package struct LabSight: Hashable, Sendable {
    package var outcomes: [Probe: ProbeOutcome]
    package var network: NetworkState
    /// What the proxy forwards; nil when nobody could be asked.
    package var forwarding: [ForwardedPort]?
    /// How the lab differs from the snapshot it was compared with.
    package var difference: SnapshotDiff?

    package init(
        outcomes: [Probe: ProbeOutcome] = [:], network: NetworkState = NetworkState(),
        forwarding: [ForwardedPort]? = nil, difference: SnapshotDiff? = nil
    ) {
        self.outcomes = outcomes
        self.network = network
        self.forwarding = forwarding
        self.difference = difference
    }
}

/// One port of a Service as the proxy has it.
package struct ForwardedPort: Hashable, Sendable {
    package var service: LabOptions.ServiceName
    package var address: IPAddress
    package var port: UInt16
    package var transport: String
    /// Backends that new connections go to.
    package var active: Int

    package init(
        service: LabOptions.ServiceName, address: IPAddress, port: UInt16, transport: String, active: Int
    ) {
        self.service = service
        self.address = address
        self.port = port
        self.transport = transport
        self.active = active
    }
}

/// Told of a check that failed for good, while the lab still is as it failed: collects what helps to find out why.
package protocol Evidence: Sendable {
    /// - Returns: where what was collected can be read, a path; nil when nothing was.
    func collect(_ failure: CheckFailure) -> String?
}

/// A failed check as ``Evidence`` is told of it.
package struct CheckFailure: Sendable {
    package var check: Check
    package var findings: [Finding]
    package var inventory: Inventory
    /// The probes of the last attempt, and how they went: what to trace and to capture.
    package var outcomes: [Probe: ProbeOutcome]

    package init(check: Check, findings: [Finding], inventory: Inventory, outcomes: [Probe: ProbeOutcome]) {
        self.check = check
        self.findings = findings
        self.inventory = inventory
        self.outcomes = outcomes
    }
}

/// Collects nothing.
package struct NoEvidence: Evidence {
    package init() {}
    package func collect(_ failure: CheckFailure) -> String? { nil }
}
