/// The code of a Swift file without its comments and the text of its string literals.
///
/// The rules look for words, and a word in a comment or a message is no use of it. Lines keep their numbers. What stands
/// in a string interpolation is code and is kept. Regular expression literals are not known: the rules would see their
/// text as code, and none of the words looked for belongs in one.
struct SourceText {
    private(set) var code = ""
    private var rest: Substring

    init(_ text: String) {
        rest = text[...]
        scanCode(until: nil)
    }

    /// The code's lines, the first with number 1.
    var lines: [(number: Int, text: Substring)] {
        code.split(separator: "\n", omittingEmptySubsequences: false).enumerated().map { ($0.offset + 1, $0.element) }
    }

    /// Copies code; with a closing parenthesis asked for, stops behind the one that matches.
    private mutating func scanCode(until closing: Character?) {
        var depth = 0
        while let character = rest.first {
            if rest.hasPrefix("//") {
                rest = rest.drop { !$0.isNewline }
            } else if rest.hasPrefix("/*") {
                skipBlockComment()
            } else if let hashes = openingHashes() {
                scanString(hashes: hashes)
            } else {
                rest.removeFirst()
                if closing != nil {
                    if character == "(" { depth += 1 }
                    if character == ")" {
                        if depth == 0 { return }
                        depth -= 1
                    }
                }
                code.append(character)
            }
        }
    }

    private mutating func skipBlockComment() {
        var depth = 0
        while !rest.isEmpty {
            if rest.hasPrefix("/*") {
                depth += 1
                rest.removeFirst(2)
            } else if rest.hasPrefix("*/") {
                depth -= 1
                rest.removeFirst(2)
                if depth == 0 { return }
            } else {
                keepNewline(rest.removeFirst())
            }
        }
    }

    /// How many `#` open the string literal that starts here; nil when none does.
    private func openingHashes() -> Int? {
        let hashes = rest.prefix { $0 == "#" }
        return rest.dropFirst(hashes.count).first == "\"" ? hashes.count : nil
    }

    private mutating func scanString(hashes: Int) {
        let pound = String(repeating: "#", count: hashes)
        rest.removeFirst(hashes)
        let quote = rest.hasPrefix("\"\"\"") ? "\"\"\"" : "\""
        rest.removeFirst(quote.count)
        code += "\"\""
        while let character = rest.first {
            if rest.hasPrefix(quote + pound) {
                rest.removeFirst(quote.count + hashes)
                return
            }
            if rest.hasPrefix("\\" + pound + "(") {
                rest.removeFirst(hashes + 2)
                code.append(" ")
                scanCode(until: ")")
                code.append(" ")
            } else if rest.hasPrefix("\\" + pound) {
                rest.removeFirst(hashes + 1)
                if let escaped = rest.popFirst() { keepNewline(escaped) }
            } else {
                rest.removeFirst()
                keepNewline(character)
                if quote.count == 1, character.isNewline { return }
            }
        }
    }

    private mutating func keepNewline(_ character: Character) {
        if character.isNewline { code.append("\n") }
    }
}
