import Testing

/// Each rule met by a small tree that breaks it: a rule that cannot fail holds nothing.
@Suite struct RuleTests {
    static let manifest = Manifest(
        """
        let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
        let model: [Target] = [
            .target(name: "NetworkModel", path: "Sources/Model/NetworkModel"),
            .target(
                name: "LabFiles",
                dependencies: ["NetworkModel", yams],
                path: "Sources/Model/LabFiles"),
        ]
        let services: [Target] = [
            .target(name: "Reconciler", dependencies: ["LinuxKernel"], path: "Sources/Reconciler")
        ]
        """)

    func file(_ path: String, _ text: String) -> TreeFile { TreeFile(path: path, text: text) }

    @Test func manifestIsReadWithProductsByTheirModuleName() {
        #expect(Self.manifest.targets.map(\.name) == ["NetworkModel", "LabFiles", "Reconciler"])
        #expect(Self.manifest.targets[1].dependencies == ["NetworkModel", "Yams"])
        #expect(Self.manifest.targets[2].layer == "services")
    }

    @Test(arguments: [
        ("Model/NetworkModel", "import Glibc"), ("Model/NetworkModel", "package import Yams"),
        ("Model/LabFiles", "import struct Foundation.URL"), ("Services/Reconciler", "internal import LinuxKit"),
        ("Model/NetworkModel", "@testable import LabFiles"), ("App/Commands", "import CNetlink"),
        ("Services/Reconciler", "import CLinux"), ("Nowhere/Thing", "import NetworkModel"),
    ])
    func forbiddenImportIsFound(folder: String, line: String) {
        let bad = file("Sources/\(folder)/A.swift", "// a comment\n\(line)\n")
        #expect(ImportRules.violations(in: bad, manifest: Self.manifest).count == 1)
    }

    @Test func allowedImportsAndImportsInTextAreLeftAlone() {
        let text =
            "import Yams\npackage import NetworkModel\n// import Glibc\nlet a = \"\"\"\n    import Glibc\n    \"\"\"\n"
        #expect(ImportRules.violations(in: file("Sources/Model/LabFiles/A.swift", text), manifest: Self.manifest) == [])
    }

    @Test func manifestThatBreaksTheLayersIsFound() {
        let messages = ImportRules.violations(of: Self.manifest).map(\.description)
        #expect(messages.contains("Reconciler: Services may not see LinuxKernel"))
        #expect(messages.contains("Reconciler: lies in Sources/Reconciler, outside its layer"))
        #expect(messages.contains("Package.swift: KubernetesModel and the layer table differ about Model"))
    }

    @Test(arguments: [
        ("Sources/App/Commands/A.swift", "_ = setns(descriptor, 0)"),
        ("Sources/Services/Workloads/A.swift", "let pid = fork()"),
        ("Sources/Services/Workloads/A.swift", "syscall(SYS_gettid)"),
        ("Sources/Kernel/LinuxKernel/A.swift", "Task { run() }"),
        ("Sources/Kernel/LinuxKernel/A.swift", "Task.detached { run() }"),
        ("Sources/Kernel/LinuxKernel/A.swift", "func open() async {}"),
        ("Sources/Kernel/LinuxKernel/A.swift", "let a = \"\\(await value())\""),
        ("Sources/Model/LabFiles/A.swift", "let a = String(contentsOfFile: path)"),
        ("Sources/Logic/Datapath/A.swift", "print(route)"),
        ("Sources/App/Commands/A.swift", "fatalError(\"no lab\")"),
    ])
    func wordInTheWrongPlaceIsFound(path: String, line: String) {
        #expect(WordRule.all.flatMap { $0.violations(in: file(path, line)) }.count == 1)
    }

    @Test(arguments: [
        ("Sources/Kernel/LinuxKernel/A.swift", "try SystemCall.check { setns(descriptor, 0) } // no Task { here"),
        ("Sources/App/Commands/A.swift", "say(\"needs the right to unshare\") /* fork( */"),
        ("Sources/App/Commands/A.swift", "runtime.fork(child)"),
        ("Sources/App/Commands/A.swift", "Task { await up() }"),
        ("Sources/Logic/Datapath/A.swift", "footprint(of: route)"),
    ])
    func wordInItsPlaceIsLeftAlone(path: String, line: String) {
        #expect(WordRule.all.flatMap { $0.violations(in: file(path, line)) } == [])
    }

