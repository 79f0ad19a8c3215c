import Testing

@testable import Preflight

/// The report as a whole.
struct DiagnosisTests {
    @Test("a machine with nothing to complain about: all ok, and it can run labs")
    func good() {
        let diagnosis = Diagnosis(.good, .general)
        #expect(diagnosis.findings.filter { $0.state != .ok } == [])
        #expect(diagnosis.canRun && diagnosis.counts.checks == Check.all.count)
        #expect(
            diagnosis.text.hasSuffix(
                "checks: \(Check.all.count) ok, 0 warnings, 0 failures, 0 unknown\nThis machine can run labs.\n"))
    }

    @Test("failures decide, warnings do not; the counts add up")
    func counts() {
        let warned = Diagnosis(.good.with { $0.tools["ip"] = .absent }, threeNode)
        #expect(warned.canRun && warned.counts.warnings == 1)
        #expect(
            warned.text.hasSuffix(
                "1 warning, 0 failures, 0 unknown\nThis machine can run three-node (3 nodes, 2 pods).\n"))
        let failed = Diagnosis(.good.with { $0.userID = .known(7) }, threeNode)
        #expect(!failed.canRun && failed.counts.failures == 1)
        let counts = failed.counts
        #expect(counts.ok + counts.warnings + counts.failures + counts.unknown == counts.checks)
        #expect(failed.text.hasSuffix("This machine cannot run three-node (3 nodes, 2 pods) as things stand.\n"))
    }

    @Test("what was not seen is said, and is not called good")
    func unseen() {
        let diagnosis = Diagnosis(.good.with { $0.features[.veth] = .untried("hidden") }, .general)
        #expect(diagnosis.canRun)
        #expect(diagnosis.text.hasSuffix("1 unknown\nNothing stands in the way of labs as far as could be seen.\n"))
    }

    @Test("a finding's lines: mark and what was found, what it costs and who needs it, what to type")
    func lines() throws {
        let facts = MachineFacts.good.with {
            $0.features[.veth] = .absent("Unknown device type")
            $0.tools["nft"] = .absent
        }
        let lines = Diagnosis(facts, .general).text.split(separator: "\n").map(String.init)
        let veth = try #require(lines.firstIndex(of: " ✗ veth: Unknown device type"))
        #expect(lines[veth + 1] == "   costs: no links between nodes and pods (needed by every lab)")
        #expect(lines[veth + 2] == "   fix:   modprobe veth")
        let nft = try #require(lines.firstIndex(of: " ! nft: not found in PATH or /usr/sbin"))
        #expect(lines[nft + 2] == "   fix:   apt-get install nftables")
        #expect(lines.filter { !$0.hasPrefix(" ") }.prefix(7).map { $0 } == CheckGroup.allCases.map(\.title))
    }

    @Test("up asks the essentials only: nothing that has to be tried, all of what every lab needs in rights and limits")
    func essentials() {
        let essential = Check.all.filter(\.isEssential)
        let features = Set(KernelFeature.allCases.map(\.rawValue))
        #expect(essential.filter { features.contains($0.id) }.map(\.id) == [])
        for check in Check.all where !check.isEssential {
            guard case .everyLab = check.need else { continue }
            #expect(features.contains(check.id), "\(check.id) could be asked before up")
        }
        #expect(Diagnosis(.good, threeNode, essentialsOnly: true).counts.checks == essential.count)
    }
}
