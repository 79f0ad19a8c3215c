/// Edits a YAML text the way people, tools and attackers get it wrong. Each edit takes the text as it finds it.
struct YAMLDamage {
    private(set) var bytes: [UInt8]
    private let other: [UInt8]
    /// Texts stay below this, except where size itself is the damage.
    private static let usualSize = 60_000

    init(_ bytes: [UInt8], other: [UInt8]) {
        self.bytes = bytes
        self.other = other
    }

    mutating func edit(_ draws: inout FuzzDraws) {
        switch draws.below(24) {
        case 0...6: lines(&draws, Self.setValue)
        case 7, 8: lines(&draws, Self.setKey)
        case 9, 10: lines(&draws) { $0.insert(Self.indent($0[$1]) + Self.entry(&$2), at: $1) }
        case 11: lines(&draws) { $0.insert($0[$1], at: $2.below($0.count)) }
        case 12: lines(&draws) { lines, index, _ in lines.remove(at: index) }
        case 13: lines(&draws) { $0.swapAt($1, $2.below($0.count)) }
        case 14: lines(&draws, Self.shift)
        case 15: lines(&draws, Self.repeatBlock)
        case 16: lines(&draws, Self.anchor)
        case 17: lines(&draws) { $0.insert($2.pick(Self.documents), at: $1) }
        case 18: splice(&draws)
        case 19: whole(&draws)
        default: damageBytes(&draws)
        }
        if bytes.count > Self.usualSize, !draws.oneIn(50) { bytes.removeLast(bytes.count - Self.usualSize) }
    }

    // MARK: Lines

    /// - Parameter change: is given all lines and the place of one of them.
    private mutating func lines(_ draws: inout FuzzDraws, _ change: (inout [String], Int, inout FuzzDraws) -> Void) {
        // Invalid bytes of an earlier edit are mended here; the edits on bytes come often enough without.
        var lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
            .map(String.init)
        change(&lines, draws.below(lines.count), &draws)
        bytes = Array(lines.joined(separator: "\n").utf8)
    }

    private static func indent(_ line: String) -> String { String(line.prefix { $0 == " " }) }

    private static func setValue(_ lines: inout [String], _ index: Int, _ draws: inout FuzzDraws) {
        guard let colon = lines[index].firstIndex(of: ":") else {
            return lines[index] += YAMLScalars.any(&draws)
        }
        let value =
            switch draws.below(20) {
            case 0: YAMLScalars.nested(&draws)
            case 1: "\n" + YAMLScalars.bomb(&draws, indent: indent(lines[index]) + "  ")
            case 2: "\"" + YAMLScalars.any(&draws) + "\""
            default: YAMLScalars.any(&draws)
            }
        lines[index] = lines[index][...colon] + " " + value
    }

    private static func setKey(_ lines: inout [String], _ index: Int, _ draws: inout FuzzDraws) {
        let line = lines[index]
        guard let colon = line.firstIndex(of: ":") else { return }
        let head = line.prefix { " -".contains($0) }
        let key = draws.oneIn(2) ? draws.pick(keys) : YAMLScalars.any(&draws)
        lines[index] = head + key + line[colon...]
    }

    private static func entry(_ draws: inout FuzzDraws) -> String {
        draws.pick(["", "", "- "]) + draws.pick(keys) + ": " + YAMLScalars.any(&draws)
    }

    private static func shift(_ lines: inout [String], _ index: Int, _ draws: inout FuzzDraws) {
        let blank = draws.pick([" ", "  ", "\t", "        ", "\u{a0}", "- ", "- - "])
        if draws.oneIn(2) {
            lines[index] = blank + lines[index]
        } else {
            lines[index] = String(lines[index].dropFirst(draws.below(3)))
        }
    }

    private static func repeatBlock(_ lines: inout [String], _ index: Int, _ draws: inout FuzzDraws) {
        let block = lines[index..<min(lines.count, index + 1 + draws.below(4))]
        let count = draws.oneIn(30) ? draws.pick([100, 2000]) : draws.below(6)
        for _ in 0..<count { lines.insert(contentsOf: block, at: index) }
    }

    private static func anchor(_ lines: inout [String], _ index: Int, _ draws: inout FuzzDraws) {
        let use = draws.pick([" *x", "\n<<: *x", " &x *x", " [*x, *x]"])
        for (place, mark) in [(index, " &x"), (draws.below(lines.count), use)] {
            guard let colon = lines[place].firstIndex(of: ":") else { continue }
            let rest = lines[place][lines[place].index(after: colon)...]
            lines[place] = lines[place][...colon] + mark + (place == index ? rest : "")
        }
    }

    private static let documents = [
        "---", "...", "--- |", "%YAML 1.2\n---", "%TAG ! tag:x,2000:\n---", "---\n---\n---", "--- []", "# comment",
        "\u{feff}---", "\u{85}", "\u{2028}", "\r", "\t", "   ",
    ]

    // MARK: The text as a whole

    private mutating func splice(_ draws: inout FuzzDraws) {
        guard !other.isEmpty else { return }
        let start = draws.below(other.count)
        let piece = other[start..<min(other.count, start + draws.below(400))]
        bytes.insert(contentsOf: piece, at: draws.below(bytes.count + 1))
    }

    private mutating func whole(_ draws: inout FuzzDraws) {
        let text = String(decoding: bytes, as: UTF8.self)
        switch draws.below(12) {
        case 0: bytes = []
        case 1: bytes = Array("# nothing\n\n".utf8)
        case 2: bytes = Array("\u{feff}".utf8) + bytes
        case 3: bytes = Array(text.replacing("\n", with: "\r\n").utf8)
        case 4: bytes = Array(text.replacing("\n", with: "\r").utf8)
        case 5: bytes = Array(text.replacing("  ", with: "\t").utf8)
        case 6: bytes = text.utf16.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }
        case 7: bytes += Array("---\n".utf8) + bytes
        case 8: bytes = Array((draws.oneIn(2) ? "[" : "").utf8) + Array(YAMLScalars.nested(&draws).utf8)
        case 9: bytes = Array(YAMLScalars.any(&draws).utf8)
        case 10 where draws.oneIn(20):
            bytes += [UInt8](repeating: draws.pick([32, 35, 10, 97, 0, 255]), count: draws.pick([100_000, 1_100_000]))
        default: bytes += Array(("\n" + YAMLScalars.bomb(&draws, indent: "")).utf8)
        }
    }

    private mutating func damageBytes(_ draws: inout FuzzDraws) {
        let start = draws.below(bytes.count)
        let end = min(bytes.count, start + draws.below(40))
        let words = [
            "*a", "&a ", ": ", "- ", "\n", "[", "{", "? ", "<<: ", "\t", "\"", "'", "null", "---\n", "\u{e0f1}", "|\n",
            "\u{0}", "\u{1}", "\u{2028}", "\u{feff}", "#", "]", "}", ",", "!!",
        ]
        guard !bytes.isEmpty else { return }
        switch draws.below(5) {
        case 0: bytes[start] = UInt8(draws.below(256))
        case 1: bytes.removeSubrange(start..<end)
        case 2: bytes.insert(contentsOf: bytes[start..<end], at: draws.below(bytes.count))
        case 3:
            bytes.insert(contentsOf: draws.pick([[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0x80], [0]]), at: start)
        default: bytes.insert(contentsOf: Array(draws.pick(words).utf8), at: start)
        }
    }
}
