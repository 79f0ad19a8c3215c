internal import ArgumentParser
internal import Checks
internal import FoundationEssentials
internal import LinuxKernel
internal import NetworkPlanning

/// `--junit`, `--tap`, `--json` and `--github`: the same report for other readers.
struct ReportFiles: ParsableArguments {
    @Option(name: .long, help: "Write JUnit XML to this file.", completion: .file())
    var junit: String?

    @Option(name: .long, help: "Write TAP to this file.", completion: .file())
    var tap: String?

    @Option(name: .long, help: "Write JSON to this file.", completion: .file())
    var json: String?

    @Flag(name: .long, help: "Print GitHub annotations too, at the lines of checks.yaml.")
    var github = false

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
        try StateFile.write(Array(text.utf8), to: path, isShown: true)
    }
}
