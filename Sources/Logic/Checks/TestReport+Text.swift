extension TestReport {
    /// The last line for people: `14 passed, 1 failed in 2 labs, 1.24 s`.
    package var conclusion: String {
        let words: [(CheckResult.Status, String)] = [
            (.passed, "passed"), (.failed, "failed"), (.warning, "with a warning"),
            (.broken, "not looked at, as the lab did not come up"),
            (.environment, "not possible on this machine"), (.skipped, "skipped"),
        ]
        let parts = words.filter { count($0.0) > 0 }.map { "\(count($0.0)) \($0.1)" }
        let place = labs.count == 1 ? labs[0].lab : "\(labs.count) labs"
        return (parts.isEmpty ? "no check ran" : parts.joined(separator: ", ")) + " in \(place), "
            + ReportNumber.seconds(seconds) + " s"
    }

    /// Test Anything Protocol, version 13 (testanything.org): a line a check, with a YAML block below one that is not ok.
    package var tap: String {
        let results = labs.flatMap { lab in lab.checks.map { (lab.lab, $0) } }
        var lines = ["TAP version 13", "1..\(results.count)" + (results.isEmpty ? " # SKIP no check ran" : "")]
        for (index, (lab, result)) in results.enumerated() {
            // `#` begins a directive.
            let name = "\(index + 1) - \(lab): \(result.name)".replacing("#", with: "\\#")
            switch result.status {
            case .passed: lines.append("ok \(name)")
            case .skipped: lines.append("ok \(name) # SKIP \(result.message)")
            case .warning: lines.append("not ok \(name) # \(Self.expectedToFail) warning")
            case .failed, .broken, .environment: lines.append("not ok \(name)")
            }
            if result.status != .passed, result.status != .skipped {
                lines.append("  ---")
                lines.append("  status: \(result.status.rawValue)")
                lines.append("  message: |")
                lines += result.details.map { "    \($0)" }
                lines.append("  ...")
            }
        }
        return lines.map { $0 + "\n" }.joined()
    }

    /// GitHub's workflow commands: an annotation at the check's line in checks.yaml for each that is not as it should be.
    package var github: String {
        labs.flatMap { lab in lab.checks.map { (lab.lab, $0) } }.compactMap { lab, result in
            let word: String
            switch result.status {
            case .passed, .skipped: return nil
            case .warning: word = "warning"
            case .failed, .broken, .environment: word = "error"
            }
            let place =
                "file=\(Self.property(result.file))" + (result.line.map { ",line=\($0)" } ?? "")
                + ",title=\(Self.property("\(lab): \(result.name)"))"
            return "::\(word) \(place)::\(Self.data(result.details.joined(separator: "\n")))\n"
        }.joined()
    }

    /// TAP's directive for what may fail; put together, so that nobody takes it for a note to do something.
    private static let expectedToFail = "TO" + "DO"

    private static func data(_ text: String) -> String {
        text.replacing("%", with: "%25").replacing("\r", with: "%0D").replacing("\n", with: "%0A")
    }

    private static func property(_ text: String) -> String {
        data(text).replacing(":", with: "%3A").replacing(",", with: "%2C")
    }
}

/// Numbers in reports.
package enum ReportNumber {
    /// Seconds with three decimals, as JUnit readers take them.
    package static func seconds(_ value: Double) -> String {
        let milliseconds = Int((max(0, value) * 1000).rounded())
        let rest = String(milliseconds % 1000)
        return "\(milliseconds / 1000)." + String(repeating: "0", count: 3 - rest.count) + rest
    }
}
