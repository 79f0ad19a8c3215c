import NetworkModel
import Testing

@Suite struct OwnershipMarkTests {
    @Test("a mark is read back as it was written")
    func roundTrip() {
        let mark = OwnershipMark(lab: "three-node", instance: "00ab12cd")
        #expect(OwnershipMark(text: mark.text) == mark)
    }

    @Test(
        "an alias that is no mark of netlab's is nobody's, above all one that names a path",
        arguments: [
            "", "netlab", "netlab:a", "netlab::1", "netlab:a:", "netlab:a:b:c", "docker:a:1", "netlab:..:1",
            "netlab:../../etc:1", "netlab:a/b:1", "netlab:a b:1", "netlab:a\u{1b}:1", "netlab:a:../x", "netlab:ä:1",
            "netlab:" + String(repeating: "a", count: 64) + ":1",
        ])
    func strangersAreNobodys(text: String) { #expect(OwnershipMark(text: text) == nil) }
}
