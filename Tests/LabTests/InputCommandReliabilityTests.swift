import Foundation
import NetlabTestSupport
import Testing

/// Damaged labs through the program itself: what a person sees, and what is left on the machine.
///
/// `NETLAB_FUZZ_SEED`, `NETLAB_FUZZ_FIRST` and `NETLAB_FUZZ_COUNT` as for `InputReliabilityTests`.
@Suite(.enabled(if: KernelTestGate.canRun)) struct InputCommandReliabilityTests {
    private static func setting(_ name: String, _ usual: Int) -> Int {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? usual
    }

    /// A directory for the length of the body.
    private func withDirectory(_ body: (String) throws -> Void) throws {
        let path = NSTemporaryDirectory() + "/netlab-test-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(path)
    }

    /// Words of a program that fell, not of one that refused.
    private func isSpeech(ofCrash outcome: Outcome) -> Bool {
        ["Fatal error", "Stack dump", "Thread 0", "Illegal instruction", "Program crashed", "Swift/"].contains {
            outcome.error.contains($0) || outcome.output.contains($0)
        }
    }

    @Test("design 11: up --dry-run and create of damaged labs end with 0 or 2, and one that is refused leaves nothing")
    func damagedLabs() throws {
        let seed = Self.setting("NETLAB_FUZZ_SEED", 2)
        let first = Self.setting("NETLAB_FUZZ_FIRST", 0)
        let count = Self.setting("NETLAB_FUZZ_COUNT", Reliability.rounds(short: 60, full: 1_500))
        let corpus = try FuzzCorpus(root: Repository.root)
        var codes: [Int32: Int] = [:]
        var created = 0
        try Machine.with { machine throws in
            for number in first..<first + count {
                try withDirectory { directory in
                    try FuzzCase(seed: UInt64(seed), number: number, corpus: corpus).write(to: directory)
                    let name = RandomName.lab()
                    let creates = number % 4 == 0
                    let outcome =
                        creates
                        ? try machine.netlab("create", directory, "--name", name, "--quiet")
                        : try machine.netlab("up", directory, "--dry-run", "--name", name)
                    let code = outcome.exitCode ?? -1
                    codes[code, default: 0] += 1
                    let isAnswer = code == 0 || code == 2 && !outcome.error.isEmpty
                    #expect(
                        isAnswer && !isSpeech(ofCrash: outcome),
                        "case \(number) of seed \(seed): \(outcome.transcript.prefix(2_000))")
                    if creates, code == 0 {
                        created += 1
                        #expect(try machine.netlab("down", name, "--quiet").exitCode == 0)
                    }
                    let left = try machine.shell("ls -A /run/netns; ls -A /run/netlab 2>/dev/null || true").trimmedLines
                    #expect(left == [], "case \(number) of seed \(seed) left \(left)")
                }
            }
        }
        let text = codes.sorted { $0.key < $1.key }.map { "\($0.value) with \($0.key)" }.joined(separator: ", ")
        Reliability.report(
            "input", "damaged labs through the program: up --dry-run and create",
            "\(count) cases of seed \(seed): ended \(text); \(created) created and taken down; nothing left by any")
    }

    @Test("what is no regular file, not readable, binary or too large gets one clear message and exit code 2")
    func specialFiles() throws {
        let faults: [(make: String, message: String)] = [
            ("rm kind.yaml; mkdir kind.yaml", "/kind.yaml: this is a directory; expected a regular file"),
            ("rm kind.yaml; mkfifo kind.yaml", "/kind.yaml: this is a named pipe; expected a regular file"),
            ("rm kind.yaml; mknod kind.yaml c 1 5", "/kind.yaml: this is a device; expected a regular file"),
            ("ln -sf /dev/zero kind.yaml", "/kind.yaml: it is a symbolic link that leads out of the lab's directory"),
            (
                "rm kind.yaml; ln -s loop.yaml kind.yaml; ln -s kind.yaml loop.yaml",
                "the symbolic links lead round in a circle"
            ),
            ("ln -sf nowhere cilium.yaml", "/cilium.yaml: the link leads to a file that does not exist"),
            ("mkfifo manifests/b.yaml", "/manifests/b.yaml: this is a named pipe; expected a regular file"),
            ("rm -r manifests; touch manifests", "/manifests: this is not a directory; expected a directory"),
            ("head -c 3000000 /dev/zero > lab.yaml", "/lab.yaml: the file has 3000000 bytes or more; expected at most"),
            ("head -c 5000 /bin/ls > cilium.yaml", "/cilium.yaml:1: the file is not UTF-8 text; expected UTF-8"),
            ("printf 'a\\0b' > lab.yaml", "/lab.yaml:1: YAML syntax: control characters are not allowed"),
            ("ln -sf /proc/self/mem cilium.yaml", "/cilium.yaml: it is a symbolic link that leads out of the lab's"),
        ]
        try Machine.with { machine throws in
            for fault in faults {
                try LabCopy.with("three-node") { copy in
                    _ = try machine.shell("cd '\(copy.path)' && \(fault.make)")
                    for words in [["up", copy.path, "--dry-run"], ["create", copy.path]] {
                        let outcome = try machine.run([Repository.netlab] + words)
                        #expect(outcome.exitCode == 2, "\(fault.make): \(outcome.transcript)")
                        #expect(outcome.errorLines.count == 1, "\(fault.make): \(outcome.transcript)")
                        #expect(outcome.error.contains(fault.message), "\(fault.make): \(outcome.transcript)")
                    }
                }
            }
            for path in ["/dev/zero", "/dev/null", "/proc/self/fd"] {
                let outcome = try machine.netlab("up", path, "--dry-run")
                #expect(outcome.exitCode == 2 && outcome.output == "", "\(outcome.transcript)")
            }
            for words in [["--timeout", "nan"], ["--timeout", "1e300"], ["--timeout", "-1"]] {
                let outcome = try machine.run([Repository.netlab, "up", "three-node"] + words)
                #expect(outcome.exitCode == 2, "\(outcome.transcript)")
            }
        }
    }

    @Test("a pod whose namespace's name does not fit into a file name gets a network, under a shortened name")
    func longPodName() throws {
        let (namespace, pod) = (String(repeating: "n", count: 63), String(repeating: "p", count: 253))
        try LabCopy.with("three-node") { copy in
            try copy.write(
                "manifests/long.yaml",
                """
                apiVersion: v1
                kind: Namespace
                metadata: {name: \(namespace)}
                ---
                apiVersion: v1
                kind: Pod
                metadata: {name: \(pod), namespace: \(namespace)}
                spec: {containers: [{name: c, image: "hello-app:1.0"}]}
                """)
            try Machine.with { machine throws in
                try withLab(copy.path, on: machine) { lab in
                    try lab.up()
                    let names = try machine.shell("ls /run/netns").trimmedLines
                    #expect(names.contains { $0.utf8.count == 255 && $0.contains(namespace + "_ppp") }, "\(names)")
                }
            }
        }
    }
}