    @Test(arguments: [
        "system(line)", "let file = popen(line, \"r\")", "start([\"sh\", \"-x\"])", "start([shell, \"-c\", line])",
        "start(\"/bin/bash\")", "posix_spawnp(&child, name, nil, nil, words, environ)",
    ])
    func shellIsFound(line: String) {
        #expect(ShellRule.violations(in: file("Sources/Kernel/LinuxKernel/A.swift", line)).count == 1)
        #expect(ShellRule.violations(in: file("Tests/KernelTests/A.swift", line)) == [])
        #expect(
            ShellRule.violations(in: file("Sources/App/Daemon/A.swift", "// \(line)\nlet operatingSystem = 1")) == [])
    }

    @Test func uncheckedPromiseIsFoundOutsideTheKernelLayerAndWithoutAReason() {
        let bare = "final class A: @unchecked Sendable {}\n"
        let reasoned = "// Safe: never written after init.\n" + bare
        #expect(DeclarationRules.uncheckedPromises(in: file("Sources/App/Daemon/A.swift", reasoned)).count == 1)
        #expect(DeclarationRules.uncheckedPromises(in: file("Sources/Kernel/LinuxKernel/A.swift", bare)).count == 1)
        #expect(DeclarationRules.uncheckedPromises(in: file("Sources/Kernel/LinuxKernel/A.swift", reasoned)) == [])
    }

    @Test(arguments: ["struct RouteManager {}", "enum TextUtils {}", "final class PodHelper: Sendable {}"])
    func vagueNameIsFound(line: String) {
        #expect(DeclarationRules.vagueNames(in: file("Sources/App/Daemon/A.swift", line)).count == 1)
        #expect(DeclarationRules.vagueNames(in: file("Sources/App/Daemon/RouteUtils.swift", "")).count == 1)
        #expect(DeclarationRules.vagueNames(in: file("Sources/App/Daemon/A.swift", "let fieldManager = 1")) == [])
    }

    @Test func workLeftForLaterIsFound() {
        #expect(DeclarationRules.leftForLater(in: file("docs/a.md", "one\nTO" + "DO: two\n")).count == 1)
    }

    @Test func longFilesAreFound() {
        let long = file("a", String(repeating: "x\n", count: 601))
        let usual = file("b", String(repeating: "x\n", count: 299))
        let full = file("c", String(repeating: "x\n", count: 300))
        #expect(HouseRules.lengths(of: [long] + Array(repeating: usual, count: 9)).count == 1)
        #expect(HouseRules.lengths(of: [full] + Array(repeating: usual, count: 8)).count == 1)
        #expect(HouseRules.lengths(of: [full] + Array(repeating: usual, count: 9)) == [])
    }

    @Test func missingAndUnknownModuleParagraphsAreFound() {
        let words = String(repeating: "word ", count: 15)
        let text = "### A\n\n\(words)\n\n### B\n\nshort\n\n## Layer\n\n\(words)\n\n### C\n\n\(words)\n"
        let found = HouseRules.moduleParagraphs(text, targets: ["A", "B", "D"]).map(\.message)
        #expect(found.count == 3)
        #expect(found.contains("C is not a target"))
    }

    @Test func incompleteLabIsFound() {
        let readme = file("labs/x/README.md", "no drawing\n")
        #expect(HouseRules.lab("x", files: [readme]).count == 2)
        #expect(HouseRules.lab("x", files: []).count == 2)
        let drawn = [file("labs/x/README.md", "```\na-b\n```\n"), file("labs/x/kind.yaml", "kind: Cluster\n")]
        #expect(HouseRules.lab("x", files: drawn) == [])
    }

    @Test func privatePlacesAreFound() {
        #expect(HouseRules.privatePlaces(in: file("docs/a.md", "see /wo" + "rk/x\n")).count == 1)
        #expect(HouseRules.privatePlaces(in: file("docs/a.md", "the network/node pair\n")) == [])
        #expect(HouseRules.packageURLs(["https://example.com/a", "https://github.com/a/b"]).count == 1)
    }
}
