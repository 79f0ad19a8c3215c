import Testing

/// The architecture held against the tree. That each rule can fail is tested in RuleTests.swift.
@Suite struct ArchitectureTests {
    let manifest: Manifest

    init() throws {
        manifest = Manifest(try #require(RepositoryTree.text("Package.swift")))
    }

    @Test func everyImportIsAllowedByItsLayerAndDeclared() {
        #expect(RepositoryTree.swiftSources.flatMap { ImportRules.violations(in: $0, manifest: manifest) } == [])
    }

    @Test func packageManifestAndLayerTableAgree() {
        #expect(ImportRules.violations(of: manifest) == [])
    }

    @Test func everyFolderOfSourcesIsALayerAndEveryFolderOfALayerATarget() {
        #expect(RepositoryTree.folders(in: "Sources") == Layer.all.map(\.name).sorted())
        for layer in Layer.all {
            #expect(RepositoryTree.folders(in: "Sources/\(layer.name)") == layer.targets.sorted())
        }
    }

    @Test(arguments: WordRule.all.map(\.name)) func wordsStandOnlyWhereTheyMay(rule: String) throws {
        let rule = try #require(WordRule.all.first { $0.name == rule })
        #expect(RepositoryTree.swiftSources.flatMap { rule.violations(in: $0) } == [])
    }

    @Test("no shell runs in the product, so none is ever built from a lab file's strings")
    func noShellRuns() {
        #expect(RepositoryTree.swiftSources.flatMap(ShellRule.violations) == [])
        #expect(Set(RepositoryTree.swiftSources.map(\.path)).isSuperset(of: ShellRule.exceptions))
    }

    @Test func promisesTheCompilerCannotCheckStayInTheKernelLayerWithAReason() {
        #expect(RepositoryTree.swiftSources.flatMap(DeclarationRules.uncheckedPromises) == [])
    }

    @Test func typesAndFilesAreNamedAfterWhatTheyAre() {
        let files = RepositoryTree.swiftSources + RepositoryTree.swiftTests
        #expect(files.flatMap(DeclarationRules.vagueNames) == [])
    }

    @Test func nothingIsLeftForLaterInAComment() {
        #expect(RepositoryTree.committed.flatMap(DeclarationRules.leftForLater) == [])
    }

    @Test func filesAreShort() {
        #expect(HouseRules.lengths(of: RepositoryTree.swiftSources) == [])
        #expect(HouseRules.lengths(of: RepositoryTree.swiftTests) == [])
    }

    @Test func everyTargetHasAParagraphInTheModuleGuide() throws {
        let guide = try #require(RepositoryTree.text("docs/modules.md"))
        let targets = manifest.targets.filter { $0.layer != "tests" }.map(\.name)
        #expect(HouseRules.moduleParagraphs(guide, targets: targets) == [])
    }

    @Test func everyLabHasAWalkThroughADiagramAndAKindConfig() {
        let labs = RepositoryTree.folders(in: "labs").filter { !["errors", "faults"].contains($0) }
        #expect(labs.flatMap { HouseRules.lab($0, files: RepositoryTree.files(under: "labs/\($0)")) } == [])
    }

    @Test func nothingCommittedNamesAPrivatePlace() {
        #expect(RepositoryTree.committed.flatMap(HouseRules.privatePlaces) == [])
        #expect(HouseRules.packageURLs(manifest.packageURLs) == [])
    }

    @Test func theTreeWasReadAtAll() {
        // Every rule above holds for an empty list of files; this one does not.
        #expect(RepositoryTree.swiftSources.count > 30)
        #expect(RepositoryTree.swiftTests.contains { $0.path == "Tests/ArchitectureTests/ArchitectureTests.swift" })
        #expect(RepositoryTree.committed.contains { $0.path == "README.md" })
        #expect(manifest.targets.contains { $0.name == "LinuxKernel" && $0.dependencies.contains("CNetlink") })
        #expect(manifest.targets.contains { $0.name == "LabFiles" && $0.dependencies.contains("Yams") })
        #expect(manifest.packageURLs.count >= 5)
    }
}
