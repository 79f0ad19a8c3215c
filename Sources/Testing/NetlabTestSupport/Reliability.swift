internal import Glibc

/// What tests that run the same thing many times share: how often, and the line of figures each ends with.
///
/// Such suites are called `...ReliabilityTests`, which is how `scripts/test-reliability` finds them. Every run of the
/// tests has their short form; `NETLAB_RELIABILITY=full` chooses the long one.
package enum Reliability {
    /// Whether the long form was asked for.
    package static let isFull: Bool = {
        guard let value = getenv("NETLAB_RELIABILITY") else { return false }
        return String(cString: value) == "full"
    }()

    /// How many rounds this run makes.
    package static func rounds(short: Int, full: Int) -> Int { isFull ? full : short }

    /// Prints one row of the summary: `reliability: PART: WHAT: FIGURES`. Called once what it counts has been seen.
    ///
    /// - Parameters:
    ///   - part: the group of rows in `docs/reliability.md`: `crash`, `ownership`, `leaks`, `proxy`, `input`,
    ///     `security`, `drift`, `load`.
    ///   - what: what was tried, the same words in every run.
    ///   - figures: counts and measurements with their units.
    package static func report(_ part: String, _ what: String, _ figures: String) {
        let line = Array("reliability: \(part): \(what): \(figures)\n".utf8)
        // One write for the whole line: other tests print meanwhile.
        _ = line.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
    }
}
