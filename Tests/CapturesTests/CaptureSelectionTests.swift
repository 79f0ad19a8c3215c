import Captures
import NetworkModel
import Testing

@Suite struct CaptureSelectionTests {
    /// `kind-worker` and pods of two Kubernetes namespaces, with `lo` where there is one.
    private var namespaces: [NamespaceName: [LinkName]] {
        let found = [
            "lab.kind-worker": ["lo", "eth0", "cilium_host"], "lab.default_web": ["lo", "eth0"],
            "lab.other_web": ["eth0"], "lab.default_db": ["eth0"],
        ].compactMap { name, links in
            NamespaceName(rawValue: name).map { ($0, links.compactMap { LinkName(rawValue: $0) }) }
        }
        return Dictionary(uniqueKeysWithValues: found)
    }

    @Test(arguments: [
        (["kind-worker"], ["kind-worker:cilium_host", "kind-worker:eth0"]),
        (["kind-worker:lo"], ["kind-worker:lo"]),
        (["db", "kind-worker:eth0"], ["default_db:eth0", "kind-worker:eth0"]),
        (["other_web"], ["other_web:eth0"]),
        (["lab.other_web", "other_web:eth0"], ["other_web:eth0"]),
        ([], ["default_db:eth0", "default_web:eth0", "kind-worker:cilium_host", "kind-worker:eth0", "other_web:eth0"]),
    ])
    func wordsStandForInterfaces(words: [String], points: [String]) throws {
        #expect(try CaptureSelection.points(words, in: namespaces, lab: "lab").map(\.description) == points)
    }

    @Test(arguments: [
        ("web", ["default_web", "other_web"], ["default_db", "default_web", "kind-worker", "other_web"]),
        ("eth0", [], ["default_db", "default_web", "kind-worker", "other_web"]), ("db:eth1", [], ["eth0"]),
    ])
    func aWordThatFitsNothingOrTooMuchIsToldWithWhatThereIs(word: String, candidates: [String], known: [String]) {
        let thrown = #expect(throws: CaptureSelection.Mismatch.self) {
            try CaptureSelection.points([word], in: namespaces, lab: "lab")
        }
        #expect(thrown?.word == word && thrown?.candidates == candidates && thrown?.known == known)
    }
}
