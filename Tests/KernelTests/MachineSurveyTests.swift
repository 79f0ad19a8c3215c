import LinuxKernel
import NetlabTestSupport
import Preflight
import Testing

/// The facts doctor judges, read from the machine that runs the tests.
@Suite(.enabled(if: KernelTestGate.canRun)) struct MachineSurveyTests {
    @Test("a machine that runs these tests has what every lab needs, and nothing that root may see is unseen")
    func nothingIsMissing() {
        let diagnosis = Diagnosis(MachineSurvey.full(), .general)
        #expect(diagnosis.failures == [])
        let unseen = diagnosis.findings.filter { $0.state == .unknown && $0.neededBy == "every lab" }
        #expect(unseen == [])
    }

    @Test("the survey leaves the host's link, rules, routes, sysctls and nftables as they were, and loads no module")
    func changesNothing() throws {
        // Not the names in /run/netns and not the mounts: other tests make both all the time.
        let look = "ip -o link show lo; ip rule; ip -4 route; nft list ruleset; sysctl net.ipv4.ip_forward"
        let modules = "cut -d' ' -f1 /proc/modules 2>/dev/null | sort"
        let loaded = try Witness.shell(modules)
        let host = try Witness.shell(look)
        for _ in 0..<3 { _ = MachineSurvey.full() }
        #expect(try Witness.shell(look) == host)
        #expect(host.contains("LOOPBACK"))
        #expect(try Witness.shell(modules) == loaded)
    }

    @Test("numbers are those the shell reads")
    func numbers() throws {
        let facts = MachineSurvey.essentials()
        func shell(_ line: String) throws -> Int? { Int(try Witness.shell(line).split(separator: "\n").first ?? "") }
        #expect(try facts.number("kernel.pid_max").value == shell("cat /proc/sys/kernel/pid_max"))
        #expect(try facts.openFiles.value?.hard == shell("ulimit -Hn"))
        #expect(facts.userID == .known(0) && facts.ownsMounts == .known(true))
        #expect(facts.sysctls["net.core.no_such_thing"] == nil && facts.number("net.core.no_such_thing") == .notAsked)
        #expect((facts.threads.value ?? 0) > 1 && (facts.availableMemory.value ?? 0) > 1 << 20)
        #expect(facts.run.value?.isWritable == true)
    }
}
