import Foundation
import NetlabTestSupport
import Testing

/// `netlab fault`: every fault of `labs/faults` on a lab of its own.
@Suite(.enabled(if: KernelTestGate.canRun)) struct FaultTests {
    static let names = Repository.files(in: "labs/faults").filter { $0.hasSuffix(".yaml") }.map {
        String($0.dropLast(5))
    }

    private func test(_ lab: LabUp) throws -> Outcome {
        try lab.netlab("test", lab.files, "--name", lab.name)
    }

    private func row(_ name: String, _ lab: LabUp) throws -> JSONValue? {
        try lab.json("fault", "list", lab.name).array?.first { $0["name"]?.text == name }
    }

    @Test(
        "issue 4: a fault turns the shipped checks red, which name it; repair turns them green, and so does up if it is told to",
        arguments: names)
    func faultIsNamedAndRepaired(_ name: String) throws {
        try withLabUp("three-node") { lab in
            let injected = try lab.netlab("fault", "inject", name)
            try #require(injected.exitCode == 0, "\(injected.transcript)")
            let entry = try #require(try row(name, lab))
            #expect(entry["state"]?.text == "injected")
            let finding = try #require(entry["finding"]?.text)
            let red = try test(lab)
            #expect(red.exitCode == 1, "\(red.transcript)")
            #expect(red.output.contains(finding), "no \"\(finding)\" in \(red.transcript)")

            let repaired = try lab.netlab("fault", "repair", name)
            #expect(repaired.exitCode == 0, "\(repaired.transcript)")
            #expect(try row(name, lab)?["state"] == nil)
            let green = try test(lab)
            #expect(green.exitCode == 0, "\(green.transcript)")
            #expect(try lab.netlab("diff", lab.name).output == "")

            #expect(try lab.netlab("fault", "inject", name).exitCode == 0)
            try lab.up()
            let after = try test(lab)
            let isReconciled = entry["reconciled"] == .bool(true)
            #expect(after.exitCode == (isReconciled ? 0 : 1), "\(after.transcript)")
            #expect(try row(name, lab)?["state"]?.text == (isReconciled ? "healed" : "injected"))
            #expect(try lab.netlab("fault", "repair").exitCode == 0)
            #expect(try lab.netlab("diff", lab.name).output == "")
        }
    }

    @Test("issue 4: there are at least twenty, and list and show need no lab")
    func listAndShow() throws {
        try Machine.with { machine in
            #expect(Self.names.count >= 20)
            let list = try machine.netlab("fault", "list")
            #expect(list.exitCode == 0 && list.lines.count == Self.names.count + 1, "\(list.transcript)")
            for name in Self.names {
                let shown = try machine.netlab("fault", "show", name)
                #expect(shown.exitCode == 0, "\(shown.transcript)")
                for head in ["Source:", "Breaks:", "Shows:", "Hint 1:", "Hint 2:", "Hint 3:", "Repair:", "netlab up:"] {
                    #expect(shown.output.contains("\n\(head)"), "\(name) has no \(head)")
                }
            }
        }
    }

    @Test("a student is told what shows and as many hints as asked for, never the name")
    func randomFaultIsNotTold() throws {
        try withLabUp("three-node") { lab in
            let injected = try lab.netlab("fault", "inject", "--random")
            #expect(injected.exitCode == 0, "\(injected.transcript)")
            let record = try lab.json("fault", "list", lab.name).array?.first { $0["state"]?.text == "injected" }
            let name = try #require(record?["name"]?.text)
            #expect(!injected.transcript.split(separator: "\n").dropFirst().joined().contains(name))
            let first = try lab.netlab("fault", "show")
            #expect(first.output.contains("hint 1: ") && !first.output.contains("hint 2: "), "\(first.transcript)")
            let all = try lab.netlab("fault", "show", "--hints", "3")
            #expect(all.output.contains("hint 3: ") && !all.output.contains("$"), "\(all.transcript)")
            #expect(try lab.netlab("fault", "repair").exitCode == 0)
        }
    }

    @Test("what cannot be injected is refused, and changes nothing")
    func refusals() throws {
        try withLabUp("single-node") { lab in
            let words = [
                ["inject", "wrong-next-hop"], ["inject", "link-down", "--on", "nobody"], ["inject", "wrong-nxt-hop"],
                ["repair", "link-down"], ["inject"], ["show"],
            ]
            let expected: [(Int32, String)] = [
                (1, "it takes a second node"), (2, "the lab has no node nobody"), (2, "did you mean wrong-next-hop?"),
                (2, "link-down is not injected"), (2, "name a fault, or give --random"), (2, "no fault is injected"),
            ]
            for (words, (code, text)) in zip(words, expected) {
                let outcome = try lab.netlab(["fault"] + words)
                #expect(outcome.exitCode == code && outcome.error.contains(text), "\(outcome.transcript)")
            }
            #expect(try lab.netlab("diff", lab.name).output == "")
            #expect(try lab.netlab("fault", "inject", "forwarding-off").exitCode == 0)
            let twice = try lab.netlab("fault", "inject", "forwarding-off")
            #expect(twice.exitCode == 1 && twice.error.contains("is injected already"), "\(twice.transcript)")
        }
    }

    @Test("a file of one's own is injected; what it may not do is refused with file, line and field")
    func ownFiles() throws {
        try withLabUp("single-node") { lab in
            let path = NSTemporaryDirectory() + "/netlab-fault-\(UUID().uuidString).yaml"
            defer { try? FileManager.default.removeItem(atPath: path) }
            let head = """
                apiVersion: netlab/v1alpha1
                kind: Fault
                title: t
                source: s
                breaks: b
                shows: s
                finding: f
                hints: [a, b, $node.address]
                repair: r
                reconciled: false
                inject:

                """
            func inject(_ operation: String) throws -> Outcome {
                try (head + "- \(operation)\n").write(toFile: path, atomically: true, encoding: .utf8)
                return try lab.netlab("fault", "inject", path)
            }
            let refused = try inject("setSysctl: {on: node, name: kernel.core_pattern, value: x}")
            #expect(refused.exitCode == 2, "\(refused.transcript)")
            #expect(
                refused.error.contains(":12: inject[0].setSysctl.name: \"kernel.core_pattern\""),
                "\(refused.transcript)")
            let unknown = try inject("exec: {on: node}")
            #expect(unknown.exitCode == 2 && unknown.error.contains("exec"), "\(unknown.transcript)")
            let good = try inject("addRoute: {on: node, route: blackhole 192.0.2.0/24}")
            #expect(good.exitCode == 0, "\(good.transcript)")
            #expect(try lab.netlab("diff", lab.name).output.contains("+ route blackhole 192.0.2.0/24"))
            #expect(try lab.netlab("fault", "repair").exitCode == 0)
            #expect(try lab.netlab("diff", lab.name).output == "")
        }
    }
}
