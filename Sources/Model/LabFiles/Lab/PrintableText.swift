/// Makes text from a stranger's file fit to be printed in a message: one line, of bearable length, that does nothing to
/// the terminal.
///
/// A key may hold anything that YAML can write, escape sequences and marks that turn the reading direction round
/// included. Those are shown by their code points.
enum PrintableText {
    /// The text with what cannot be seen written as `\u{202e}`, and its middle left out when it is longer than this.
    static func of(_ text: String, longest: Int) -> String {
        if text.utf8.count <= longest, text.utf8.allSatisfy({ (0x20...0x7e).contains($0) }) { return text }
        var shown = String.UnicodeScalarView()
        for scalar in shortened(text.unicodeScalars, longest) {
            if isVisible(scalar) {
                shown.append(scalar)
            } else {
                shown += "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars
            }
        }
        return String(shown)
    }

    /// A remark that names the letters which are not ASCII, in a word that should be: a Cyrillic Р looks like a P.
    static func lookalikes(in word: String) -> String {
        let letters = word.unicodeScalars.filter { !$0.isASCII }.prefix(4)
        guard !letters.isEmpty else { return "" }
        return " (with " + letters.map { "U+" + String($0.value, radix: 16, uppercase: true) }.joined(separator: ", ")
            + ")"
    }

    /// Both ends: the start names the fault, and the end often says what is wrong with it.
    private static func shortened(_ text: String.UnicodeScalarView, _ longest: Int) -> String.UnicodeScalarView {
        guard text.index(text.startIndex, offsetBy: longest, limitedBy: text.endIndex) != nil else { return text }
        var short = String.UnicodeScalarView(text.prefix(longest / 2))
        short.append("…")
        short += text.suffix(longest / 2)
        return short
    }

    private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        // The joiner inside an emoji and some scripts' words changes nothing but the shape of its neighbours.
        case .format: scalar == "\u{200d}"
        case .control, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
        default: true
        }
    }
}
