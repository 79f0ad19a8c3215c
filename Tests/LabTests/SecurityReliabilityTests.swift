import Foundation
import NetlabTestSupport
import Testing

/// Other users of the machine, and who stands in the way of /run/netlab (docs/security.md, threats 1 and 4).
@Suite("Security of the state", .enabled(if: KernelTestGate.canRun)) struct SecurityReliabilityTests {
    /// A user who is nobody and has no right at all.
    private let nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]

    @Test(
        "another user can read, list and connect to nothing of a lab, whatever the umask of who started it",
        arguments: ["0022", "0000", "0077", "0777"])
    func stateIsClosed(umask: String) throws {
        try Machine.with { machine throws in
            try withLab("services", on: machine) { lab throws in
                let line = "umask \(umask); exec \(Repository.netlab) up services --name \(lab.name)"
                let up = try machine.run(["bash", "-c", line])
                #expect(up.exitCode == 0, "\(up.transcript)")
                let root = "/run/netlab"
                #expect(try machine.shell("stat -c '%U %a' \(root) \(root)/\(lab.name)") == "root 700\nroot 700\n")
                // The two files that are mounted into containers and nodes are readable there by every user.
                let open = "find \(root) ! -user root -o -perm /077 ! -name hosts ! -name resolv.conf"
                #expect(try machine.shell(open) == "")
                #expect(try machine.shell("find \(root) -perm /022 -o -perm /7000") == "")
                let paths = try machine.shell("find \(root)").trimmedLines
                #expect(paths.count > 50)
                var refused = 0
                for path in paths {
                    let looked = try machine.run(nobody + ["stat", path])
                    // The directory itself may be seen from /run; nothing in it may.
                    #expect((looked.exitCode != 0) == (path != root), "\(looked.transcript)")
                    refused += looked.exitCode == 0 ? 0 : 1
                }
                #expect(try machine.run(nobody + ["ls", root]).exitCode != 0)
                for command in ["status", "pods", "ps", "down", "logs"] {
                    let outcome = try machine.run(nobody + [Repository.netlab, command, lab.name])
                    #expect(outcome.exitCode != 0 && outcome.output == "", "\(outcome.transcript)")
                }
                #expect(try lab.netlab("status").exitCode == 0)
                // As `ip netns add` makes them from an ordinary shell, so that `ip netns` works on.
                #expect(try machine.shell("stat -c %a /run/netns") == "755\n")
                Reliability.report(
                    "security", "files of a lab another user looks at, umask \(umask)",
                    "\(paths.count) paths: \(refused) refused, the directory's own name seen")
            }
        }
    }

    @Test("the control socket hears root alone, even where every mode on the way to it was opened")
    func peersAreChecked() throws {
        try withLabUp("single-node") { lab throws in
            let socket = "/run/netlab/\(lab.name)/daemon.sock"
            let ask = ["curl", "-sS", "--http0.9", "--max-time", "10", "--unix-socket", socket, "http://x/"]
            #expect(try lab.machine.run(nobody + ask).exitCode != 0)
            _ = try lab.machine.shell("chmod 755 /run/netlab /run/netlab/\(lab.name); chmod 777 \(socket)")
            let other = try lab.machine.run(nobody + ask)
            #expect(other.output == "" && other.exitCode != 0, "\(other.transcript)")
            let own = try lab.machine.run(ask)
            #expect(own.output.contains("does not understand"), "\(own.transcript)")
            #expect(try lab.netlab("status").exitCode == 0)
            // Looked at again, the directory is closed again.
            #expect(try lab.machine.shell("stat -c %a /run/netlab") == "700\n")
        }
    }

    @Test(
        "a state directory that somebody else made, could write to, or linked elsewhere is refused",
        arguments: [
            (
                "mkdir -m 700 /run/netlab && chown 65534 /run/netlab",
                "use /run/netlab for state: not permitted (it belongs to user 65534)"
            ),
            ("mkdir /run/netlab && chmod 1777 /run/netlab", "not permitted (others can write to it)"),
            ("mkdir /run/netlab && chmod 770 /run/netlab", "not permitted (others can write to it)"),
            ("mkdir /tmp/LAB && ln -s /tmp/LAB /run/netlab", "is a symbolic link, not a state directory"),
            ("ln -s /nowhere /run/netlab", "is a symbolic link, not a state directory"),
            ("touch /run/netlab", "is a file, not a state directory"),
        ])
    func strangeStateIsRefused(preparation: String, reason: String) throws {
        try Machine.with { machine throws in
            let name = RandomName.lab()
            _ = try machine.shell(preparation.replacingOccurrences(of: "LAB", with: name))
            for command in [["up", "single-node", "--name", name], ["down", name], ["status"], ["gc"], ["list"]] {
                let outcome = try machine.run([Repository.netlab] + command)
                if command == ["list"] {
                    #expect(outcome.output == "", "\(outcome.transcript)")
                    continue
                }
                #expect(outcome.exitCode == 4 && outcome.output == "", "\(outcome.transcript)")
                #expect(outcome.error.contains(reason), "\(outcome.transcript)")
            }
            #expect(try machine.shell("ls -A /run/netns") == "")
            _ = try machine.shell("test ! -d /run/netlab/ || rmdir $(realpath /run/netlab); rm -f /run/netlab")
        }
    }

    @Test("a directory of root's that is merely readable is closed and used")
    func ownStateIsClosed() throws {
        try Machine.with { machine throws in
            try withLab("single-node", on: machine) { lab throws in
                _ = try machine.shell("mkdir -m 755 /run/netlab")
                try lab.up()
                #expect(try machine.shell("stat -c %a /run/netlab") == "700\n")
            }
        }
    }

    @Test("links laid in the state directory are replaced or refused, never written through")
    func linksAreNotFollowed() throws {
        try Machine.with { machine throws in
            try withLab("single-node", on: machine) { lab throws in
                let victim = "/tmp/\(lab.name)-victim"
                let directory = "/run/netlab/\(lab.name)"
                defer { _ = try? machine.shell("rm -rf \(victim)") }
                _ = try machine.shell("echo mine > \(victim); mkdir -m 700 /run/netlab \(directory)")
                for file in ["lab.json.new", "journal.json.new", "store.log", "daemon.log", "daemon.sock"] {
                    _ = try machine.shell("ln -s \(victim) \(directory)/\(file)")
                }
                let outcome = try machine.netlab("up", "single-node", "--name", lab.name)
                #expect(try machine.shell("cat \(victim)") == "mine\n", "\(outcome.transcript)")
                #expect(try machine.netlab("down", lab.name).exitCode == 0)
                #expect(try machine.shell("cat \(victim)") == "mine\n")
            }
        }
    }

    @Test(
        "a lab's name that leads elsewhere is refused, and nothing is removed",
        arguments: ["..", ".", "../..", "a/..", "-", "a b", "x\u{1b}[31m"])
    func namesStayInside(name: String) throws {
        try Machine.with { machine throws in
            _ = try machine.shell("mkdir -m 700 /run/netlab /run/netlab/other && touch /run/keep")
            for command in [
                ["down", "--", name], ["up", "single-node", "--name=\(name)"],
                ["daemon", "--lab=\(name)", "--listener=0"],
            ] {
                let outcome = try machine.run([Repository.netlab] + command)
                #expect(outcome.exitCode == 2, "\(outcome.transcript)")
                #expect(!outcome.error.contains("\u{1b}"))
            }
            #expect(try machine.shell("ls /run /run/netlab") == "/run:\nkeep\nnetlab\nnetns\n\n/run/netlab:\nother\n")
            _ = try machine.shell("rm -r /run/netlab /run/keep")
        }
    }

    @Test("a mark that a container could have forged names no directory to remove")
    func forgedMarks() throws {
        try Machine.with { machine throws in
            _ = try machine.shell("mkdir -p /run/victim && touch /run/victim/file && ip netns add forged")
            for lab in ["../victim", "..", ".", "../../run/victim", "a/../../victim"] {
                _ = try machine.shell("ip -n forged link set lo alias 'netlab:\(lab):1'")
                for command in [["gc", "--dry-run", "--all"], ["gc", "--all"], ["down", "--all"]] {
                    let outcome = try machine.run([Repository.netlab] + command)
                    #expect(outcome.exitCode == 0 && !outcome.output.contains("victim"), "\(outcome.transcript)")
                }
                #expect(try machine.shell("ls /run/victim; ip netns") == "file\nforged\n")
            }
            _ = try machine.shell("ip netns del forged; rm -r /run/victim")
        }
    }

    @Test("the daemon has neither its caller's secrets nor descriptors, and lays down what it does not need")
    func daemonIsItsOwn() throws {
        try Machine.with { machine throws in
            try withLab("single-node", on: machine) { lab throws in
                let line = "exec 9</etc 8</dev/null; exec \(Repository.netlab) up single-node --name \(lab.name)"
                let secret = "s3cret-\(lab.name)"
                let up = try machine.run(["bash", "-c", line], environment: ["AWS_SECRET_ACCESS_KEY": secret])
                #expect(up.exitCode == 0, "\(up.transcript)")
                let pids = try machine.shell(
                    "pgrep -f -- '[d]aemon --lab \(lab.name)'; pgrep netlab-shim; pgrep hello-app"
                )
                .trimmedLines
                #expect(pids.count >= 3)
                for pid in pids {
                    let environment = try machine.shell("tr '\\0' '\\n' < /proc/\(pid)/environ")
                    #expect(!environment.contains(secret), "\(environment)")
                    #expect(try machine.shell("ls -l /proc/\(pid)/fd").contains("/etc") == false)
                }
                let status = try machine.shell("cat /proc/\(pids[0])/status")
                let line0 = try #require(status.split(separator: "\n").first { $0.hasPrefix("CapBnd:") })
                let bounding = try #require(UInt64(line0.dropFirst(8), radix: 16))
                // SYS_MODULE, SYS_RAWIO, SYS_BOOT, SYS_TIME, SYSLOG, BPF.
                for number in [16, 17, 22, 25, 34, 39] as [UInt64] { #expect(bounding & (1 << number) == 0) }
                let pod = try #require(try lab.pods.first)
                let inside = try lab.netlab("exec", pod.name, "--", "env")
                #expect(inside.exitCode == 0 && !inside.output.contains(secret), "\(inside.transcript)")
                // A node's command is the person's own and keeps all rights.
                let node = try lab.netlab("exec", "kind-control-plane", "--", "grep", "CapEff", "/proc/self/status")
                #expect(node.output == (try machine.shell("grep CapEff /proc/self/status")))
            }
        }
    }
}
