internal import ArgumentParser
internal import Daemon
internal import LabFiles
internal import LinuxKernel
internal import Snapshots

/// `netlab diff [A] [B]`
struct DiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Compare the networks of labs and snapshots, line by line.",
        discussion: """
            A and B are labs that are up or files of `netlab snapshot`; a word that is a file is one. With one lab, \
            what it should be is compared with what it is: `-` is missing, `+` is extra.

            Exit codes: 0 no difference that counts, 1 differences, 2 wrong usage.

            EXAMPLES:
              netlab diff three-node                       against what the lab should be
              netlab diff before.json three-node           what has changed since
              netlab diff before.json after.json --mode no-less
              netlab diff --print-ignore > ignore          the lines that are left out, to be edited
              netlab diff before.json three-node --ignore ignore
            """)

    @Argument(
        help: "A lab or a snapshot, or both. May be left out when only one lab is up.",
        completion: .custom { _, _, _ in NameCompletion.labsUp() })
    var sides: [String] = []

    @Option(name: .long, help: "What counts: any difference, only what B lacks, or only what B has besides.")
    var mode = SnapshotMode.noDiff

    @Option(
        name: .long, help: "Leave out the lines that this file's patterns match, not the usual ones.",
        completion: .file())
    var ignore: String?

    @Flag(name: .long, help: "Print the patterns that are used, and do nothing else.")
    var printIgnore = false

    @OptionGroup var output: JSONFlag

    func validate() throws {
        if sides.count > 2 { throw ValidationError("two sides are compared, \(sides.count) are given") }
    }

    func run() throws {
        let (noise, text) = try ignore.map { try LabSnapshot.noise($0) } ?? (.usual, Noise.usualText)
        if printIgnore { return StandardStream.output.write(text) }
        ProcessEnvironment.raiseFileLimit()
        let (first, second) = try compared()
        let diff = SnapshotDiff(from: first.snapshot, to: second.snapshot, mode: mode, ignoring: noise)
        if output.json {
            try JSONOutput.print(diff.document(first: first.name, second: second.name))
        } else {
            StandardStream.output.write(Terminal.harmless(diff.text))
        }
        if !diff.isEmpty { throw ExitCodeOnly(1) }
    }

    private typealias Side = (name: String, snapshot: Snapshot)

    private func compared() throws -> (Side, Side) {
        guard sides.count == 2 else {
            if let word = sides.first, Self.isFile(word) {
                throw CommandFailure(
                    .usage, "\(word) is compared with nothing", advice: "name a lab or a second snapshot too")
            }
            let running = try RunningLab.find(sides.first)
            let (wanted, live) = try LabSnapshot.wantedAndLive(running)
            return (("what lab \(running.name) should be", wanted), ("lab \(running.name)", live))
        }
        return (try side(sides[0]), try side(sides[1]))
    }

    private func side(_ word: String) throws -> Side {
        if Self.isFile(word) { return (word, try LabSnapshot.read(word)) }
        if word.hasSuffix(".json") {
            throw CommandFailure(.usage, "there is no file \(word)", advice: "`netlab snapshot LAB -o FILE` writes one")
        }
        let running = try RunningLab.find(word)
        return ("lab \(running.name)", try LabSnapshot.take(running))
    }

    private static func isFile(_ word: String) -> Bool {
        switch PathKind(of: word) {
        case .absent, .directory: false
        default: true
        }
    }
}

extension SnapshotMode: ExpressibleByArgument {}
