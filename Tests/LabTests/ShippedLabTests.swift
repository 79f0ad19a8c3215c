import NetlabTestSupport
import Testing

/// Every lab in `labs/`, as a newcomer types it.
@Suite(.enabled(if: KernelTestGate.canRun)) struct ShippedLabTests {
    static let labs = Repository.directories(in: "labs").filter { !["errors", "faults"].contains($0) }

    @Test("the labs the issue names are shipped")
    func namedLabsAreShipped() {
        #expect(Set(Self.labs).isSuperset(of: ["three-node", "single-node", "seven-node", "services"]))
    }

    @Test("design 2: up ends with 0 and every check passed", arguments: labs)
    func upSucceeds(_ files: String) throws {
        try Machine.with { machine throws in
            try withLab(files, on: machine) { lab throws in
                let outcome = try lab.up()
                #expect(outcome.errorLines.count { $0.hasPrefix(" ✓ ") } >= 7, "\(outcome.transcript)")
                #expect(!outcome.error.contains("✗") && !outcome.error.contains("warning"), "\(outcome.transcript)")
            }
        }
    }

    @Test("design 4: up a second time changes nothing", arguments: labs)
    func secondUpChangesNothing(_ files: String) throws {
        try withLabUp(files) { lab throws in
            let before = try lab.identity()
            let plan = try lab.up("--dry-run")
            #expect(plan.lines == ["nothing to do"])
            try lab.up()
            #expect(try lab.identity() == before)
        }
    }

    @Test("design 4: up --dry-run of a lab that is not up plans every namespace and makes none", arguments: labs)
    func dryRunMakesNothing(_ files: String) throws {
        try Machine.with { machine throws in
            let outcome = try machine.netlab("up", files, "--dry-run")
            #expect(outcome.exitCode == 0, "\(outcome.transcript)")
            #expect(outcome.output.contains("\(files).kind-control-plane"), "\(outcome.transcript)")
        }
    }

    @Test("design 2: three-node's answer through the ClusterIP is hello-app's three lines, on standard output")
    func threeNodeAnswers() throws {
        try Machine.with { machine throws in
            try withLab("three-node", on: machine) { lab throws in
                let outcome = try lab.up()
                try #require(outcome.lines.count == 3, "\(outcome.transcript)")
                #expect(outcome.lines[0...1] == ["Hello, world!", "Version: 1.0.0"])
                #expect(try lab.pods.map { "Hostname: \($0.name)" }.contains(outcome.lines[2]))
                #expect(outcome.error.contains("kind-control-plane# curl http://10.96.37.61:8080\n"))
            }
        }
    }

    @Test("up lets go of its standard descriptors: a pipe from it ends")
    func upInAPipeEnds() throws {
        try Machine.with { machine throws in
            try withLab("single-node", on: machine) { lab throws in
                let line = "\(Repository.netlab) up single-node --name \(lab.name) 2>&1 | cat"
                let outcome = try machine.run(["bash", "-c", line], limit: 30)
                #expect(outcome.exitCode == 0, "\(outcome.transcript)")
                #expect(outcome.output.contains("Hello, world!"))
            }
        }
    }

    @Test("down of a lab that is not there is no error, as for kind delete cluster")
    func downOfNothing() throws {
        try Machine.with { machine throws in
            let outcomes = try [machine.netlab("down", "three-node"), machine.netlab("down")]
            #expect(outcomes.map(\.exitCode) == [0, 0])
            #expect(outcomes[1].error == "No lab is up.\n")
        }
    }
}
