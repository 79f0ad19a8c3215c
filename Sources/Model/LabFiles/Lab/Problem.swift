import KubernetesModel

/// One thing wrong with, or worth saying about, a lab's files.
///
/// A problem is a value: commands print it with ``description``, `--json` encodes its fields, tests compare them.
package struct Problem: Hashable, Sendable, Codable {
    /// Errors stop the lab; warnings are printed and the lab goes on.
    package enum Severity: String, Hashable, Sendable, Codable { case error, warning }

    /// The file, or the command-line word (`--set tunnel`), the fault stands in.
    package var file: String
    /// Counted from 1; nil when the fault is the whole file's or the command line's.
    package var line: Int?
    package var column: Int?
    /// The field as a path, such as `nodes[2].role`; empty for the document itself.
    package var field: String
    /// What is wrong, in kind's, Helm's or Kubernetes' own words where they have some.
    package var message: String
    /// What would have been right; nil where the message says it.
    package var expected: String?
    package var severity: Severity

    package init(
        at place: SourcePlace, field: String = "", _ message: String, expected: String? = nil,
        severity: Severity = .error
    ) {
        file = place.file
        line = place.line
        column = place.column
        self.field = field
        self.message = message
        self.expected = expected
        self.severity = severity
    }
}

extension Problem: CustomStringConvertible {
    /// `FILE:LINE: FIELD: MESSAGE; expected WHAT`, on one line; a warning says so before the field. Control characters
    /// out of the file are shown, not passed on.
    package var description: String {
        var text = file
        if let line { text += ":\(line)" }
        text += ": "
        if severity == .warning { text += "warning: " }
        if !field.isEmpty, file != "--set " + field { text += field + ": " }
        text += message
        if let expected { text += "; expected " + expected }
        return text.printable
    }
}

extension Problem: Comparable {
    /// By file, then by place in it, so that a report reads from top to bottom.
    package static func < (left: Problem, right: Problem) -> Bool {
        (left.file, left.line ?? 0, left.column ?? 0, left.field, left.message)
            < (right.file, right.line ?? 0, right.column ?? 0, right.field, right.message)
    }
}

/// Everything wrong with a lab's files, thrown as one error. At least one of the problems is an error.
package struct LabProblems: Error, Hashable, Sendable, CustomStringConvertible {
    /// Errors and warnings together, in the order of ``Problem``.
    package let problems: [Problem]

    package init(_ problems: [Problem]) {
        self.problems = Set(problems).sorted()
    }

    /// One problem a line.
    package var description: String { problems.map(\.description).joined(separator: "\n") }
}
