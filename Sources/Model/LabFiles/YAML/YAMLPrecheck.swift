/// What is checked in a file's bytes before the YAML library sees them.
///
/// The library copies an alias's target by reference but hashes mapping keys in full and recurses without a limit,
/// so a small hostile file could take for ever or overflow the stack. Real lab files come nowhere near the limits.
enum YAMLPrecheck {
    static let largestFile = 1 << 20
    static let deepestNesting = 100
    static let mostAliases = 100
    /// Nodes after aliases are expanded.
    static let mostNodes = 100_000

    /// The file's text, or the problem that keeps it from being read.
    static func text(of bytes: [UInt8], file: String) -> Result<String, LabProblems> {
        func failure(_ message: String, line: Int? = nil, expected: String? = nil) -> Result<String, LabProblems> {
            .failure(LabProblems([Problem(at: SourcePlace(file: file, line: line), message, expected: expected)]))
        }
        guard bytes.count <= largestFile else {
            return failure("the file has \(bytes.count) bytes", expected: "at most \(largestFile)")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            return failure("the file is not UTF-8 text", line: lineOfInvalidUTF8(bytes), expected: "UTF-8")
        }
        if let line = lineOfDeepNesting(bytes) {
            return failure("values are nested too deeply", line: line, expected: "at most \(deepestNesting) levels")
        }
        if let line = lineOfAliasAbuse(bytes) {
            return failure(
                "too many aliases, or an alias or collection as a key", line: line,
                expected: "at most \(mostAliases) aliases, and text as keys")
        }
        return .success(text.hasPrefix("\u{feff}") ? String(text.unicodeScalars.dropFirst()) : text)
    }

    private static func lineOfInvalidUTF8(_ bytes: [UInt8]) -> Int {
        var line = 1
        for part in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            guard String(validating: part, as: UTF8.self) != nil else { return line }
            line += 1
        }
        return line
    }

    /// An upper bound on depth from brackets and from the indentation and dashes before a line's first word.
    private static func lineOfDeepNesting(_ bytes: [UInt8]) -> Int? {
        var line = 1
        var flowDepth = 0
        var prefix = 0
        var inPrefix = true
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                if byte == UInt8(ascii: "\n") { line += 1 }
                (prefix, inPrefix) = (0, true)
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                flowDepth += 1
                inPrefix = false
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                flowDepth = max(0, flowDepth - 1)
            case UInt8(ascii: " "), UInt8(ascii: "-"), UInt8(ascii: "?"), UInt8(ascii: ":"), UInt8(ascii: "\t"):
                if inPrefix { prefix += 1 }
            default:
                inPrefix = false
            }
            if flowDepth > deepestNesting || prefix > 2 * deepestNesting && byte != UInt8(ascii: "-") { return line }
        }
        return nil
    }

    /// Looks for words that read as aliases, only when the file has words that read as anchors.
    private static func lineOfAliasAbuse(_ bytes: [UInt8]) -> Int? {
        var anchors = false
        var aliases = 0
        for (index, part) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            let found = AliasScan(part)
            anchors = anchors || found.anchors
            aliases += found.aliases
            if anchors, aliases > mostAliases || found.complexKey { return index + 1 }
        }
        return nil
    }
}

/// What one line shows of anchors and aliases, seen from its text alone.
private struct AliasScan {
    var anchors = false
    var aliases = 0
    var complexKey = false

    init(_ line: ArraySlice<UInt8>) {
        var previous = UInt8(ascii: " ")
        var inAlias = false
        var afterAlias = false
        for byte in line {
            let startsWord = " \t[{,-:?".utf8.contains(previous)
            if byte == UInt8(ascii: "&"), startsWord { anchors = true }
            if byte == UInt8(ascii: "*"), startsWord {
                aliases += 1
                (inAlias, afterAlias) = (true, true)
            } else if inAlias, byte == UInt8(ascii: " ") || byte == UInt8(ascii: ":") {
                inAlias = false
            } else if !inAlias, byte != UInt8(ascii: " "), byte != UInt8(ascii: ":") {
                afterAlias = false
            }
            let closesCollection = previous == UInt8(ascii: "]") || previous == UInt8(ascii: "}")
            if byte == UInt8(ascii: ":"), afterAlias || closesCollection { complexKey = true }
            if byte == UInt8(ascii: "?"), startsWord { complexKey = true }
            if byte != UInt8(ascii: " ") || !closesCollection { previous = byte }
        }
    }
}
