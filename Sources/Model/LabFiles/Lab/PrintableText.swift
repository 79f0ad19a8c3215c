internal import KubernetesModel

/// Makes text from a stranger's file fit to be printed in a message: one line, of bearable length, that does nothing to
/// the terminal.
///
/// A key may hold anything that YAML can write, escape sequences and marks that turn the reading direction round
/// included. Those are shown by their code points.
enum PrintableText {
    /// The text, as `String.printable` shows it, and its middle left out when it is longer than this.
    static func of(_ text: String, longest: Int) -> String {
        String(shortened(text.unicodeScalars, longest)).printable
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
}
