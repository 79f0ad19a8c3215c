import NetworkModel

extension Reason: CustomStringConvertible {
    /// A few words for the end of a plan's line.
    package var description: String {
        switch self {
        case .missing: "missing"
        case .differs(let differences): "differs: " + differences.text
        case .noLongerWanted: "no longer wanted"
        case .pruned: "not the lab's, pruned"
        case .replaced(let differences): "replaced: " + differences.text
        case .putBack: "put back, it falls with something replaced"
        }
    }

    /// The kind of reason as one stable word, for JSON.
    package var word: String {
        switch self {
        case .missing: "missing"
        case .differs: "differs"
        case .noLongerWanted: "noLongerWanted"
        case .pruned: "pruned"
        case .replaced: "replaced"
        case .putBack: "putBack"
        }
    }

    /// The attributes a step is about; empty when it is about the whole object.
    package var differences: [Difference] {
        switch self {
        case .differs(let differences), .replaced(let differences): differences
        case .missing, .noLongerWanted, .pruned, .putBack: []
        }
    }
}

extension Difference: CustomStringConvertible {
    /// `gateway 172.18.0.9, wanted 172.18.0.3`
    package var description: String { "\(attribute) \(observed ?? "none"), wanted \(desired ?? "none")" }
}

extension [Difference] {
    fileprivate var text: String { map(\.description).joined(separator: "; ") }
}

extension Plan {
    /// How many steps add, change and remove.
    package struct Summary: Hashable, Sendable, Codable, CustomStringConvertible {
        package var add: Int
        package var change: Int
        package var remove: Int

        /// `12 to add, 1 to change, 0 to remove`
        package var description: String { "\(add) to add, \(change) to change, \(remove) to remove" }
    }

    package var summary: Summary {
        var summary = Summary(add: 0, change: 0, remove: 0)
        for planned in steps {
            switch planned.step.action {
            case .add: summary.add += 1
            case .change: summary.change += 1
            case .remove: summary.remove += 1
            }
        }
        return summary
    }

    /// One line per step in the words of ip(8), then the foreign objects, then the summary; without a final newline.
    ///
    /// `+` adds, `~` changes, `-` removes, `?` marks what is left alone. An empty plan says `nothing to do`.
    package var text: String {
        let rows =
            steps.map { Row($0) }
            + foreign.map { Row(sign: "?", $0.namespace, $0.kind, $0.object, "not the lab's, left alone") }
        let namespaceWidth = rows.reduce(0) { max($0, $1.namespace.utf8.count) }
        let objectWidth = min(64, rows.reduce(0) { max($0, $1.object.utf8.count) })
        let lines = rows.map { row in
            "\(row.sign) \(row.namespace.padded(to: namespaceWidth))  \(row.object.padded(to: objectWidth))   "
                + row.reason
        }
        return (lines + [isEmpty ? "nothing to do" : "\(summary)"]).joined(separator: "\n")
    }
}

extension Plan: CustomStringConvertible {
    package var description: String { text }
}

/// One line of a plan before its columns are known.
private struct Row {
    var sign: String
    var namespace: String
    var object: String
    var reason: String

    init(sign: String, _ namespace: NamespaceName, _ kind: String, _ object: String, _ reason: String) {
        self.sign = sign
        self.namespace = namespace.rawValue
        self.object = "\(kind) \(object)"
        self.reason = reason
    }

    init(_ planned: PlannedStep) {
        let sign =
            switch planned.step.action {
            case .add: "+"
            case .change: "~"
            case .remove: "-"
            }
        self.init(
            sign: sign, planned.step.namespace, planned.step.kind, planned.step.object, planned.reason.description)
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - utf8.count))
    }
}
