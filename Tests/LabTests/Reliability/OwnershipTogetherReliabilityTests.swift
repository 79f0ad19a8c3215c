import Foundation
import NetlabTestSupport
import Testing

/// `up` and `down` of one lab at the same time, at every distance from each other.
@Suite(.enabled(if: KernelTestGate.canRun)) struct OwnershipTogetherReliabilityTests {
    /// Milliseconds between the two commands; the last ones are longer than an `up` takes.
    private static let delays = Array(stride(from: 0, to: 160, by: Reliability.isFull ? 2 : 16))

    @Test("two up at once: one daemon, one lab, both succeed, at whatever distance")
    func twoUp() throws {
        try Machine.with { machine throws in
            for delay in Self.delays {
                try withLab("three-node", on: machine) { lab throws in
                    let (first, second) = try lab.together("up three-node", "up three-node", delay: delay)
                    for outcome in [first, second] {
                        #expect(outcome.exitCode == 0, "\(delay) ms: \(outcome.transcript)")
                    }
                    try lab.expectWhole()
                    #expect(try lab.pods.count == 2)
                }
            }
            Reliability.report(
                "ownership", "two up of one lab, 0 to 160 ms apart",
                "\(Self.delays.count) rounds, one daemon and one lab each")
        }
    }

    @Test("down during up: the lab stands whole or nothing of it is left, and up says which")
    func downDuringUp() throws {
        var gone = 0
        try Machine.with { machine throws in
            for delay in Self.delays {
                try withLab("three-node", on: machine) { lab throws in
                    let (up, down) = try lab.together("up three-node", "down", delay: delay)
                    #expect(down.exitCode == 0, "\(delay) ms: \(down.transcript)")
                    let isThere = try machine.netlab("list").lines == [lab.name]
                    if isThere {
                        // down came before up had begun.
                        #expect(up.exitCode == 0, "\(delay) ms: \(up.transcript)")
                        try lab.expectWhole()
                    } else {
                        gone += 1
                        #expect(try machine.shell("ls -A /run/netns; ls -A /run") == "netns\n", "\(delay) ms")
                        #expect(
                            up.exitCode == 0
                                || up.exitCode == 1
                                    && up.error.contains(
                                        "lab \"\(lab.name)\" was taken down while it was being brought up"),
                            "\(delay) ms: \(up.transcript)")
                    }
                }
            }
        }
        #expect(gone > 0)
        Reliability.report(
            "ownership", "down during up, 0 to 160 ms after it",
            "\(Self.delays.count) rounds: \(gone) times nothing left, else whole")
    }

    @Test("up during down waits for it and builds the lab anew")
    func upDuringDown() throws {
        try Machine.with { machine throws in
            for delay in Self.delays {
                try withLab("three-node", on: machine) { lab throws in
                    try lab.up()
                    let (down, up) = try lab.together("down", "up three-node", delay: delay)
                    #expect(down.exitCode == 0, "\(delay) ms: \(down.transcript)")
                    // An up that was there first finds a lab that is taken down under its hands.
                    let isTakenDown = up.error.contains("was taken down while it was being brought up")
                    #expect(up.exitCode == 0 || up.exitCode == 1 && isTakenDown, "\(delay) ms: \(up.transcript)")
                    if delay > 0 { #expect(up.exitCode == 0 || isTakenDown) }
                    if try machine.netlab("list").lines == [lab.name] {
                        try lab.expectWhole()
                    } else {
                        #expect(try machine.shell("ls -A /run/netns; ls -A /run") == "netns\n", "\(delay) ms")
                    }
                }
            }
            Reliability.report(
                "ownership", "up during down, 0 to 160 ms after it",
                "\(Self.delays.count) rounds: the lab whole, or taken down and said so")
        }
    }
}

extension LabUp {
    /// Runs two commands about this lab, the second so much later, and waits for both.
    func together(_ first: String, _ second: String, delay milliseconds: Int) throws -> (Outcome, Outcome) {
        func line(_ words: String, _ number: Int) -> String {
            let name = words.hasPrefix("up") ? "--name \(name)" : name
            return "\(Repository.netlab) \(words) \(name) >/run/out\(number) 2>&1; echo $? >/run/code\(number)"
        }
        try machine.shell(
            """
            { \(line(first, 1)); } & sleep \(Double(milliseconds) / 1000); { \(line(second, 2)); } & wait
            """)
        func outcome(_ words: String, _ number: Int) throws -> Outcome {
            let code = try machine.shell("cat /run/code\(number)").trimmedLines.first.flatMap { Int32($0) }
            return Outcome(
                command: words, exitCode: code, output: "", error: try machine.shell("cat /run/out\(number)"))
        }
        let outcomes = try (outcome(first, 1), outcome(second, 2))
        try machine.shell("rm /run/out1 /run/out2 /run/code1 /run/code2")
        return outcomes
    }
}
