/// Marks one of several equal keys with a private-use character, so that the YAML library, which refuses duplicate
/// keys outright, reads the rest of the file.
enum DuplicateKeyMark {
    private static let mark: Unicode.Scalar = "\u{e0f1}"

    /// The text with the mark put into the key that starts at this place; nil when that cannot be done (the key
    /// carries an anchor or a tag, or the text uses the mark's character itself at that place).
    ///
    /// - Parameters:
    ///   - line: counted from 1 by the YAML library's line breaks: LF, CR, CRLF, NEL, LS, PS.
    ///   - column: counted from 1 in Unicode scalars.
    static func marking(_ text: String, line: Int, column: Int) -> String? {
        var scalars = text.unicodeScalars
        var index = scalars.startIndex
        var current = 1
        while current < line, index < scalars.endIndex {
            let scalar = scalars[index]
            index = scalars.index(after: index)
            if scalar == "\r", index < scalars.endIndex, scalars[index] == "\n" { continue }
            if ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"].contains(scalar) { current += 1 }
        }
        guard current == line,
            let start = scalars.index(index, offsetBy: column - 1, limitedBy: scalars.endIndex),
            start < scalars.endIndex
        else { return nil }
        switch scalars[start] {
        case "&", "!", "*", "[", "{", "?": return nil
        case "\"", "'": scalars.insert(mark, at: scalars.index(after: start))
        default: scalars.insert(mark, at: start)
        }
        return String(scalars)
    }

    /// The key as it was written, and whether it was marked.
    static func unmarked(_ key: String) -> (key: String, wasMarked: Bool) {
        guard key.unicodeScalars.first == mark else { return (key, false) }
        return (String(String.UnicodeScalarView(key.unicodeScalars.drop { $0 == mark })), true)
    }
}
