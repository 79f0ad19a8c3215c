import Foundation
import NetlabTestSupport
import Testing

/// Damaged lab files and `--set` words, by the thousand, through everything that `up --dry-run` does.
///
/// The cases run in processes of their own, so that one that crashes or never ends is counted and named. Any case can be
/// made again: `NETLAB_FUZZ_SEED=S NETLAB_FUZZ_FIRST=N NETLAB_FUZZ_COUNT=1 swift test --filter InputReliabilityTests`;
/// with `NETLAB_FUZZ_KEEP=DIRECTORY` it is written there as lab directories first.
@Suite struct InputReliabilityTests {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    /// A number from the environment.
    private static func setting(_ name: String, _ usual: Int) -> Int {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? usual
    }

    @Test("design 11: whatever the files say, the answer is a plan or a list of problems: no crash, no hang")
    func damagedLabs() async throws {
        let seed = Self.setting("NETLAB_FUZZ_SEED", 1)
        let first = Self.setting("NETLAB_FUZZ_FIRST", 0)
        let count = Self.setting("NETLAB_FUZZ_COUNT", Reliability.rounds(short: 2_000, full: 200_000))
        let corpus = try FuzzCorpus(root: Self.root)
        var total = FuzzTally()
        if let kept = ProcessInfo.processInfo.environment["NETLAB_FUZZ_KEEP"] {
            for number in first..<first + min(count, 100) {
                try FuzzCase(seed: UInt64(seed), number: number, corpus: corpus).write(to: "\(kept)/\(number)")
            }
        }
        var next = first
        while next < first + count {
            let (from, upTo) = (next, min(first + count, next + FuzzRun.casesPerProcess))
            let directory = NSTemporaryDirectory() + "/netlab-fuzz-\(UUID().uuidString)"
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: directory) }
            let run = FuzzRun(directory: directory, root: Self.root, seed: UInt64(seed), numbers: from..<upTo)
            let exit = await #expect(processExitsWith: .success, "cases \(from)..<\(upTo) of seed \(seed)") {
                [run = run as FuzzRun] in try run.run()
            }
            let tally = FuzzTally.read(directory)
            total.add(tally)
            next = upTo
            for fault in tally.faults { Issue.record("\(fault)") }
            guard exit == nil || !tally.isComplete else { continue }
            // It ended in the middle of a case: keep that case as files, and go on behind it.
            let number = tally.current
            guard number >= from else {
                Issue.record("the process for cases \(from)..<\(upTo) ended before the first of them")
                break
            }
            let kept = NSTemporaryDirectory() + "/netlab-fuzz-seed\(seed)-case\(number)"
            try? FuzzCase(seed: UInt64(seed), number: number, corpus: corpus).write(to: kept)
            Issue.record("case \(number) of seed \(seed) ended the process; its files are in \(kept)")
            total.crashes += 1
            next = number + 1
        }
        Reliability.report(
            "input", "damaged files and --set words through up --dry-run, in process",
            "\(total.cases) cases of seed \(seed) (\(total.formats)): \(total.refused) refused, \(total.planned) planned, "
                + "\(total.crashes) crashes, \(total.hangs) hangs; slowest case \(total.slowestText); "
                + "at most \(total.memory >> 20) MiB")
    }
}
