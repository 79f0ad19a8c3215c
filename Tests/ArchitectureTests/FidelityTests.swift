import FoundationEssentials
import Testing

/// `docs/fidelity.md` promises a test for each rule, `docs/security.md` for each threat. Here is that those tests exist.
struct FidelityTests {
    /// `KernelTests/Relay/RelayTCPTests: display name`, as it stands between backticks in a table.
    private struct Citation {
        var file: Substring
        var name: Substring

        init?(_ text: Substring) {
            guard let colon = text.firstRange(of: "Tests: ") else { return nil }
            file = text[..<text.index(colon.lowerBound, offsetBy: 5)]
            name = text[colon.upperBound...]
        }
    }

    private static func citations(in document: String) throws -> [Citation] {
        let text = try #require(RepositoryTree.text(document))
        return text.split(separator: "\n").filter { $0.hasPrefix("|") }.flatMap { line in
            // Odd pieces stand between backticks.
            line.split(separator: "`", omittingEmptySubsequences: false).enumerated()
                .filter { !$0.offset.isMultiple(of: 2) }.compactMap { Citation($0.element) }
        }
    }

    @Test(
        "every test that docs/fidelity.md and docs/security.md name exists, in the file it names",
        arguments: [("docs/fidelity.md", 60), ("docs/security.md", 20)])
    func citedTestsExist(document: String, least: Int) throws {
        let citations = try Self.citations(in: document)
        #expect(citations.count > least, "the table was read")
        for citation in citations {
            let path = "Tests/\(citation.file).swift"
            guard let source = RepositoryTree.text(path) else {
                Issue.record("\(document): \(path) does not exist")
                continue
            }
            // Display names are literals on one line, whether or not the attribute is broken over several.
            // A Bool, so that a failure does not print the whole file.
            let exists = source.contains("\"\(citation.name)\"")
            #expect(exists, "\(document): no test of this name in \(path): \(citation.name)")
        }
    }

    @Test("every threat in docs/security.md names a test")
    func everyThreatIsHeld() throws {
        let text = try #require(RepositoryTree.text("docs/security.md"))
        let rows = text.split(separator: "\n").filter { $0.firstMatch(of: /^\| [1-9]\.[0-9]/) != nil }
        #expect(rows.count > 20)
        for row in rows { #expect(row.contains("Tests: "), "\(row)") }
    }

    @Test("every row of docs/fidelity.md about a rule names a test, or says that there is none yet")
    func everyRowIsHeld() throws {
        let text = try #require(RepositoryTree.text("docs/fidelity.md"))
        let rules = text.split(separator: "\n").filter { $0.firstMatch(of: /^\| [1-9]/) != nil }
        #expect(rules.count > 50)
        for row in rules {
            #expect(row.contains("Tests: ") || row.contains("not yet"), "\(row)")
        }
    }
}
