import Daemon
import Foundation
import LabFiles
import NetlabTestSupport
import Synchronization

/// Runs cases one after another in this process, with a watch over each.
struct FuzzRun: Codable {
    static let casesPerProcess = 5_000
    /// Processor seconds after which a case counts as hanging. The slowest takes a small part of it.
    static let longestCase = 60.0
    /// Bytes of address space for the whole process: a case that wants more crashes here and not the machine.
    static let mostMemory: UInt = 8 << 30

    /// Where the tally and the number of the current case are written.
    var directory: String
    /// The checkout.
    var root: String
    var seed: UInt64
    var numbers: Range<Int>

    func run() throws {
        let corpus = try FuzzCorpus(root: root)
        // A sanitizer (scripts/sanitize) reserves terabytes of addresses for its own use.
        if getenv("ASAN_OPTIONS") == nil {
            var limit = rlimit(rlim_cur: Self.mostMemory, rlim_max: Self.mostMemory)
            setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
        }
        let current = open("\(directory)/current", O_CREAT | O_WRONLY | O_CLOEXEC, 0o600)
        defer { close(current) }
        let watch = Watch(directory: directory)
        var tally = FuzzTally()
        for number in numbers {
            var bytes = (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
            pwrite(current, &bytes, 8, 0)
            let start = watch.begin(number)
            let sample = FuzzCase(seed: seed, number: number, corpus: corpus)
            let answer = FuzzAnswer(sample)
            tally.byFormat[sample.format.rawValue, default: 0] += 1
            if answer.isPlanned { tally.planned += 1 } else { tally.refused += 1 }
            for fault in answer.faults { tally.faults.append("case \(number) of seed \(seed): \(fault)") }
            let time = Watch.processorTime() - start
            if time > tally.slowest { (tally.slowest, tally.slowestCase) = (time, number) }
            if tally.faults.count > 20 { break }
            if number % 100 == 0 { try tally.write(directory) }
        }
        watch.end()
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        tally.memory = usage.ru_maxrss << 10
        tally.isComplete = true
        try tally.write(directory)
    }
}

/// Ends the process when one case uses too much processor time; a loaded machine is no reason.
private final class Watch: Sendable {
    private struct State {
        var number = -1
        var start = 0.0
        var hasEnded = false
    }

    private let state = Mutex(State())

    init(directory: String) {
        let thread = Thread { [self] in
            while true {
                sleep(1)
                let now = Self.processorTime()
                let late: Int? = state.withLock { state -> Int? in
                    if state.hasEnded { return -1 }
                    return state.number >= 0 && now - state.start > FuzzRun.longestCase ? state.number : nil
                }
                if late == -1 { return }
                guard late != nil else { continue }
                var tally = FuzzTally.read(directory)
                tally.hangs += 1
                try? tally.write(directory)
                _exit(3)
            }
        }
        thread.start()
    }

    /// Notes that a case begins, and answers the time.
    func begin(_ number: Int) -> Double {
        let now = Self.processorTime()
        state.withLock { ($0.number, $0.start) = (number, now) }
        return now
    }

    func end() { state.withLock { $0.hasEnded = true } }

    /// Seconds of processor time that this process has used.
    static func processorTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
