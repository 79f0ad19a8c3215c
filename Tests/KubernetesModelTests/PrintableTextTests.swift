import KubernetesModel
import Testing

@Suite struct PrintableTextTests {
    @Test(
        "control characters and what turns writing round are shown, not passed on",
        arguments: [
            ("\u{1b}[2J", "^[[2J"), ("a\nb\tc\r", "a^Jb^Ic^M"), ("\u{7f}\0", "^?^@"), ("\u{9b}31m", "<U+009B>31m"),
            ("\u{202e}txt", "<U+202E>txt"), ("a\u{2028}b\u{200b}", "a<U+2028>b<U+200B>"), ("\u{feff}", "<U+FEFF>"),
        ])
    func controlsAreShown(text: String, shown: String) { #expect(text.printable == shown) }

    @Test("everything else stays as it is", arguments: ["", "kind-worker", "Préparing 📦 🕹️ ✓ •", "日本語 …"])
    func restStays(text: String) { #expect(text.printable == text) }
}
