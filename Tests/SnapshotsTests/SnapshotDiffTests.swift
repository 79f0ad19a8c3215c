import LabFiles
import NetworkModel
import Testing

@testable import Snapshots

struct SnapshotDiffTests {
    private let before = Snapshot(
        lab: "a",
        namespaces: [
            "kind-worker": NamespaceSnapshot(
                routes: ["10.0.1.0/24 via 172.18.0.4 dev eth0", "10.0.2.0/24 via 172.18.0.3 dev eth0"],
                firewall: [
                    "table ip t", "table ip t chain c", "table ip t chain c: accept", "table ip t chain c: drop",
                ]
            ),
            "kind-worker2": NamespaceSnapshot(addresses: ["inet 10.0.2.7/32 scope global cilium_host"]),
        ],
        proxy: ["default/web 10.96.0.9:80/TCP -> 10.0.1.2:80 active"])

    private func lines(_ after: Snapshot, _ mode: SnapshotMode = .noDiff, _ noise: Noise = .usual) -> [String] {
        SnapshotDiff(from: before, to: after, mode: mode, ignoring: noise).lines.map {
            "\($0.sign.rawValue) \($0.fact.namespace) \($0.fact.kind) \($0.fact.text)"
        }
    }

    @Test func aSnapshotDoesNotDifferFromItselfNorFromAnotherLabsName() {
        var other = before
        other.lab = "b"
        #expect(lines(other) == [])
    }

    @Test func whatChangedIsToldAsWhatItWasAndWhatItIs() {
        var after = before
        after.namespaces["kind-worker"]?.routes = [
            "blackhole 10.0.2.0/24", "10.0.1.0/24 via 172.18.0.4 dev eth0", "10.9.0.0/16 dev eth0",
        ]
        #expect(
            lines(after) == [
                "- kind-worker route 10.0.2.0/24 via 172.18.0.3 dev eth0", "+ kind-worker route blackhole 10.0.2.0/24",
                "+ kind-worker route 10.9.0.0/16 dev eth0",
            ])
    }

    @Test(arguments: [
        (SnapshotMode.noDiff, 2), (.noLess, 1), (.noMore, 1),
    ])
    func modesLeaveOutOneSide(mode: SnapshotMode, count: Int) {
        var after = before
        after.namespaces["kind-worker"]?.routes[0] = "10.9.0.0/16 dev eth0"
        #expect(lines(after, mode).count == count)
        #expect(mode == .noMore || lines(after, mode).first?.hasPrefix("- kind-worker route 10.0.1.0/24") == true)
        #expect(mode != .noMore || lines(after, mode) == ["+ kind-worker route 10.9.0.0/16 dev eth0"])
    }

    @Test func linesThatStandTwiceCountTwice() {
        var after = before
        after.namespaces["kind-worker"]?.routes.append("10.0.1.0/24 via 172.18.0.4 dev eth0")
        #expect(lines(after) == ["+ kind-worker route 10.0.1.0/24 via 172.18.0.4 dev eth0"])
    }

    @Test func theOrderOfRoutesIsNoDifferenceAndThatOfNftIsOne() {
        var after = before
        after.namespaces["kind-worker"]?.routes.reverse()
        #expect(lines(after) == [])
        after.namespaces["kind-worker"]?.firewall.swapAt(2, 3)
        #expect(lines(after).count == 2)
    }

    @Test func aNamespaceThatIsGoneIsOneLine() {
        var after = before
        after.namespaces["kind-worker2"] = nil
        #expect(lines(after) == ["- kind-worker2 namespace kind-worker2"])
        #expect(lines(after, .noMore) == [])
    }

    @Test func aProxyThatDoesNotAnswerIsADifference() {
        var after = before
        after.proxy = nil
        #expect(lines(after) == ["- - service default/web 10.96.0.9:80/TCP -> 10.0.1.2:80 active"])
    }

    @Test func textStandsBelowTheNamespace() {
        var after = before
        after.namespaces["kind-worker"]?.routes.removeLast()
        #expect(
            SnapshotDiff(from: before, to: after).text
                == "kind-worker:\n  - route 10.0.2.0/24 via 172.18.0.3 dev eth0\n")
        #expect(SnapshotDiff(from: before, to: before).text == "")
    }
}

struct NoiseTests {
    private func fact(_ kind: Fact.Kind, _ text: String) -> Fact {
        Fact(namespace: "kind-worker", kind: kind, text: text)
    }

    @Test(arguments: [
        ("* route 10.0.2.0/24*", true), ("kind-* route *", true), ("* * *eth0", true), ("kind-worker2 route *", false),
        ("* address *", false), ("* route 10.0.2.0/24", false), ("* route *via*dev*", true),
        ("* route *via*via*", false),
    ])
    func patternsMatchWholeTexts(pattern: String, covers: Bool) throws {
        let noise = try Noise("# a comment\n\n" + pattern + "  \n")
        #expect(noise.covers(fact(.route, "10.0.2.0/24 via 172.18.0.3 dev eth0")) == covers)
    }

    @Test func linkLocalIsNoiseByDefaultAndNothingElse() {
        #expect(Noise.usual.covers(fact(.address, "inet6 fe80::1/64 scope link eth0")))
        #expect(Noise.usual.covers(fact(.route, "multicast ff00::/8 dev eth0 proto kernel metric 256 table local")))
        #expect(!Noise.usual.covers(fact(.address, "inet6 fd00::1/64 scope global eth0")))
        #expect(!Noise.usual.covers(fact(.route, "10.0.2.0/24 via 172.18.0.3 dev eth0")))
        #expect(!Noise().covers(fact(.address, "inet6 fe80::1/64 scope link eth0")))
    }

    @Test(arguments: ["* route", "* roote *", "*\n"])
    func whatIsNoPatternIsRefusedWithItsLine(text: String) {
        #expect(throws: Noise.Fault.self) { try Noise("#\n" + text) }
        #expect((try? Noise("#\n" + text)) == nil)
    }
}
