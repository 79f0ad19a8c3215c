import Foundation
import NetlabTestSupport
import Testing

/// `netlab doctor`, and what `up` and `create` ask before they start, on machines with something taken away.
@Suite(.enabled(if: KernelTestGate.canRun)) struct DoctorTests {
    @Test("issue 3.7: on a machine that runs labs nothing is missing, for labs in general and for each that is shipped")
    func goodMachine() throws {
        try Machine.with { machine throws in
            let network = try machine.hostNetwork()
            for words in [[], ["three-node"], ["services"], ["labs/seven-node"]] {
                let outcome = try machine.run([Repository.netlab, "doctor"] + words)
                #expect(outcome.exitCode == 0 && !outcome.output.contains(" ✗ "), "\(outcome.transcript)")
                #expect(outcome.lines.last?.contains("three-node (3 nodes, 2 pods)") == (words == ["three-node"]))
            }
            #expect(try machine.hostNetwork() == network, "doctor changes nothing")
            #expect(try machine.netlab("doctor", "no-such-lab").exitCode == 2)
        }
    }

    @Test("doctor --json: the documented keys, and counts that add up")
    func json() throws {
        try Machine.with { machine throws in
            let report = try self.report(machine, ["three-node"])
            #expect(report["version"]?.number == 1 && report["lab"]?["pods"]?.number == 2)
            let findings = try #require(report["findings"]?.array)
            #expect(findings.count > 60 && report["counts"]?["checks"]?.number == findings.count)
            for finding in findings {
                for key in ["id", "group", "name", "state", "found", "cost", "fix", "neededBy"] {
                    #expect(finding[key]?.text != nil, "\(key) of \(finding)")
                }
            }
            let good = findings.filter { $0["state"]?.text == "ok" }.count
            #expect(report["counts"]?["ok"]?.number == good)
            #expect(try self.report(machine, [])["lab"] == nil)
        }
    }

    /// Ways to take something from a process, the check that must notice, and what it must say.
    struct Loss: CustomTestStringConvertible, Sendable {
        var id: String
        /// In front of the program.
        var wrapper: [String]
        var found: String
        var testDescription: String { id }
    }

    static let losses = [
        Loss(id: "rights.root", wrapper: ["unshare", "-U"], found: "the effective user is 65534"),
        Loss(
            id: "rights.capabilities",
            wrapper: ["setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin"], found: "without CAP_NET_ADMIN"),
        Loss(
            id: "rights.capabilities",
            wrapper: ["setpriv", "--bounding-set=-sys_admin", "--inh-caps=-sys_admin"], found: "without CAP_SYS_ADMIN"),
        Loss(id: "rights.mounts", wrapper: ["unshare", "-Ur"], found: "belongs to another user namespace"),
        Loss(id: "limit.open-files", wrapper: ["prlimit", "--nofile=24:24"], found: "24, and three-node needs 26"),
        Loss(
            id: "limit.net-namespaces",
            wrapper: inUserNamespace("mount -n -t tmpfs none /run && echo 5 > /proc/sys/user/max_net_namespaces"),
            found: "5, and three-node needs 6"),
        Loss(
            id: "limit.pid-namespaces",
            wrapper: inUserNamespace("mount -n -t tmpfs none /run && echo 1 > /proc/sys/user/max_pid_namespaces"),
            found: "1, and three-node needs 4"),
        Loss(
            id: "run.directory", wrapper: inMountNamespace("mount -n -o remount,ro,bind /run"),
            found: "mounted read-only"),
        Loss(
            id: "setting.writable",
            wrapper: inMountNamespace("mount -n --bind /proc/sys /proc/sys && mount -n -o remount,ro,bind /proc/sys"),
            found: "mounted read-only"),
        Loss(
            id: "run.space", wrapper: inMountNamespace("mount -n -t tmpfs -o size=4k none /run"),
            found: "4 KiB free"),
    ]

    /// `mount -n`, because mount(8) otherwise keeps notes in the /run it was started with.
    private static func inMountNamespace(_ line: String) -> [String] {
        ["unshare", "-m", "bash", "-c", line + " && exec \"$@\"", "bash"]
    }

    private static func inUserNamespace(_ line: String) -> [String] {
        ["unshare", "-Urmn", "bash", "-c", line + " && exec \"$@\"", "bash"]
    }

    @Test(
        "what is missing: doctor ends with 4 and says so; up and create refuse in the same words and make nothing",
        arguments: losses)
    func refusals(_ loss: Loss) throws {
        try Machine.with { machine throws in
            let doctor = try machine.run(loss.wrapper + [Repository.netlab, "doctor", "three-node", "--json"])
            #expect(doctor.exitCode == 4, "\(doctor.transcript)")
            let report = try JSONDecoder().decode(JSONValue.self, from: Data(doctor.output.utf8))
            let finding = try #require(report["findings"]?.array?.first { $0["id"]?.text == loss.id })
            #expect(
                finding["state"]?.text == "failure" && finding["found"]?.text?.contains(loss.found) == true,
                "\(finding)")
            let name = finding["name"]?.text ?? "", found = finding["found"]?.text ?? ""
            for command in ["up", "create"] {
                let outcome = try machine.run(loss.wrapper + [Repository.netlab, command, "three-node"])
                #expect(outcome.exitCode == 4, "\(outcome.transcript)")
                #expect(
                    outcome.errorLines.first == "netlab: this machine cannot run three-node", "\(outcome.transcript)")
                #expect(outcome.errorLines.contains(" ✗ \(name): \(found)"), "\(outcome.transcript)")
                #expect(outcome.errorLines.contains("   fix:   \(finding["fix"]?.text ?? "")"), "\(outcome.transcript)")
            }
        }
    }

    @Test("without root doctor says what it could not see and how to see it, and up --dry-run still works")
    func withoutRoot() throws {
        try Machine.with { machine throws in
            let doctor = try machine.run(["unshare", "-U", Repository.netlab, "doctor"])
            #expect(doctor.exitCode == 4, "\(doctor.transcript)")
            #expect(doctor.lines.contains(" ? veth: not tried: needs root"), "\(doctor.transcript)")
            #expect(doctor.lines.contains("To see what is marked with ?: run it again with sudo"))
            #expect(
                try machine.run(["unshare", "-U", Repository.netlab, "up", "three-node", "--dry-run"]).exitCode == 0)
        }
    }

    @Test("up warns in one line of a limit that is close to what the lab needs, and the lab comes up")
    func warnings() throws {
        try Machine.with { machine throws in
            try withLab("three-node", on: machine) { lab throws in
                let words = [Repository.netlab, "up", "three-node", "--name", lab.name]
                let outcome = try machine.run(["prlimit", "--nofile=600:600"] + words)
                #expect(outcome.exitCode == 0, "\(outcome.transcript)")
                let warnings = outcome.errorLines.filter { $0.hasPrefix("warning: open files of a process: 600, and") }
                #expect(
                    warnings.count == 1 && warnings.first?.contains("ulimit -n 4096") == true, "\(outcome.transcript)")
                // Up already: nothing more is taken, and nothing is said.
                let again = try machine.run(["prlimit", "--nofile=600:600"] + words)
                #expect(again.exitCode == 0 && !again.error.contains("warning: "), "\(again.transcript)")
            }
        }
    }

    @Test(
        "leftovers, stale names and a host with the lab's own subnet are told apart: the first warn, the others do not matter"
    )
    func leftoversAndNeighbours() throws {
        try Machine.with { machine throws in
            try machine.shell(
                "ip link add kind type bridge && ip addr add 172.18.0.1/16 dev kind && touch /run/netns/stale")
            defer { _ = try? machine.shell("ip link del kind; rm -f /run/netns/stale") }
            let name = RandomName.lab()
            #expect(try machine.netlab("up", "single-node", "--name", name, "-q").exitCode == 0)
            func found(_ id: String) throws -> (state: String?, found: String) {
                let findings = try report(machine, [])["findings"]?.array ?? []
                let finding = findings.first { $0["id"]?.text == id }
                return (finding?["state"]?.text, finding?["found"]?.text ?? "")
            }
            #expect(try found("leftovers.labs") == ("ok", "none"), "a lab that is up is no leftover")
            #expect(try found("conflict.subnet").found.hasPrefix("kind has 172.18.0.1/16; cannot matter"))
            #expect(try found("run.stale").found.hasPrefix("stale; none has a lab's mark"))
            try LabUp(machine: machine, name: name, files: "single-node").killDaemon()
            #expect(try found("leftovers.labs").state == "ok", "with its state a lab can be resumed")
            try machine.shell("rm -rf /run/netlab/\(name)")
            #expect(try found("leftovers.labs").state == "warning")
            #expect(try found("leftovers.labs").found.contains("namespace \(name).host"))
            #expect(try machine.netlab("gc").exitCode == 0)
            #expect(try found("leftovers.labs").state == "ok")
            #expect(try machine.shell("ls /run/netns") == "stale\n", "what is not netlab's stays")
        }
    }

    @Test("another program called netlab is told of when a shell would find it first, and nothing is said of this one")
    func otherProgram() throws {
        try Machine.with { machine throws in
            try machine.shell("mkdir /run/bin && printf '#!/bin/sh\\n' > /run/bin/netlab && chmod +x /run/bin/netlab")
            defer { _ = try? machine.shell("rm -r /run/bin") }
            let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin"
            let outcome = try machine.netlab("doctor", environment: ["PATH": "/run/bin:\(path)"])
            #expect(outcome.exitCode == 0, "\(outcome.transcript)")
            #expect(outcome.lines.contains { $0.hasPrefix(" ! other programs called netlab: /run/bin/netlab") })
        }
    }

    private func report(_ machine: Machine, _ words: [String]) throws -> JSONValue {
        let outcome = try machine.run([Repository.netlab, "doctor"] + words + ["--json"])
        #expect(outcome.exitCode == 0, "\(outcome.transcript)")
        return try JSONDecoder().decode(JSONValue.self, from: Data(outcome.output.utf8))
    }
}
