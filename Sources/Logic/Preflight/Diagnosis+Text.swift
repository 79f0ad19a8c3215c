extension Finding {
    /// `veth: not in this kernel; no links between nodes and pods`, as `up` warns and refuses.
    package var sentence: String { "\(name): \(found); \(cost)" }

    fileprivate var mark: String {
        switch state {
        case .ok: "✓"
        case .warning: "!"
        case .failure: "✗"
        case .unknown: "?"
        }
    }

    /// The lines of the report: one, and below it the cost and the way out when there is something wrong.
    package var lines: [String] {
        let first = " \(mark) \(name): \(found)"
        switch state {
        case .ok, .unknown: return [first]
        case .warning, .failure:
            return [first, "   costs: \(cost)" + (state == .failure ? " (needed by \(neededBy))" : "")]
                + (fix.isEmpty ? [] : ["   fix:   \(fix)"])
        }
    }
}

extension Diagnosis {
    /// The report: findings under their groups, what was not seen, and a last line that says how it stands.
    package var text: String {
        var lines: [String] = []
        for group in CheckGroup.allCases {
            let own = findings.filter { $0.group == group }
            if own.isEmpty { continue }
            lines += [group.title] + own.flatMap(\.lines) + [""]
        }
        let ways = findings.filter { $0.state == .unknown && !$0.fix.isEmpty }.map(\.fix)
        let unseen = ways.enumerated().filter { !ways[..<$0.offset].contains($0.element) }.map(\.element)
        if !unseen.isEmpty { lines.append("To see what is marked with ?: \(unseen.joined(separator: "; "))") }
        lines.append(counts.text)
        lines.append(verdict)
        return lines.joined(separator: "\n") + "\n"
    }

    private var verdict: String {
        let subject =
            lab.map { "\($0.name) (\(Self.count($0.nodes, "node")), \(Self.count($0.pods, "pod")))" } ?? "labs"
        if !canRun { return "This machine cannot run \(subject) as things stand." }
        let isSure = !findings.contains { $0.state == .unknown && $0.neededBy == Check.Need.everyLab.text }
        return isSure
            ? "This machine can run \(subject)." : "Nothing stands in the way of \(subject) as far as could be seen."
    }

    fileprivate static func count(_ number: Int, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }
}

extension Diagnosis.Counts {
    /// `52 checks: 50 ok, 1 warning, 0 failures, 1 unknown`.
    package var text: String {
        Diagnosis.count(checks, "check") + ": \(ok) ok, " + Diagnosis.count(warnings, "warning") + ", "
            + Diagnosis.count(failures, "failure") + ", \(unknown) unknown"
    }
}
