import Testing

@Suite struct SourceTextTests {
    @Test(arguments: [
        ("a // b\nc", "a \nc"), ("a /* b /* c */ d */ e", "a  e"), (#"f("b // c") g"#, #"f("") g"#),
        (#"x = "a\(f("b") + c)d" + e"#, #"x = "" f("") + c  + e"#), (##"y = #"a\(b)"c"# + d"##, #"y = "" + d"#),
        ("z = \"\"\"\n  a \"b\" c\n  \"\"\" + d", "z = \"\"\n\n + d"), (#"q = "a\"b" + c"#, #"q = "" + c"#),
        ("/* a\nb */ c", "\n c"),
    ])
    func commentsAndStringTextAreTakenOut(text: String, code: String) {
        #expect(SourceText(text).code == code)
    }
}
