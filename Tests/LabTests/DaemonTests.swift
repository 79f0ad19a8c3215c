import Foundation
import NetlabTestSupport
import Testing

/// Daemons that die, state that is lost, and namespaces of other people.
@Suite(.enabled(if: KernelTestGate.canRun)) struct DaemonTests {
    @Test("design 11: pods go on answering without the daemon, status says what to do, up resumes the same pods")
    func upResumesAfterSIGKILL() throws {
        try withLabUp("three-node") { lab throws in
            let before = try lab.identity()
            let pods = try lab.pods
            try lab.killDaemon()
            #expect(try lab.curl(pods[0].place, "\(pods[1].address):8080").hasSuffix("Hostname: \(pods[1].name)\n"))
            let status = try lab.netlab("status")
            #expect(status.exitCode == 1, "\(status.transcript)")
            #expect(
                status.error.contains("is not running") && status.error.contains("netlab up"), "\(status.transcript)")
            // A shell on a node must work most of all now.
            #expect(try lab.netlab("exec", "kind-worker", "--", "hostname").output == "kind-worker\n")
            try lab.up()
            #expect(try lab.identity() == before)
            #expect(try lab.up("--dry-run").lines == ["nothing to do"])
        }
    }

    @Test("a lab called by --name is resumed by that name, as the advice of status says")
    func upByNameResumes() throws {
        try withLabUp("three-node") { lab throws in
            let before = try lab.identity()
            try lab.killDaemon()
            let outcome = try lab.machine.netlab("up", lab.name)
            #expect(outcome.exitCode == 0, "\(outcome.transcript)")
            #expect(try lab.identity() == before)
        }
    }

    @Test("design 6: down works after SIGKILL of the daemon, and after the state directory was deleted as well")
    func downAfterSIGKILL() throws {
        for loss in [
            "true", "rm -rf /run/netlab/NAME", "rm /run/netlab/NAME/lab.json", "rm /run/netlab/NAME/journal.json",
        ] {
            // `withLab` takes it down and expects nothing to be left.
            try withLabUp("three-node") { lab throws in
                try lab.killDaemon()
                try lab.machine.shell(loss.replacingOccurrences(of: "NAME", with: lab.name))
            }
        }
    }

    @Test("what a creation left that was cut short, and that nobody wants any more, goes with the next daemon")
    func unfinishedNamespace() throws {
        try withLabUp("three-node") { lab throws in
            try lab.killDaemon()
            // As a kill between the place of a namespace and the namespace leaves it, of a pod that is deleted since.
            let name = "\(lab.name).default_gone"
            try lab.machine.shell(
                """
                touch /run/netns/\(name)
                python3 - <<'PYTHON'
                import json
                path = "/run/netlab/\(lab.name)/journal.json"
                journal = json.load(open(path))
                names = journal["owned"]["namespaces"]
                names["\(name)"] = next(v for k, v in names.items() if ".default_" in k)
                journal["isSettled"] = False
                json.dump(journal, open(path, "w"))
                PYTHON
                """)
            #expect(try lab.up().exitCode == 0)
            #expect(try !lab.machine.shell("ls /run/netns").contains(name))
        }
    }

    @Test("down works when the state directory was deleted under a running daemon")
    func downAfterLostState() throws {
        try withLabUp("three-node") { lab throws in
            _ = try lab.machine.shell("rm -rf /run/netlab/\(lab.name)")
            #expect(try lab.machine.netlab("list").output == "")
        }
    }

    @Test("a pod killed with SIGKILL comes back, restarted once")
    func killedPodRestarts() throws {
        try withLabUp("three-node") { lab throws in
            let containers = try lab.containers()
            let victim = try #require(containers.first)
            try lab.machine.shell("kill -9 \(victim.value)")
            try eventually("the container is another process") {
                let process = try lab.containers()[victim.key]
                return process != nil && process != -1 && process != victim.value
            }
            try eventually("the pod counts one restart") {
                try lab.netlab("pods").output.contains(" Running   1 ")
            }
        }
    }

    @Test("two up at once: both succeed and there is one lab")
    func twoUpAtOnce() throws {
        try Machine.with { machine throws in
            try withLab("three-node", on: machine) { lab throws in
                let up = "\(Repository.netlab) up three-node --name \(lab.name)"
                let outcome = try machine.run([
                    "bash", "-c", "\(up) & first=$!; \(up); second=$?; wait $first && exit $second",
                ])
                #expect(outcome.exitCode == 0, "\(outcome.transcript)")
                #expect(try lab.pods.count == 2)
                #expect(try machine.processes().count { $0.contains("daemon --lab \(lab.name)") } == 1)
                #expect(try lab.up("--dry-run").lines == ["nothing to do"])
            }
        }
    }

    @Test("design 6: up killed at any moment leaves what the next up completes, or down removes")
    func upKilledHalfWay() throws {
        for milliseconds in [5, 15, 30, 60, 100] {
            try Machine.with { machine throws in
                try withLab("three-node", on: machine) { lab throws in
                    // The daemon does the work, so it is the one to die.
                    try machine.shell(
                        """
                        \(Repository.netlab) up three-node --name \(lab.name) >/dev/null 2>&1 & up=$!
                        sleep \(Double(milliseconds) / 1000)
                        pid=$(pgrep -f -- '[d]aemon --lab \(lab.name)')
                        kill -9 $pid $up || true; wait
                        """)
                    if milliseconds % 2 == 0 {
                        try lab.up()
                        #expect(try lab.up("--dry-run").lines == ["nothing to do"])
                    }
                }
            }
        }
    }

    @Test("design 6: gc proves and removes what a dead daemon without state left, and touches nothing else")
    func gcFindsLeftovers() throws {
        try withLabUp("three-node") { lab throws in
            let foreign = "\(lab.name)x.foo"
            try lab.machine.shell("ip netns add \(foreign); ip netns add \(lab.name).not-ours")
            #expect(try lab.machine.netlab("gc", "--dry-run").output == "")
            try lab.killDaemon()
            // With its state a lab can be resumed: no leftover.
            #expect(try lab.machine.netlab("gc", "--dry-run").output == "")
            try lab.machine.shell("rm -rf /run/netlab/\(lab.name)")
            let plan = try lab.machine.netlab("gc", "--dry-run")
            let namespaces = plan.lines.filter { $0.hasPrefix("would remove namespace \(lab.name).") }
            #expect(namespaces.count == 6, "\(plan.transcript)")
            #expect(namespaces.allSatisfy { $0.contains("carries the alias netlab:\(lab.name):") })
            // Two pods, each a shim and its program.
            let processes = plan.lines.filter { $0.hasPrefix("would remove process ") }
            #expect(processes.count == 4 && plan.lines.count == 10, "\(plan.transcript)")
            #expect(try lab.machine.shell("ls /run/netns").trimmedLines.count == 8)
            #expect(try lab.machine.netlab("gc").lines.count == 10)
            #expect(
                try lab.machine.shell("ls /run/netns").trimmedLines.sorted()
                    == [foreign, "\(lab.name).not-ours"].sorted())
            try lab.machine.shell("ip netns del \(foreign); ip netns del \(lab.name).not-ours")
        }
    }

    @Test("design 6: a namespace of somebody else in the way is refused and kept; nothing half-built stays")
    func foreignNamespaceIsRefused() throws {
        try Machine.with { machine throws in
            try withLab("three-node", on: machine) { lab throws in
                let foreign = "\(lab.name).kind-worker"
                try machine.shell("ip netns add \(foreign) && ip -n \(foreign) link set lo up")
                let inode = try machine.shell("stat -Lc %i /run/netns/\(foreign)")
                let outcome = try machine.netlab("up", "three-node", "--name", lab.name)
                #expect(outcome.exitCode == 1, "\(outcome.transcript)")
                #expect(
                    outcome.error.contains("namespace \(foreign) is in the way and not this lab's")
                        && outcome.error.contains("ip netns delete \(foreign)"), "\(outcome.transcript)")
                #expect(try machine.shell("ls /run/netns") == foreign + "\n")
                #expect(try machine.shell("stat -Lc %i /run/netns/\(foreign)") == inode)
                #expect(try machine.netlab("down", lab.name).exitCode == 0)
                #expect(try machine.shell("ls /run/netns") == foreign + "\n")
                try machine.shell("ip netns del \(foreign)")
            }
        }
    }

    @Test("down ends a shell somebody left open on a node")
    func downEndsOpenShells() throws {
        try withLabUp("single-node") { lab throws in
            try lab.machine.start([
                Repository.netlab, "exec", "-l", lab.name, "kind-control-plane", "--", "sleep", "4321",
            ])
            try lab.machine.start(["ip", "netns", "exec", "\(lab.name).kind-control-plane", "sleep", "4322"])
            try eventually("both sleep") { try lab.machine.processes().count { $0.contains("sleep 432") } == 2 }
            #expect(try lab.netlab("down").exitCode == 0)
            #expect(try lab.machine.processes().filter { $0.contains("sleep 432") } == [])
        }
    }
}

extension LabUp {
    /// Ends the daemon as a crash would.
    func killDaemon() throws {
        let text = try machine.shell("cat /run/netlab/\(name)/lab.json")
        let record = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
        let process = try #require(record["daemon"]?["pid"]?.number)
        try machine.shell("kill -9 \(process); while kill -0 \(process) 2>/dev/null; do sleep 0.005; done")
    }
}
