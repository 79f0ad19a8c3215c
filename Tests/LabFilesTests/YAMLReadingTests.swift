import LabFiles
import Testing

/// Text that is barely YAML, or YAML that means harm.
@Suite struct YAMLReadingTests {
    private func firstProblem(_ bytes: [UInt8]) -> String? {
        let source = LabSource(path: "lab", defaultName: "lab", kind: LabFile(path: "kind.yaml", bytes: bytes))
        do {
            _ = try LabFiles.parse(source)
            return nil
        } catch {
            return error.problems.first?.description
        }
    }

    @Test("design 11: bytes that are no UTF-8 are refused with their line")
    func invalidUTF8() {
        #expect(
            firstProblem(Array("a: 1\nb: ".utf8) + [0xff, 0xfe])
                == "kind.yaml:2: the file is not UTF-8 text; expected UTF-8")
    }

    @Test("CRLF line ends and a byte order mark change nothing")
    func windowsText() throws {
        let windows = "\u{feff}" + goodKind.replacing("\n", with: "\r\n")
        #expect(try parse(kind: windows).kind == parse().kind)
    }

    @Test("a file beyond the size cap is refused before it is parsed")
    func tooLarge() {
        let bytes = [UInt8](repeating: UInt8(ascii: "#"), count: 1 << 20 | 1)
        #expect(firstProblem(bytes)?.hasPrefix("kind.yaml: the file has 1048577 bytes") == true)
    }

    @Test(
        "values nested beyond any real file are refused, not recursed into",
        arguments: [
            String(repeating: "[", count: 50_000), String(repeating: "{a: ", count: 5_000),
            String(repeating: "- ", count: 5_000) + "x", String(repeating: "? ", count: 5_000) + "x",
        ])
    func deepNesting(_ text: String) {
        #expect(firstProblem(Array(text.utf8))?.contains("nested too deeply") == true)
    }

    @Test(
        "aliases are counted, and may not be keys",
        arguments: [
            "a: &a 1\nb: [" + String(repeating: "*a, ", count: 200) + "]",
            "a: &a [1]\n*a : 2", "a: &a [1]\n? *a\n: 2", "a: &a [1]\n[*a]: 2", "a: &a [1]\nb: {*a : 1}",
        ])
    func aliasAbuse(_ text: String) {
        #expect(
            firstProblem(Array(text.utf8))?.contains("too many aliases, or an alias or collection as a key") == true)
    }

    @Test("anchors, aliases and merge keys work as in Go's YAML")
    func aliases() throws {
        let lab = try parse(
            kind: kindHead + "nodes:\n- &first\n  labels: {tier: front}\n- <<: *first\n  role: worker\nnetworking: "
                + "{disableDefaultCNI: true}")
        #expect(lab.kind.nodes.map(\.labels) == [["tier": "front"], ["tier": "front"]])
        #expect(lab.kind.nodes.map(\.role) == [.controlPlane, .worker])
    }

    @Test("an alias that is used again and again by others is not expanded without end")
    func aliasBomb() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            let uses = [String](repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(uses)]\n"
        }
        #expect(firstProblem(Array(text.utf8))?.contains("too large once its aliases are expanded") == true)
    }

    @Test("every duplicate key is reported, quoted ones too, and the rest of the file is still checked")
    func duplicates() {
        let text =
            kindHead + "name: a\n\"name\": b\nname: c\nnodes:\n- role: control-plane\n  role: worker\n- role: wroker\n"
        #expect(
            report(kind: text) == [
                "kind.yaml:4: name: duplicate key \"name\"; expected it once; the first is on line 3",
                "kind.yaml:5: name: duplicate key \"name\"; expected it once; the first is on line 3",
                "kind.yaml:8: role: duplicate key \"role\"; expected it once; the first is on line 7",
                "kind.yaml:9: nodes[1].role: \"wroker\" is not a valid node role; expected control-plane or worker",
            ])
    }

    @Test(
        "a syntax error names its line",
        arguments: [
            ("a: b: c\n", 1), ("a:\n\t- b\n", 2), ("a: [1\nb: 2\n", 2), ("a: \"x\n", 2), ("a: 1\n b: 2\n", 2),
            ("a: *nowhere\n", 1),
        ])
    func syntax(_ text: String, _ line: Int) {
        let problem = firstProblem(Array(text.utf8))
        #expect(problem?.hasPrefix("kind.yaml:\(line): YAML syntax: ") == true, "\(problem ?? "")")
    }

    @Test("a control character is a syntax error with its line")
    func controlCharacter() {
        #expect(firstProblem(Array("a: 1\nb: \u{1}\n".utf8))?.hasPrefix("kind.yaml:2: YAML syntax:") == true)
    }
}
