import Foundation
import NetlabTestSupport

/// What a run of cases came to; written by the process that ran them, read by the test.
struct FuzzTally: Codable {
    var byFormat: [String: Int] = [:]
    var refused = 0
    var planned = 0
    var crashes = 0
    var hangs = 0
    /// Processor time in seconds, and the case that took it.
    var slowest = 0.0
    var slowestCase = -1
    /// Largest resident size in bytes.
    var memory = 0
    /// Answers that were none: each a sentence with seed and number.
    var faults: [String] = []
    var isComplete = false
    /// The case being run, or the last one.
    var current = -1

    var cases: Int { byFormat.values.reduce(0, +) }

    var formats: String {
        FuzzCase.Format.allCases.map { "\($0.rawValue) \(byFormat[$0.rawValue, default: 0])" }.joined(separator: ", ")
    }

    var slowestText: String { "\(Int((slowest * 1000).rounded())) ms (number \(slowestCase))" }

    mutating func add(_ other: FuzzTally) {
        byFormat.merge(other.byFormat, uniquingKeysWith: +)
        refused += other.refused
        planned += other.planned
        hangs += other.hangs
        memory = max(memory, other.memory)
        if other.slowest > slowest { (slowest, slowestCase) = (other.slowest, other.slowestCase) }
    }

    /// The tally that a process left, with the number of the case it was at.
    static func read(_ directory: String) -> FuzzTally {
        func data(_ name: String) -> Data? { try? Data(contentsOf: URL(filePath: "\(directory)/\(name)")) }
        var tally = data("tally").flatMap { try? JSONDecoder().decode(FuzzTally.self, from: $0) } ?? FuzzTally()
        if let current = data("current"), current.count == 8 {
            tally.current = current.enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
        }
        return tally
    }

    func write(_ directory: String) throws {
        try JSONEncoder().encode(self).write(to: URL(filePath: "\(directory)/tally"), options: .atomic)
    }
}
