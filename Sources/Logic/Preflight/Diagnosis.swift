/// The outcome of all checks: what `netlab doctor --json` prints.
package struct Diagnosis: Codable, Hashable, Sendable {
    /// How many findings have each state.
    package struct Counts: Codable, Hashable, Sendable {
        package var checks: Int
        package var ok: Int
        package var warnings: Int
        package var failures: Int
        package var unknown: Int
    }

    /// Raised when a key changes its meaning or goes; new keys do not raise it.
    package var version = 1
    /// What was judged for: a lab by name with its size; absent when it was labs in general.
    package var lab: LabSize?
    package var findings: [Finding]
    package var counts: Counts
    /// False exactly when a finding is a failure: exit code 4.
    package var canRun: Bool

    /// Judges every check, or only those that `up` asks before it starts.
    package init(_ facts: MachineFacts, _ needs: LabNeeds, essentialsOnly: Bool = false) {
        let findings = Check.all.filter { $0.isEssential || !essentialsOnly }.map { $0.finding(facts, needs) }
        func count(_ state: Finding.State) -> Int { findings.count { $0.state == state } }
        self.findings = findings
        lab = needs.size
        counts = Counts(
            checks: findings.count, ok: count(.ok), warnings: count(.warning), failures: count(.failure),
            unknown: count(.unknown))
        canRun = counts.failures == 0
    }

    package var failures: [Finding] { findings.filter { $0.state == .failure } }
    package var warnings: [Finding] { findings.filter { $0.state == .warning } }
}

/// A lab in numbers.
package struct LabSize: Codable, Hashable, Sendable {
    package var name: String
    package var nodes: Int
    package var pods: Int
    package var namespaces: Int

    package init(name: String, nodes: Int, pods: Int, namespaces: Int) {
        self.name = name
        self.nodes = nodes
        self.pods = pods
        self.namespaces = namespaces
    }
}
