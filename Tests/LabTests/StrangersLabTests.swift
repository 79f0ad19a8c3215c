import Foundation
import NetlabTestSupport
import Testing

/// A lab's files from somebody one has no reason to trust, brought up by root (docs/security.md, threat 2).
@Suite(.enabled(if: KernelTestGate.canRun)) struct StrangersLabTests {
    /// Something only root may read, in no lab's directory.
    private func withSecret(_ body: (_ path: String, _ text: String) throws -> Void) throws {
        let text = "root:$6$\(UUID().uuidString):19000:0:99999:7:::"
        let path = NSTemporaryDirectory() + "/netlab-secret-\(UUID().uuidString)"
        try "\(text)\ndaemon: *\n".write(toFile: path, atomically: true, encoding: .utf8)
        chmod(path, 0o600)
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(path, text)
    }

    @Test(
        "a file of a lab that is a link out of its directory is refused, and what it leads to is not told",
        arguments: ["kind.yaml", "cilium.yaml", "lab.yaml", "manifests/x.yaml"])
    func linksOutAreRefused(file: String) throws {
        try withSecret { secret, text in
            for target in [secret, "../../../../../../../../\(secret)", "/proc/self/root\(secret)"] {
                try LabCopy.with("three-node") { copy in
                    try? FileManager.default.removeItem(atPath: "\(copy.path)/\(file)")
                    try FileManager.default.createSymbolicLink(
                        atPath: "\(copy.path)/\(file)", withDestinationPath: target)
                    try expectRefusal(
                        copy, "\(file): it is a symbolic link that leads out of the lab's directory", text)
                }
            }
        }
    }

    @Test("so is a directory of manifests that is a link, and a link inside the lab is followed")
    func directoriesAndLinksInside() throws {
        try LabCopy.with("three-node") { copy in
            let manifests = "\(copy.path)/manifests"
            try FileManager.default.moveItem(atPath: manifests, toPath: "\(copy.path)/others")
            try FileManager.default.createSymbolicLink(atPath: manifests, withDestinationPath: "others")
            let outcome = try dryRun(copy)
            #expect(outcome.exitCode == 0 && outcome.output.contains("hello-app"), "\(outcome.transcript)")
            try FileManager.default.removeItem(atPath: manifests)
            try FileManager.default.createSymbolicLink(
                atPath: manifests, withDestinationPath: "\(Repository.root)/labs/three-node/manifests")
            try expectRefusal(copy, "leads out of the lab's directory", "replicas")
        }
    }

    @Test(
        "what is no file hangs nothing",
        arguments: ["mkfifo F", "mknod F c 1 5", "ln -s /dev/zero F", "mkdir F", "ln -s F F"])
    func notFilesAreRefused(preparation: String) throws {
        for file in ["kind.yaml", "manifests/x.yaml"] {
            try LabCopy.with("three-node") { copy in
                let line = preparation.replacingOccurrences(of: "F", with: "\(copy.path)/\(file)")
                #expect(try Command.run(["bash", "-c", "rm -f \(copy.path)/\(file); \(line)"]).exitCode == 0)
                let outcome = try dryRun(copy)
                // A directory among the manifests may also be passed over.
                #expect(outcome.exitCode == 2 || preparation.hasPrefix("mkdir"), "\(outcome.transcript)")
            }
        }
    }

    @Test("nothing that a file says acts on the terminal, in messages, tables or answers")
    func controlCharactersAreShown() throws {
        let evil = "\\e[2J\\e]0;owned\\a\\u202Etxt\\x7f"
        for (file, text) in [
            ("kind.yaml", "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\n\"\(evil)\": 1\n"),
            ("lab.yaml", "apiVersion: netlab/v1alpha1\nname: \"\(evil)\"\n"),
            ("cilium.yaml", "\"\(evil)\": 1\ntunnel: \"\(evil)\"\n"),
            ("manifests/x.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: \"\(evil)\"}\nspec: {\"\(evil)\": 1}\n"),
        ] {
            try LabCopy.with("three-node") { copy in
                try copy.write(file, text)
                let outcome = try dryRun(copy)
                #expect(outcome.exitCode == 2 && outcome.error.contains("^["), "\(outcome.transcript)")
                for scalar in (outcome.error + outcome.output).unicodeScalars {
                    #expect(scalar == "\n" || scalar.value >= 0x20 && scalar.value != 0x7f && scalar.value != 0x202e)
                }
            }
        }
        try LabCopy.with("single-node") { copy in
            try copy.write(
                "manifests/x.yaml",
                """
                apiVersion: v1
                kind: Pod
                metadata: {name: evil}
                spec:
                  containers:
                  - {name: c, image: "x\\e[31m/hello-app:1.0", env: [{name: PORT, value: "8099"}]}
                  - {name: d, image: "i", command: [/bin/sh, -c, "sleep 1000; :", "\\e[31m"]}
                """)
            try withLabUp(copy.path) { lab in
                for words in [["pods", "-o", "wide"], ["ps", "kind-control-plane"], ["status"], ["services", "-A"]] {
                    let outcome = try lab.netlab(words)
                    #expect(outcome.exitCode == 0 && !outcome.output.contains("\u{1b}"), "\(outcome.transcript)")
                }
            }
        }
    }

    @Test("--no-host-commands refuses every program of the machine, and a lab without one comes up")
    func noHostCommands() throws {
        try Machine.with { machine throws in
            try withLab("three-node", on: machine) { lab throws in
                let refused = try machine.netlab("up", "services", "--name", lab.name, "--no-host-commands")
                #expect(refused.exitCode == 2 && refused.output == "", "\(refused.transcript)")
                #expect(
                    refused.error.contains(
                        "spec.containers[0].command: Forbidden: it runs a program of this machine, and --no-host-commands"
                    ))
                #expect(try machine.shell("ls -A /run/netns /run/netlab 2>/dev/null || true") == "/run/netns:\n")
                try lab.up("--no-host-commands")
                // The lab keeps it for what is applied later.
                let later = try lab.netlab(
                    "apply", "-f", "/dev/stdin", input: pod("command: [/bin/sleep, \"9\"]"))
                #expect(later.exitCode == 2 || later.exitCode == 1, "\(later.transcript)")
                let file = try machine.shell("mktemp").trimmedLines[0]
                defer { _ = try? machine.shell("rm -f \(file)") }
                _ = try machine.run(["tee", file], input: pod("command: [/bin/sleep, \"9\"]"))
                let applied = try lab.netlab("apply", "-f", file)
                #expect(applied.exitCode == 2 && applied.error.contains("--no-host-commands was given"))
                #expect(try lab.pods.count == 2)
            }
        }
    }

    @Test("a privileged container comes up only where who starts the lab says so")
    func privilegedNeedsTheFlag() throws {
        try LabCopy.with("single-node") { copy in
            try copy.write(
                "manifests/x.yaml", pod("command: [/bin/sleep, \"1000\"], securityContext: {privileged: true}"))
            try Machine.with { machine throws in
                try withLab(copy.path, on: machine) { lab throws in
                    let refused = try machine.netlab("up", copy.path, "--name", lab.name)
                    #expect(refused.exitCode == 2, "\(refused.transcript)")
                    #expect(refused.error.contains("privileged: Forbidden: disallowed by cluster policy"))
                    try lab.up("--allow-privileged")
                    let inside = try lab.netlab("exec", "p", "--", "test", "-w", "/proc/sys/kernel/hostname")
                    #expect(inside.exitCode == 0, "\(inside.transcript)")
                }
            }
        }
    }

    @Test("securityContext in a manifest reaches the processes of the pod")
    func securityContextArrives() throws {
        try LabCopy.with("single-node") { copy in
            try copy.write(
                "manifests/x.yaml",
                pod(
                    """
                    command: [/bin/sleep, "1000"], securityContext: {runAsUser: 65534, runAsGroup: 65533,
                        capabilities: {drop: [ALL], add: [NET_RAW]}}
                    """))
            try withLabUp(copy.path) { lab in
                let inside = try lab.netlab(
                    "exec", "p", "--", "sh", "-c", "id -u; id -g; grep CapBnd /proc/self/status")
                #expect(inside.lines == ["65534", "65533", "CapBnd:\t0000000000002000"], "\(inside.transcript)")
            }
        }
    }

    private func pod(_ fields: String) -> String {
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: p}
        spec:
          containers:
          - {name: c, image: x, \(fields)}

        """
    }

    private func dryRun(_ copy: LabCopy) throws -> Outcome {
        try Command.run([Repository.netlab, "up", copy.path, "--dry-run"], limit: 60)
    }

    private func expectRefusal(_ copy: LabCopy, _ message: String, _ secret: String) throws {
        let outcome = try dryRun(copy)
        #expect(outcome.exitCode == 2 && outcome.error.contains(message), "\(outcome.transcript)")
        #expect(!outcome.transcript.contains(secret), "\(outcome.transcript)")
    }
}
