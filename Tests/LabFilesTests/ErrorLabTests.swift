import Foundation
import LabFiles
import Testing

/// Every directory of labs/errors against its golden `expected.txt` (labs/errors/README.md has the format).
@Suite struct ErrorLabTests {
    static let names = RepositoryFiles.directories(in: "labs/errors")

    @Test("design 11: a faulty lab is answered with every problem, file:line and field", arguments: names)
    func faultyLabPrintsItsGoldenMessage(_ name: String) throws {
        let path = "labs/errors/\(name)"
        let golden = RepositoryFiles.root.appending(path: "\(path)/expected.txt")
        let actual = Self.report(path)
        if ProcessInfo.processInfo.environment["NETLAB_RECORD"] == "1" {
            try Data(actual.utf8).write(to: golden)
            Issue.record("recorded \(path)/expected.txt; look at it, then run without NETLAB_RECORD")
            return
        }
        #expect(try RepositoryFiles.text("\(path)/expected.txt") == actual)
    }

    @Test("labs/errors covers at least the faults the issue names")
    func enoughFaultyLabs() {
        #expect(Self.names.count >= 18)
    }

    /// The exit code, then what is printed to standard error.
    static func report(_ path: String) -> String {
        do {
            let lab = try LabFiles.parse(RepositoryFiles.source(path))
            return "exit 0\n" + lab.warnings.map { "\($0)\n" }.joined()
        } catch {
            return "exit 2\n\(error)\n"
        }
    }
}
