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

    /// Linux's PATH_MAX: a path that can be opened is printed whole, so that editors find it.
    private static let longestPath = 4096

    /// What is printed of the file's content is made fit for it: control characters are shown by their code points, and
    /// long values lose their middle.
    package init(
        at place: SourcePlace, field: String = "", _ message: String, expected: String? = nil,
        severity: Severity = .error
    ) {
        file = PrintableText.of(place.file, longest: Self.longestPath)
        line = place.line
        column = place.column
        self.field = PrintableText.of(field, longest: 160)
        self.message = PrintableText.of(message, longest: 400)
        self.expected = expected.map { PrintableText.of($0, longest: 400) }
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
    package var description: String { lines.joined(separator: "\n") }

    /// One problem a line; of very many the first, and how many more there are.
    package var lines: [String] {
        var lines = problems.prefix(Self.mostLines).map(\.description)
        if problems.count > Self.mostLines { lines.append("… and \(problems.count - Self.mostLines) more problems") }
        return lines
    }

    /// More than anybody mends in one go; a file made to flood the terminal would bring tens of thousands.
    private static let mostLines = 200
}
