import Foundation
import Preflight
import Testing

/// The table of checks in docs/commands.md and the checks there are.
struct DoctorGuideTests {
    private static let rows: Result<[(id: String, need: String)], any Error> = Result {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let guide = try String(contentsOf: root.appending(path: "docs/commands.md"), encoding: .utf8)
        let start = guide.range(of: "\n### netlab doctor\n")?.upperBound ?? guide.endIndex
        let section = guide[start...].prefix(upTo: guide[start...].range(of: "\n### ")?.lowerBound ?? guide.endIndex)
        return section.matches(of: /(?m)^\| `([a-z-]+\.[a-z-]+)` \|.*\| ([^|]+) \|$/).map {
            (String($0.1), String($0.2))
        }
    }

    @Test("the table lists every check once, in the report's order, with who needs it")
    func table() throws {
        let rows = try Self.rows.get()
        #expect(rows.map(\.id) == Check.all.map(\.id))
        for (row, check) in zip(rows, Check.all) {
            let asked = check.isEssential ? "; asked by `up`" : ""
            #expect(row.need == check.need.text + asked, "\(row.id)")
        }
    }
}
