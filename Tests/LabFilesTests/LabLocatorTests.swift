import LabFiles
import Testing

/// Where a lab is looked for.
@Suite struct LabLocatorTests {
    private struct Tree: FileLister {
        var files: Set<String>
        func isFile(_ path: String) -> Bool { files.contains(path) }
        func isDirectory(_ path: String) -> Bool { files.contains { $0.hasPrefix(path + "/") } }
        func names(in directory: String) -> [String] {
            Array(
                Set(
                    files.filter { $0.hasPrefix(directory + "/") }.compactMap {
                        $0.dropFirst(directory.count + 1).split(separator: "/").first.map(String.init)
                    }))
        }
    }

    private let locator = LabLocator(
        directories: ["labs", "/usr/share/labs"],
        files: Tree(files: [
            "labs/one/kind.yaml", "/usr/share/labs/one/kind.yaml", "/usr/share/labs/two/kind.yaml",
            "labs/errors/empty/kind.yaml", "elsewhere/x/kind.yaml", "elsewhere/bare.yaml", "here.yaml", "dir/readme",
        ]))

    @Test(
        "design 3: a name in ./labs, then installed, or a path",
        arguments: [
            ("one", .directory(path: "labs/one", name: "one")),
            ("two", .directory(path: "/usr/share/labs/two", name: "two")),
            ("elsewhere/x", .directory(path: "elsewhere/x", name: "x")),
            ("elsewhere/x/", .directory(path: "elsewhere/x", name: "x")),
            ("labs/errors/empty", .directory(path: "labs/errors/empty", name: "empty")),
            ("elsewhere/bare.yaml", .kindConfig(path: "elsewhere/bare.yaml")),
            ("here.yaml", .kindConfig(path: "here.yaml")),
            ("./dir", nil), ("dir", nil), ("errors", nil), ("three", nil),
        ] as [(String, LabLocator.Place?)])
    func places(_ word: String, _ expected: LabLocator.Place?) {
        #expect((try? locator.locate(word)) == expected)
    }

    @Test("a lab that is not found: what was searched and which labs exist")
    func notFound() {
        #expect {
            try locator.locate("tow")
        } throws: { error in
            "\(error)" == """
                no lab "tow"; looked for labs/tow, /usr/share/labs/tow, tow; did you mean two?
                labs: one, two
                """
        }
    }
}
