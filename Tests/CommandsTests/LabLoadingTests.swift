import Commands
import FoundationEssentials
import LabFiles
import Testing

/// Labs read from the disk.
@Suite struct LabLoadingTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    @Test("design 3: a lab by name, by directory and as a bare kind config")
    func shippedLab() throws {
        let labs = Self.root + "/labs"
        func load(_ word: String) throws -> Lab {
            try LabFiles.parse(LabLoading.source(LabLoading.locator([labs]).locate(word)))
        }
        #expect(try load("three-node").manifests.count == 2)
        #expect(try load(labs + "/three-node/").name == "three-node")
        let bare = try load(labs + "/three-node/kind.yaml")
        #expect(bare.name == "kind")
        #expect(bare.cilium == nil)
    }

    @Test("a file that cannot be read is named", arguments: ["/nonexistent/values.yaml", "/", "/dev/null"])
    func unreadable(_ path: String) {
        #expect(throws: LabProblems.self) { try LabLoading.file(path) }
    }
}
