package import LabFiles

/// What became of one check.
package struct CheckResult: Hashable, Sendable, Codable {
    package enum Status: String, Hashable, Sendable, Codable {
        case passed
        /// Not as wanted, and the file calls it an error.
        case failed
        /// Not as wanted, and the file calls it a warning.
        case warning
        /// Not looked at, on purpose.
        case skipped
        /// Could not be looked at, since the lab did not come up.
        case broken
        /// Could not be looked at, since this machine cannot.
        case environment
    }

    package var name: String
    package var status: Status
    /// What is not as wanted.
    package var findings: [Finding]
    /// Why it was skipped or could not be looked at; empty otherwise.
    package var message: String
    /// The file's own word on why it matters.
    package var why: String
    /// Seconds it took, waiting included.
    package var seconds: Double
    /// Looks that were taken.
    package var attempts: Int
    /// Seconds from an action to its effect; nil for checks without one.
    package var converged: Double?
    /// Where the check stands.
    package var file: String
    package var line: Int?
    /// Where what was collected about the failure can be read.
    package var evidence: String?

    package init(
        name: String, status: Status, findings: [Finding] = [], message: String = "", why: String = "",
        seconds: Double = 0, attempts: Int = 0, converged: Double? = nil, file: String = "", line: Int? = nil,
        evidence: String? = nil
    ) {
        self.name = name
        self.status = status
        self.findings = findings
        self.message = message
        self.why = why
        self.seconds = seconds
        self.attempts = attempts
        self.converged = converged
        self.file = file
        self.line = line
        self.evidence = evidence
    }

    /// The result of a check that nothing was seen of yet.
    package init(_ check: Check, _ status: Status, message: String = "") {
        self.init(
            name: check.name, status: status, message: message, why: check.why, file: check.place.file,
            line: check.place.line)
    }

    /// What is wrong, line by line, for people.
    package var details: [String] {
        var lines = message.isEmpty ? [] : [message]
        lines += findings.flatMap(\.lines)
        if status != .passed, !findings.isEmpty, !why.isEmpty { lines.append("why: \(why)") }
        if let evidence { lines.append("evidence: \(evidence)") }
        return lines
    }

    /// The first thing that is wrong; what was measured, for a check that passed.
    package var summary: String { details.first ?? "" }
}

/// The checks of one lab.
package struct LabReport: Hashable, Sendable, Codable {
    package var lab: String
    /// Where its files are.
    package var path: String
    /// Whether it was up before, and was tested as it stood.
    package var wasUp: Bool
    /// Seconds for all of it, bringing up and taking down included.
    package var seconds: Double
    /// In the order of the file.
    package var checks: [CheckResult]

    package init(lab: String, path: String, wasUp: Bool = false, seconds: Double = 0, checks: [CheckResult] = []) {
        self.lab = lab
        self.path = path
        self.wasUp = wasUp
        self.seconds = seconds
        self.checks = checks
    }

    package func count(_ statuses: CheckResult.Status...) -> Int { checks.count { statuses.contains($0.status) } }
}

/// A whole run of `netlab test`. Its JSON is docs/test-report.schema.json.
package struct TestReport: Hashable, Sendable, Codable {
    /// Raised when the meaning of a field changes.
    package var version = 1
    /// When the run began, in seconds since 1970.
    package var started: Double
    package var seconds: Double
    package var labs: [LabReport]

    package init(started: Double = 0, seconds: Double = 0, labs: [LabReport] = []) {
        self.started = started
        self.seconds = seconds
        self.labs = labs
    }

    package func count(_ status: CheckResult.Status) -> Int { labs.reduce(0) { $0 + $1.count(status) } }

    /// The exit code: 0 passed, 1 failed, 2 nothing ran, 3 warnings only, 4 this machine could not.
    ///
    /// What failed is sure, so it goes before what could not be looked at; and that goes before everything that is fine.
    package var exitCode: Int32 {
        if count(.failed) + count(.broken) > 0 { return 1 }
        if count(.environment) > 0 { return 4 }
        if count(.warning) > 0 { return 3 }
        return count(.passed) > 0 ? 0 : 2
    }
}
