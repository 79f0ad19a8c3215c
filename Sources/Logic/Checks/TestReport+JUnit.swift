internal import KubernetesModel

extension TestReport {
    /// JUnit's XML as Jenkins' junit-10.xsd has it: a suite a lab, a case a check.
    ///
    /// A warning is a skipped case, since JUnit has no third colour; what this machine could not look at is an error.
    package var junit: String {
        let cases = labs.flatMap(\.checks)
        var lines = [#"<?xml version="1.0" encoding="UTF-8"?>"#]
        lines.append("<testsuites name=\"netlab\" \(Self.counts(cases)) time=\"\(ReportNumber.seconds(seconds))\">")
        for lab in labs {
            let skipped = lab.count(.skipped, .warning)
            lines.append(
                "  <testsuite name=\"\(Self.attribute(lab.lab))\" \(Self.counts(lab.checks)) skipped=\"\(skipped)\" "
                    + "time=\"\(ReportNumber.seconds(lab.seconds))\" timestamp=\"\(Self.timestamp(started))\">")
            for result in lab.checks { lines += Self.lines(of: result, lab.lab) }
            lines.append("  </testsuite>")
        }
        return (lines + ["</testsuites>"]).map { $0 + "\n" }.joined()
    }

    private static func counts(_ results: [CheckResult]) -> String {
        let failures = results.count { $0.status == .failed }
        let errors = results.count { $0.status == .broken || $0.status == .environment }
        return "tests=\"\(results.count)\" failures=\"\(failures)\" errors=\"\(errors)\""
    }

    private static func lines(of result: CheckResult, _ lab: String) -> [String] {
        let head =
            "    <testcase name=\"\(attribute(result.name))\" classname=\"netlab.\(attribute(lab))\" "
            + "time=\"\(ReportNumber.seconds(result.seconds))\""
        let summary = attribute(result.summary)
        let details = content(result.details.joined(separator: "\n"))
        var inside: [String] = []
        switch result.status {
        case .passed: break
        case .failed: inside.append("<failure type=\"check\" message=\"\(summary)\">\(details)</failure>")
        case .broken, .environment:
            inside.append("<error type=\"\(result.status.rawValue)\" message=\"\(summary)\">\(details)</error>")
        case .skipped: inside.append("<skipped message=\"\(summary)\"/>")
        case .warning: inside.append("<skipped message=\"warning: \(summary)\"/>")
        }
        if let converged = result.converged {
            inside.append("<system-out>converged in \(ReportNumber.seconds(converged)) s</system-out>")
        }
        if let evidence = result.evidence {
            inside.append("<system-err>evidence: \(content(evidence))</system-err>")
        }
        if inside.isEmpty { return [head + "/>"] }
        return [head + ">"] + inside.map { "      " + $0 } + ["    </testcase>"]
    }

    /// Text for between tags: no markup, and none of the characters that XML 1.0 forbids however they are written.
    private static func content(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\n", "\t": result.unicodeScalars.append(scalar)
            case _ where scalar.value < 0x20 || scalar.value == 0xfffe || scalar.value == 0xffff: result += "\u{fffd}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func attribute(_ text: String) -> String {
        content(text).replacing("\"", with: "&quot;").replacing("\n", with: "&#10;").replacing("\t", with: "&#9;")
    }

    /// `2026-11-24T03:34:40`, in UTC: the schema allows no zone.
    private static func timestamp(_ seconds: Double) -> String {
        String(Timestamp(seconds: Int64(seconds)).description.dropLast())
    }
}
