import Foundation
import NetlabTestSupport
import Testing

/// `netlab test`: its colours, its exit codes, and that it leaves alone what it did not bring up.
@Suite(.enabled(if: KernelTestGate.canRun)) struct TestCommandTests {
    /// What a run's JSON says of one check.
    private struct Row: Hashable {
        var name: String
        var status: String
    }

    private struct Run {
        var outcome: Outcome
        var junit: String
        var tap: String
        var rows: [Row]
        var routes: [String]
    }

    /// Runs `netlab test` with every report.
    private func test(_ machine: Machine, _ words: String...) throws -> Run {
        let base = NSTemporaryDirectory() + "/netlab-test-\(UUID().uuidString)"
        let files = ["xml", "tap", "json"].map { "\(base).\($0)" }
        defer { for file in files + ["\(base)-evidence"] { try? FileManager.default.removeItem(atPath: file) } }
        let outcome = try machine.run(
            [Repository.netlab, "test"] + words + ["--junit", files[0], "--tap", files[1], "--json", files[2]],
            limit: 300)
        let texts = files.map { (try? String(contentsOfFile: $0, encoding: .utf8)) ?? "" }
        let report = try JSONDecoder().decode(JSONValue.self, from: Data(texts[2].utf8))
        let checks = (report["labs"]?.array ?? []).flatMap { $0["checks"]?.array ?? [] }
        return Run(
            outcome: outcome, junit: texts[0], tap: texts[1],
            rows: checks.map { Row(name: $0["name"]?.text ?? "", status: $0["status"]?.text ?? "") },
            routes: checks.flatMap { $0["findings"]?.array ?? [] }.compactMap { $0["route"]?.text })
    }

    @Test("design 8: every shipped lab is green, and nothing is left of it", arguments: ShippedLabTests.labs)
    func shippedLabsAreGreen(_ lab: String) throws {
        try Machine.with { machine in
            let run = try test(machine, lab)
            #expect(run.outcome.exitCode == 0, "\(run.outcome.transcript)")
            #expect(run.rows.count >= 10 && run.rows.allSatisfy { $0.status == "passed" }, "\(run.outcome.transcript)")
            #expect(run.junit.contains("failures=\"0\" errors=\"0\""))
        }
    }

    @Test("design 8: a route deleted by hand turns it red, and the route is named in text, JUnit, TAP and JSON")
    func deletedRouteIsNamed() throws {
        try withLabUp("three-node") { lab in
            let green = try test(lab.machine, lab.files, "--name", lab.name)
            #expect(green.outcome.exitCode == 0, "\(green.outcome.transcript)")
            let before = try lab.identity()
            try lab.machine.shell("ip netns exec \(lab.name).kind-worker ip route del 10.0.2.0/24")
            let red = try test(lab.machine, lab.files, "--name", lab.name)
            #expect(red.outcome.exitCode == 1, "\(red.outcome.transcript)")
            let sentence = "routes kind-worker: missing 10.0.2.0/24 via 172.18.0.3 dev eth0"
            #expect(red.outcome.lines.contains("     " + sentence), "\(red.outcome.transcript)")
            #expect(red.junit.contains("<failure type=\"check\" message=\"\(sentence)\">"))
            #expect(red.tap.contains("    \(sentence)\n"))
            #expect(red.routes.contains("10.0.2.0/24 via 172.18.0.3 dev eth0"))
            // The path that broke.
            #expect(red.outcome.output.contains("kind-worker: default via 172.18.0.1 dev eth0"))
            #expect(red.outcome.output.contains("host: no route to 10.0.2."))
            // The same names in the same order, green or red.
            #expect(red.rows.map(\.name) == green.rows.map(\.name))
            // Not repaired, and nothing else touched either.
            #expect(try !lab.ip("kind-worker", "route").contains { $0.hasPrefix("10.0.2.0/24") })
            #expect(try lab.identity() == before)
            try lab.up()
            #expect(try test(lab.machine, lab.files, "--name", lab.name).outcome.exitCode == 0)
        }
    }

    @Test("a lab that was up stays up; converges is skipped there, and runs with --actions, putting back what it did")
    func actionsNeedLeave() throws {
        try withLabUp("three-node") { lab in
            let skipped = try test(lab.machine, lab.name, "--only", "third pod|routes kind-worker")
            #expect(skipped.rows.last == Row(name: "a third pod becomes a backend", status: "skipped"))
            #expect(skipped.outcome.exitCode == 0, "\(skipped.outcome.transcript)")
            let run = try test(lab.machine, lab.name, "--only", "third pod", "--actions")
            #expect(
                run.outcome.exitCode == 0 && run.outcome.output.contains("converged in "), "\(run.outcome.transcript)")
            try eventually("there are two pods again") { try lab.pods.count == 2 }
            let alone = try test(lab.machine, lab.name, "--only", "third pod")
            #expect(alone.outcome.exitCode == 2, "only skipped: nothing ran")
        }
    }

    @Test("converges: a route and an uplink that were taken away are put back, whether or not they came back by then")
    func actionsAreUndone() throws {
        try LabCopy.with("three-node") { copy in
            try copy.write(
                "checks.yaml",
                """
                apiVersion: netlab/v1alpha1
                checks:
                - name: the path breaks
                  timeout: 500ms
                  converges:
                    after: {deleteRoute: {on: kind-worker, to: 10.0.2.0/24}}
                    until: {routes: {on: kind-worker, absent: 10.0.2.0/24}}
                - name: silence
                  timeout: 500ms
                  converges:
                    after: {nodeDown: kind-worker2}
                    until: {reach: {from: kind-worker, to: kind-worker2, expect: no}}
                - name: no such route
                  converges:
                    after: {deleteRoute: {on: kind-worker, to: 10.9.0.0/24}}
                    until: {reach: {from: nodes, to: host}}
                - name: all is back
                  routes: {on: nodes, count: 6}
                - name: and stays
                  for: 300ms
                  reach: {from: [nodes, pods], to: [nodes, pods]}
                """)
            try Machine.with { machine in
                try withLab(copy.path, on: machine) { lab in
                    try lab.up()
                    let before = try ["host", "kind-worker", "kind-worker2"].map { try lab.ip($0, "route") }
                    let run = try test(machine, copy.path, "--name", lab.name, "--actions")
                    #expect(
                        run.rows.map(\.status) == ["passed", "passed", "failed", "passed", "passed"],
                        "\(run.outcome.transcript)")
                    #expect(run.outcome.output.contains("kind-worker has no route to 10.9.0.0/24"))
                    #expect(try ["host", "kind-worker", "kind-worker2"].map { try lab.ip($0, "route") } == before)
                    let status = try lab.json("status")
                    #expect(status["drift"]?.array == [], "\(status)")
                }
            }
        }
    }

    @Test("a lab whose daemon was killed is tested as it stands, without starting another")
    func daemonIsNotStarted() throws {
        try withLabUp("three-node") { lab in
            try lab.killDaemon()
            let run = try test(lab.machine, lab.name, "--only", "routes kind|every pod reaches every pod|two backends")
            #expect(run.outcome.exitCode == 1, "\(run.outcome.transcript)")
            #expect(run.rows.map(\.status) == ["passed", "passed", "passed", "passed", "failed"])
            #expect(run.outcome.output.contains("daemon does not answer"))
            #expect(try !lab.machine.processes().contains { $0.contains("daemon --lab \(lab.name)") })
        }
    }

    @Test(
        "warnings alone end with 3, a wrong check with 1, no check with 2, faulty files with 2",
        arguments: [
            ("- {severity: warning, routes: {on: nodes, count: 99}}\n- reach: {from: nodes, to: host}", 3),
            ("- {within: 100ms, routes: {on: nodes, count: 99}}", 1), (nil, 2), ("[]", 2),
            ("- reech: {from: nodes, to: host}", 2),
        ] as [(String?, Int32)])
    func exitCodes(_ checks: String?, _ code: Int32) throws {
        try LabCopy.with("single-node") { copy in
            try FileManager.default.removeItem(atPath: "\(copy.path)/checks.yaml")
            if let checks {
                try copy.write("checks.yaml", "apiVersion: netlab/v1alpha1\nwithin: 5s\nchecks:\n\(checks)\n")
            }
            try Machine.with { machine in
                let outcome = try machine.netlab("test", copy.path)
                #expect(outcome.exitCode == code, "\(outcome.transcript)")
            }
        }
    }

    @Test("a lab that this machine cannot run is 4 and never green: each check is named as not looked at")
    func environmentIsNeverGreen() throws {
        try Machine.with { machine in
            let outcome = try machine.run(
                [
                    "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", Repository.netlab, "test",
                    "three-node",
                ])
            #expect(outcome.exitCode == 4, "\(outcome.transcript)")
            #expect(outcome.output.contains(" ! routes kind-worker (") && !outcome.output.contains("✓"))
            // Root without the right to make namespaces, and without raw sockets on a lab that is up.
            let poor = ["setpriv", "--bounding-set=-sys_admin", "--inh-caps=-sys_admin", Repository.netlab, "test"]
            let withoutNamespaces = try machine.run(poor + ["three-node"])
            #expect(withoutNamespaces.exitCode == 4, "\(withoutNamespaces.transcript)")
            try withLab("single-node", on: machine) { lab in
                try lab.up()
                let blind = try machine.run(
                    ["setpriv", "--bounding-set=-net_raw", "--inh-caps=-net_raw", Repository.netlab, "test", lab.name])
                #expect(blind.exitCode == 4, "\(blind.transcript)")
            }
        }
    }

    @Test("a lab that does not come up is red, with every check named; --shard and --only choose, in order")
    func choosing() throws {
        try Machine.with { machine in
            let all = try test(machine, "single-node").rows.map(\.name)
            let parts = try (1...3).map { try test(machine, "single-node", "--shard", "\($0)/3").rows.map(\.name) }
            #expect(parts.flatMap(\.self).sorted() == all.sorted())
            #expect(parts[0] == all.enumerated().filter { $0.offset % 3 == 0 }.map(\.element))
            #expect(try test(machine, "single-node", "--only", "^single-node: routes").rows.map(\.name) == [all[0]])
            try machine.shell("ip netns add three-node.host")
            let blocked = try test(machine, "three-node", "single-node", "--parallel", "2")
            #expect(blocked.outcome.exitCode == 1, "\(blocked.outcome.transcript)")
            #expect(blocked.rows.count { $0.status == "broken" } == blocked.rows.count - all.count)
            #expect(blocked.rows.suffix(all.count).allSatisfy { $0.status == "passed" })
            try machine.shell("ip netns delete three-node.host")
            for path in ["/dev/stdout", "/dev/null", "/nowhere/out.xml", "/tmp"] {
                let refused = try machine.netlab("test", "single-node", "--junit", path)
                #expect(refused.exitCode == 2 && refused.output == "", "\(refused.transcript)")
            }
            let printed = try machine.netlab("test", "single-node", "--only", "routes", "--tap", "-")
            #expect(printed.output.contains("\nTAP version 13\n1..1\nok 1 - "), "\(printed.transcript)")
        }
    }

    @Test(
        "an interrupted run takes its lab down and ends as a shell expects: 128 and the signal",
        arguments: ["INT", "TERM"])
    func interrupted(_ signal: String) throws {
        try LabCopy.with("single-node") { copy in
            try copy.write(
                "checks.yaml",
                "apiVersion: netlab/v1alpha1\nchecks:\n- {for: 10m, reach: {from: nodes, to: host}}\n")
            try Machine.with { machine in
                let outcome = try machine.run(
                    ["timeout", "--preserve-status", "-s", signal, "2", Repository.netlab, "test", copy.path])
                #expect(outcome.exitCode == (signal == "INT" ? 130 : 143), "\(outcome.transcript)")
                #expect(try machine.netlab("list").output == "")
            }
        }
    }

    @Test("prove reads the TAP")
    func proveReadsTAP() throws {
        try Machine.with { machine in
            let path = NSTemporaryDirectory() + "/netlab-test-\(UUID().uuidString).tap"
            defer { try? FileManager.default.removeItem(atPath: path) }
            let run = try machine.netlab("test", "single-node", "--tap", path)
            #expect(run.exitCode == 0, "\(run.transcript)")
            let prove = try machine.run(["prove", "-e", "cat", path])
            #expect(prove.exitCode == 0 && prove.output.contains("Result: PASS"), "\(prove.transcript)")
        }
    }

    @Test("issue 4: a failed check leaves a directory that JUnit names: difference, traces, packets, events, logs")
    func evidenceIsCollected() throws {
        try withLabUp("three-node") { lab in
            let base = NSTemporaryDirectory() + "/netlab-evidence-\(UUID().uuidString)"
            defer {
                for path in ["\(base).xml", "\(base)-evidence"] { try? FileManager.default.removeItem(atPath: path) }
            }
            let background = try Background(
                ["bash", "-c", "sleep 0.5; exec ip -n \(lab.name).kind-worker route del 10.0.1.0/24"], on: lab.machine)
            defer { _ = background.end() }
            try lab.machine.shell("ip -n \(lab.name).kind-worker route del 10.0.2.0/24")
            let words = ["test", lab.files, "--name", lab.name, "--only", "routes kind-worker$|node reaches every pod"]
            let red = try lab.netlab(words + ["--junit", "\(base).xml"])
            #expect(red.exitCode == 1, "\(red.transcript)")
            let homes = try FileManager.default.contentsOfDirectory(atPath: "\(base)-evidence/\(lab.name)").sorted()
            #expect(homes.map { $0.dropFirst(2) }.sorted() == ["every-node-reaches-every-pod", "routes-kind-worker"])
            let junit = try String(contentsOfFile: "\(base).xml", encoding: .utf8)
            let home = try #require(homes.first { $0.contains("reaches") })
            let path = "\(base)-evidence/\(lab.name)/\(home)"
            #expect(junit.contains("<system-err>evidence: \(path)</system-err>"))
            func text(_ name: String) throws -> String {
                try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8)
            }
            #expect(try text("diff.txt").contains("  - route 10.0.2.0/24 via 172.18.0.3 dev eth0\n"))
            #expect(try text("findings.txt").contains("kind-worker -> pod/"))
            #expect(try text("snapshot.json").contains("NetlabSnapshot"))
            #expect(try text("trace-1.txt").contains(" stops: "))
            #expect(try text("trace-1.svg").hasPrefix("<svg "))
            #expect(try text("trace-1-from-the-other-end.txt").contains("there:"))
            // The route that was deleted while the checks ran.
            let events = try text("events.jsonl")
            #expect(events.contains("10.0.1.0/24"), "\(events)")
            #expect(
                try text("logs/daemon.log").contains(lab.name) || FileManager.default.fileExists(atPath: "\(path)/logs")
            )
            let packets = try lab.machine.shell("tcpdump -n -r \(path)/retry.pcapng 2>/dev/null")
            #expect(packets.contains("ICMP echo request"), "\(packets)")
        }
    }

    @Test("a report takes the place of a file and of nothing else, and evidence of no link")
    func reportsFollowNoLinks() throws {
        let base = NSTemporaryDirectory() + "/netlab-links-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: base + "/elsewhere", withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: base) }
        for name in ["out-evidence", "link.xml"] {
            try FileManager.default.createSymbolicLink(
                atPath: "\(base)/\(name)", withDestinationPath: "\(base)/elsewhere")
        }
        try Machine.with { machine in
            for (words, text) in [
                (["--junit", "\(base)/out.xml"], "out-evidence is a symbolic link"),
                (["--junit", "\(base)/link.xml"], "link.xml is a symbolic link"),
                (["--evidence", "\(base)/out-evidence"], "is a symbolic link"),
            ] {
                let outcome = try machine.run([Repository.netlab, "test", "single-node"] + words)
                #expect(outcome.exitCode == 2 && outcome.error.contains(text), "\(outcome.transcript)")
            }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: base + "/elsewhere") == [])
    }
}
