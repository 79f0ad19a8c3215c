import KubernetesModel
import Testing

@Suite struct TabWriterTests {
    /// Expected texts follow the examples and rules of Go's text/tabwriter.
    @Test(
        "columns are runs of adjacent lines, cells end in a tab, and what follows the last tab is free",
        arguments: [
            ("a\tb\tc\n", 0, 1, "a b c\n"),
            ("a\tb\tc\naa\tbb\tcc\n", 0, 1, "a  b  c\naa bb cc\n"),
            ("a\tb\t\naa\tbb\t\n", 0, 1, "a  b  \naa bb \n"),
            ("a\tb\n", 5, 0, "a    b\n"),
            ("a\tb\n", 5, 3, "a    b\n"),
            ("abc\tb\n", 5, 3, "abc   b\n"),
            ("a\tx\n\nbbbb\tx\n", 0, 1, "a x\n\nbbbb x\n"),
            ("a\tx\nplain\nbbbb\tx\n", 0, 1, "a x\nplain\nbbbb x\n"),
            ("1\t22\t3\nlong\tx\n1\t22\t3\n", 0, 1, "1    22 3\nlong x\n1    22 3\n"),
            ("\t\t\tx\t\n1\t2\t3\ty\t\n", 0, 2, "         x  \n1  2  3  y  \n"),
            ("ü\tb\nuu\tb\n", 0, 1, "ü  b\nuu b\n"),
            ("", 0, 1, ""),
        ])
    func aligns(text: String, minimumWidth: Int, padding: Int, expected: String) {
        #expect(TabWriter(minimumWidth: minimumWidth, padding: padding).format(text) == expected)
    }
}
