import NetlabTestSupport
import Testing

/// `netlab connectivity-test` on labs that are up.
@Suite(.enabled(if: KernelTestGate.canRun)) struct ConnectivityTestCommandTests {
    @Test(
        "behaviour 5.6: every shipped lab passes, and is what it was before", arguments: ShippedLabTests.labs)
    func shippedLabsPass(_ files: String) throws {
        try withLabUp(files) { lab in
            let before = try lab.identity()
            let outcome = try lab.netlab("connectivity-test")
            #expect(outcome.exitCode == 0 && outcome.error == "", "\(outcome.transcript)")
            #expect(outcome.output.contains("🏃 Running tests...\n\n[=] Test [no-policies]\n....."))
            #expect(outcome.lines.last?.hasPrefix("✅ All ") == true, "\(outcome.transcript)")
            #expect(outcome.output.hasPrefix("ℹ️  Single-node") == (files == "single-node"))
            #expect(try lab.identity() == before)
        }
    }

    @Test("behaviour 5.6: a route deleted by hand fails the pairs that need it, by name, and ends with 1")
    func deletedRoute() throws {
        try withLabUp("three-node") { lab in
            try lab.machine.shell("ip netns exec \(lab.name).kind-worker ip route del 10.0.2.0/24")
            let outcome = try lab.netlab("connectivity-test", "--test", "client-to-client")
            #expect(outcome.exitCode == 1 && outcome.error == "netlab: 1 tests failed\n", "\(outcome.transcript)")
            #expect(outcome.output.contains("❌ 1/1 tests failed (2/2 actions), 31 tests skipped"))
            #expect(outcome.lines.last?.hasPrefix("  ❌ no-policies/client-to-client/ping-1: default/") == true)
        }
    }

    @Test("a lab without pods has nothing to test, which is not success")
    func nothingToTest() throws {
        try Machine.with { machine in
            try withLab("single-node", on: machine) { lab in
                _ = try machine.netlab("create", "single-node", "--name", lab.name)
                let outcome = try lab.netlab("connectivity-test")
                #expect(outcome.exitCode == 2 && !outcome.output.contains("✅"), "\(outcome.transcript)")
            }
        }
    }
}
