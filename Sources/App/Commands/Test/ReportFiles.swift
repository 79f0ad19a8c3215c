internal import ArgumentParser
internal import Checks
internal import Daemon
internal import FoundationEssentials
internal import LinuxKernel
internal import NetworkPlanning

/// `--junit`, `--tap`, `--json` and `--github`: the same report for other readers.
struct ReportFiles: ParsableArguments {
    @Option(name: .long, help: "Write JUnit XML to this file; - is standard output.", completion: .file())
    var junit: String?

    @Option(name: .long, help: "Write TAP to this file; - is standard output.", completion: .file())
    var tap: String?

    @Option(name: .long, help: "Write JSON to this file; - is standard output.", completion: .file())
    var json: String?

    @Option(
        name: .long,
        help: "Collect about failed checks in this directory. Left out: beside the JUnit file, in NAME-evidence.",
        completion: .directory)
    var evidence: String?

    @Flag(name: .long, help: "Print GitHub annotations too, at the lines of checks.yaml.")
    var github = false

    /// `out-evidence` beside `out.xml`; nil without either.
    var evidenceDirectory: String? {
        if let evidence { return evidence }
        guard let junit, junit != "-" else { return nil }
        return (junit.hasSuffix(".xml") ? String(junit.dropLast(4)) : junit) + "-evidence"
    }

    /// Finds out before anything is brought up what would be known only after it.
    ///
    /// - Throws: usage, for a path that is no file's: a report takes the place of a whole file, and must not take that of
    ///   a device or a link.
    func check() throws {
        for path in [junit, tap, json].compactMap(\.self) where path != "-" {
            let kind = PathKind(of: path)
            let parent = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
            if !parent.isEmpty, !StateFile.exists(parent) {
                throw CommandFailure(.usage, "there is no directory \(parent) for \(path)")
            }
            if kind == .absent || kind == .file { continue }
            throw CommandFailure(
                .usage, "\(path) is \(kind), not a file", advice: "name a file, or - for standard output")
        }
        // Root writes there, by names that others can guess: not through a link that they could have laid.
        guard let directory = evidenceDirectory else { return }
        let kind = PathKind(of: directory)
        guard kind == .absent || kind == .directory else {
            throw CommandFailure(
                .usage, "\(directory) is \(kind), not a directory for evidence", advice: "name another with --evidence")
        }
    }

    /// - Throws: that a file cannot be written.
    func write(_ report: TestReport) throws {
        if let junit { try Self.write(report.junit, to: junit) }
        if let tap { try Self.write(report.tap, to: tap) }
        if let json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            try Self.write(String(decoding: try encoder.encode(report), as: UTF8.self) + "\n", to: json)
        }
        if github { StandardStream.output.write(report.github) }
    }

    /// Another user's pipeline reads it: not only root may.
    private static func write(_ text: String, to path: String) throws {
        if path == "-" { return StandardStream.output.write(text) }
        try StateFile.write(Array(text.utf8), to: path, isShown: true)
    }
}
