import Foundation
import NetlabTestSupport
import Testing

/// All shipped labs, tested again and again while others use the machine up.
@Suite(.enabled(if: KernelTestGate.canRun)) struct LoadReliabilityTests {
    @Test("issue 4: with two busy loops a core no check of any lab ever fails")
    func checksDoNotFlake() throws {
        let rounds = Reliability.rounds(short: 1, full: 50)
        let cores = ProcessInfo.processInfo.activeProcessorCount
        try Machine.with { machine in
            // Bounded in time by themselves, should this process be killed.
            let loops = try (0..<2 * cores).map { _ in
                try Background(["timeout", "3000", "bash", "-c", "while :; do :; done"], on: machine)
            }
            defer { for loop in loops { try? loop.stop() } }
            var (checks, flakes, longest) = (0, [String](), 0.0)
            for round in 1...rounds {
                let start = Date()
                let outcome = try machine.run(
                    [Repository.netlab, "test", "--json", "-"] + ShippedLabTests.labs.map { "labs/\($0)" }, limit: 600)
                longest = max(longest, Date().timeIntervalSince(start))
                checks += outcome.lines.count { $0.hasPrefix(" ✓ ") }
                if outcome.exitCode != 0 { flakes.append("round \(round): \(outcome.transcript)") }
            }
            #expect(flakes == [], "\(flakes.joined(separator: "\n"))")
            #expect(checks >= 50 * rounds)
            Reliability.report(
                "load", "netlab test of all \(ShippedLabTests.labs.count) labs beside two busy loops a core",
                String(
                    format: "%d runs, %d checks, %d runs with a failure, longest run %.1f s", rounds, checks,
                    flakes.count, longest))
        }
    }
}
