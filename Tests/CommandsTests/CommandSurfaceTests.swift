import Foundation
import Testing

@testable import Commands

/// What the program promises before it does anything: its words, their help, and exit codes of what was mistyped.
struct CommandSurfaceTests {
    /// Every word that can be typed, with those below it.
    static let outlines: [CommandOutline] = CommandOutline.all.flatMap { [$0] + $0.subcommands }

    private static let guide: Result<String, any Error> = Result {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: "docs/commands.md"), encoding: .utf8)
    }

    @Test func wordsOfTheDesignAreThere() {
        let words = Set(CommandOutline.all.map(\.words))
        let promised: Set = [
            "up", "create", "cni", "down", "list", "status", "exec", "shell", "ps", "network", "routes", "nodes",
            "pods", "services", "service", "logs", "events", "capture", "observe", "test", "connectivity-test", "gc",
            "doctor", "version",
            "completion",
        ]
        #expect(promised.subtracting(words) == [])
    }

    @Test(arguments: outlines)
    func everyWordSaysWhatItDoesAndShowsExamples(outline: CommandOutline) throws {
        #expect(outline.abstract.hasSuffix("."))
        let examples = try #require(outline.discussion.range(of: "EXAMPLES:\n"))
        let first = outline.discussion[examples.upperBound...].split(separator: "\n").first ?? ""
        #expect(first.contains("netlab \(outline.words)"))
    }

    @Test(arguments: outlines)
    func everyWordHasASectionInTheGuideThatNamesItsOptions(outline: CommandOutline) throws {
        let guide = try Self.guide.get()
        let start = try #require(guide.range(of: "\n### netlab \(outline.words)\n"), "no section")
        let rest = guide[start.upperBound...]
        let section = rest[..<(rest.range(of: "\n##")?.lowerBound ?? rest.endIndex)]
        let options = outline.help.matches(of: /(?m)^ +(?:-\w, )?(--[a-z-]+)/).map { String($0.1) }
        #expect(options.contains("--help"))
        let missing = options.filter { $0 != "--help" && !section.contains($0) }
        #expect(missing == [], "not in the section of netlab \(outline.words)")
    }

    @Test func guideHasNoSectionOfAWordThatIsNotThere() throws {
        let sections = try Self.guide.get().matches(of: /(?m)^### netlab (.+)$/).map { String($0.1) }
        #expect(Set(sections).subtracting(Self.outlines.map(\.words)) == [])
    }

    @Test(arguments: outlines)
    func helpIsNoErrorAndAnUnknownOptionIsWrongUsage(outline: CommandOutline) {
        let words = outline.words.split(separator: " ").map(String.init)
        #expect(exitCode(of: words + ["--help"]) == 0)
        // What stands behind it is kubectl's.
        if words != ["kubectl"] { #expect(exitCode(of: words + ["--no-such-option"]) == 2) }
    }

    @Test(arguments: [
        ["nonsense"], ["exec"], ["exec", "kind-worker"], ["exec", "kind-worker", "ip", "route"], ["shell"],
        ["logs", "--tail", "-1"], ["nodes", "-o", "narrow"], ["up", "--timeout", "soon"], ["up", "a", "b"],
        ["status", "--wait-duration"], ["events", "--kind", "packet"], ["events", "--for", "soon"],
        ["capture", "--host", "here"], ["capture", "--proto", "sctp"],
        ["capture", "-c", "0"], ["observe", "--for", "3"], ["observe", "--verdict", "good"],
        ["status", "--wait-duration"], ["test", "--shard", "3/2"], ["test", "--only", "("],
        ["test", "--parallel", "0"],
        ["test", "a", "b", "--name", "c"],
    ])
    func whatIsMistypedIsWrongUsage(words: [String]) { #expect(exitCode(of: words) == 2) }

    @Test(arguments: [
        ["up"], ["up", "three-node", "--name", "x", "--dry-run", "--prune", "-q", "--json"], ["ls"],
        ["cni", "install", "-f", "a.yaml", "-f", "b.yaml", "--set", "a=b", "--set", "c=d"],
        ["exec", "-l", "x", "kind-worker", "--", "ip", "-j", "route"], ["logs", "-f", "--tail", "0", "pod"],
        ["nodes", "-o", "wide"], ["pods", "x", "-A"], ["routes", "--table", "50", "a", "b"], ["status", "--wait"],
        ["up", "three-node", "--repair"], ["up", "--no-repair"],
        [
            "capture", "-l", "x", "kind-worker:eth0", "host", "-w", "f", "--for", "10", "--host", "10.0.0.0/8",
            "--port", "80",
        ],
        ["observe", "x", "-f", "--service", "hello-app", "--verdict", "no-endpoints", "--json"],
        [
            "events", "three-node", "--namespace", "kind-worker", "--kind", "route", "--kind", "drift", "--json",
            "--for", "1",
        ],
        [
            "test", "a", "b", "--only", "x|y", "--junit", "f", "--tap", "f", "--json", "f", "--github", "--parallel",
            "4",
        ],
        ["test", "--keep", "--shard", "1/3", "--name", "x", "--actions"],
    ])
    func whatTheGuideShowsIsUnderstood(words: [String]) { #expect(exitCode(of: words) == 0) }

    private func exitCode(of words: [String]) -> Int32 { NetlabCommand.exitCode(ofParsing: words) }
}

extension CommandOutline: CustomTestStringConvertible {
    /// The words, where a test run names its arguments.
    public var testDescription: String { words }
}
