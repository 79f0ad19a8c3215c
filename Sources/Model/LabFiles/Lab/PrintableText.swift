internal import KubernetesModel

/// Makes text from a stranger's file fit to be printed in a message: one line, of bearable length, that does nothing to
/// the terminal.
///
/// A key may hold anything that YAML can write, escape sequences and marks that turn the reading direction round
/// included. Those are shown by their code points.
enum PrintableText {
    /// The text, as `String.printable` shows it, and its middle left out when it is longer than this, in UTF-8 bytes.
    static func of(_ text: String, longest: Int) -> String {
        // First too: what is left out need not be made printable.
        shortened(shortened(text, longest).printable, longest)
    }

    /// A remark that names the letters which are not ASCII, in a word that should be: a Cyrillic Р looks like a P.
    static func lookalikes(in word: String) -> String {
        let letters = word.unicodeScalars.filter { !$0.isASCII }.prefix(4)
        guard !letters.isEmpty else { return "" }
        return " (with " + letters.map { "U+" + String($0.value, radix: 16, uppercase: true) }.joined(separator: ", ")
            + ")"
    }

    /// Both ends: the start names the fault, and the end often says what is wrong with it.
    private static func shortened(_ text: String, _ longest: Int) -> String {
        guard text.utf8.count > longest else { return text }
        let scalars = text.unicodeScalars
        let short = start(of: scalars, longest / 2) + ["…"] + start(of: scalars.reversed(), longest / 2).reversed()
        return String(String.UnicodeScalarView(short))
    }

    /// As many of the first scalars as fit into so many bytes.
    private static func start(of scalars: some Sequence<Unicode.Scalar>, _ bytes: Int) -> [Unicode.Scalar] {
        var left = bytes
        return Array(
            scalars.prefix { scalar in
                left -= UTF8.width(scalar)
                return left >= 0
            })
    }
}
