/// What is left out of a comparison: one pattern a line, of three parts.
///
///     NAMESPACE KIND LINE
///
/// Each is a text in which `*` stands for anything. KIND is one of ``Fact/Kind``, or `*`. `#` begins a comment line.
package struct Noise: Hashable, Sendable {
    struct Pattern: Hashable, Sendable {
        var namespace: String
        var kind: String
        var line: String
    }

    var patterns: [Pattern]

    /// The default list, as `netlab diff --print-ignore` prints it.
    ///
    /// Indexes, counters, ages and learnt neighbours need no line: they are not in a snapshot.
    package static let usualText = """
        # NAMESPACE KIND LINE; * stands for anything.
        # IPv6 makes these by itself on links that are set up by hand.
        * address inet6 fe80::*
        * route fe80::*
        * route *local fe80::*
        * route *anycast fe80::*
        * route *multicast ff00::/8*

        """

    package static let usual: Noise = (try? Noise(usualText)) ?? Noise()

    /// Leaves out nothing.
    package init() { patterns = [] }

    /// A line that is no pattern.
    package struct Fault: Error, Hashable, Sendable, CustomStringConvertible {
        package var line: Int
        package var message: String
        package var description: String { "line \(line): \(message)" }
    }

    /// Reads the lines of a file.
    ///
    /// - Throws: the first line that has not three parts, or names no kind.
    package init(_ text: String) throws(Fault) {
        patterns = []
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (index, line) in lines.enumerated() {
            let words = line.split(maxSplits: 2, whereSeparator: { $0 == " " || $0 == "\t" })
            guard let first = words.first, !first.hasPrefix("#") else { continue }
            guard words.count == 3 else {
                throw Fault(line: index + 1, message: "expected NAMESPACE KIND LINE, such as * route fe80::*")
            }
            guard words[1] == "*" || Fact.Kind(rawValue: String(words[1])) != nil else {
                let kinds = Fact.Kind.allCases.map(\.rawValue).joined(separator: ", ")
                throw Fault(line: index + 1, message: "there is no kind \(words[1]); there are \(kinds), and *")
            }
            var rest = words[2]
            while rest.last?.isWhitespace == true { rest.removeLast() }
            patterns.append(
                Pattern(namespace: String(words[0]), kind: String(words[1]), line: String(rest)))
        }
    }

    /// Whether a line is left out.
    package func covers(_ fact: Fact) -> Bool {
        patterns.contains { pattern in
            (pattern.kind == "*" || pattern.kind == fact.kind.rawValue)
                && Self.matches(Array(fact.namespace.utf8), Array(pattern.namespace.utf8))
                && Self.matches(Array(fact.text.utf8), Array(pattern.line.utf8))
        }
    }

    /// Goes back to the last `*` only, so that no pattern takes more than the product of the lengths.
    private static func matches(_ text: [UInt8], _ pattern: [UInt8]) -> Bool {
        var (at, place) = (0, 0)
        var star: (pattern: Int, text: Int)?
        while at < text.count {
            if place < pattern.count, pattern[place] == UInt8(ascii: "*") {
                star = (place, at)
                place += 1
            } else if place < pattern.count, pattern[place] == text[at] {
                at += 1
                place += 1
            } else if let last = star {
                star = (last.pattern, last.text + 1)
                place = last.pattern + 1
                at = last.text + 1
            } else {
                return false
            }
        }
        return pattern[place...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
