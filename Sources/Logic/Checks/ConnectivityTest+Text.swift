internal import LabFiles

/// A run of ``ConnectivityTest``s in cilium-cli's words.
package struct ConnectivityReport: Hashable, Sendable {
    /// The actions that failed, by test, each with how it went.
    package private(set) var failures: [(test: String, lines: [String])] = []
    private var tests = 0
    private var actions = 0
    private var failedActions = 0
    private var skippedTests = 0
    private var skippedScenarios = 0

    package init() {}

    package static func == (left: Self, right: Self) -> Bool { left.conclusion == right.conclusion }
    package func hash(into hasher: inout Hasher) { hasher.combine(conclusion) }

    /// Tests that failed.
    package var failed: Int { failures.count }
    /// Whether anything was tried at all.
    package var isEmpty: Bool { actions == 0 }

    /// Counts a test that was run, or skipped.
    ///
    /// - Returns: what is printed of it: one point an action, or with `verbose` a line.
    package mutating func add(
        _ test: ConnectivityTest, _ outcomes: [Probe: ProbeOutcome], verbose: Bool
    ) -> String {
        if test.isSkipped {
            skippedTests += 1
            return "\n[=] Skipping Test [\(test.name)]\n"
        }
        tests += 1
        var text = "\n[=] Test [\(test.name)]\n"
        var lines: [String] = []
        for scenario in test.scenarios {
            if scenario.isSkipped {
                skippedScenarios += 1
                if verbose { text += "[-] Skipping Scenario [\(test.name)/\(scenario.name)]\n" }
                continue
            }
            if verbose { text += "[-] Scenario [\(test.name)/\(scenario.name)]\n" }
            for action in scenario.actions {
                actions += 1
                text += verbose ? "[.] Action [\(action.description)]\n" : "."
                let outcome = outcomes[action.probe] ?? .timedOut
                if outcome.isSuccess { continue }
                failedActions += 1
                lines.append("\(action.description): \(outcome.text)")
                if verbose { text += "  ❌ \(outcome.text)\n" }
            }
        }
        if !lines.isEmpty { failures.append((test.name, lines)) }
        return text + (verbose ? "" : "\n")
    }

    /// The last lines.
    package var conclusion: String {
        let skipped = "\(skippedTests) tests skipped, \(skippedScenarios) scenarios skipped"
        guard !failures.isEmpty else {
            return "\n✅ All \(tests) tests (\(actions) actions) successful, \(skipped).\n"
        }
        var text =
            "\n📋 Test Report\n❌ \(failed)/\(tests) tests failed (\(failedActions)/\(actions) actions), \(skipped):\n"
        for (test, lines) in failures { text += "Test [\(test)]:\n" + lines.map { "  ❌ \($0)\n" }.joined() }
        return text
    }
}

extension ProbeOutcome {
    /// As curl with `--fail` and ping see it.
    fileprivate var isSuccess: Bool {
        if case .responses(let responses) = self { return responses.allSatisfy { $0.status < 400 } }
        return reachability == .yes
    }
}
