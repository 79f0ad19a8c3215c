import Glibc
import KubernetesModel
import NetlabTestSupport
import PodLifecycle
import Testing

@testable import LinuxKernel

/// What code inside a container can do to the machine it runs on (docs/security.md, threat 3).
@Suite("Security of containers", .enabled(if: KernelTestGate.canRun), .timeLimit(.minutes(5)))
struct SecurityReliabilityTests {
    /// Each is tried as root in a container; its exit code must not be 0.
    static let attempts: [(what: String, line: String)] = [
        ("write a file of the host", "touch /etc/netlab-was-here"),
        ("append to a file of the host", "echo >> /etc/passwd"),
        ("write into root's home", "touch $HOME/netlab-was-here || touch /var/tmp/netlab-was-here"),
        ("change a file's owner", "chown 0:0 /etc/passwd"),
        ("change a file's mode", "chmod 644 /etc/passwd"),
        ("make the root writable again", "mount -o remount,bind,rw /"),
        ("mount something", "mount -t tmpfs none /mnt"),
        ("uncover what stands below /run", "umount /run || umount -l /run"),
        ("uncover what stands below /dev", "umount -R /dev || umount -l /dev"),
        ("make a device", "mknod /tmp/memory c 1 1 || mknod /dev/memory c 1 1"),
        ("find a disk or the memory among the devices", "ls /dev | grep -E '^(sd|vd|nvme|xvd|dm-|loop|mem|kmsg|kvm)'"),
        ("write a kernel setting", "cat /proc/sys/kernel/core_pattern > /proc/sys/kernel/core_pattern"),
        ("write a network setting", "echo 1 > /proc/sys/net/ipv4/ip_forward"),
        ("pull a system request", "test -w /proc/sysrq-trigger"),
        ("write into /sys", "test -w /sys/kernel/uevent_helper || test -w /sys/class/net/lo/mtu || mkdir /sys/x"),
        ("see another process", "grep -ls -e 'netlab-shi[m]' -e 'swift[p]m' -e 'netlab[P]' /proc/[0-9]*/comm"),
        ("signal the test", "kill -0 $TEST_PID"),
        ("trace its own shim", "ls /proc/$TEST_PID/fd"),
        ("find other namespaces by name", "ls /run/netns"),
        ("find netlab's state", "ls /run/netlab"),
        ("find a control socket", "ls /run/docker.sock /run/systemd /run/dbus"),
        ("make a network namespace", "unshare -n true"),
        ("make a mount namespace", "unshare -m true"),
        ("enter its parent's namespaces", "nsenter -t 1 -n true"),
        ("add a link", "ip link add x type veth peer name y"),
        ("change the host name", "hostname other"),
        ("load a module", "modprobe dummy || insmod /lib/modules/x.ko || finit_module"),
        ("raise its own capabilities", "capsh --caps=cap_sys_admin+ep -- -c true || false"),
        ("read the kernel's memory", "head -c 1 /proc/kcore"),
        ("set the clock", "date -s 2001-01-01 && date -s 2001-01-01"),
        ("write to a process's limits outside", "echo 0 > /proc/1/oom_score_adj"),
        ("leave by a relative way", "ls ../netlab ../../run/netlab"),
        ("find the caller's secret", "env | grep -q SECRET"),
    ]

    @Test("nothing that root tries inside a container changes or uncovers the machine")
    func attemptsFail() throws {
        setenv("NETLAB_TEST_SECRET", "1", 1)
        let before = try hostFiles()
        let rounds = Reliability.rounds(short: 1, full: 10)
        var refused = 0
        for _ in 0..<rounds {
            try ContainerFixture.with { fixture in
                let environment = ["TEST_PID": "\(getpid())"]
                let spec = fixture.spec("c", .command(["sleep", "1020"]), environment: environment)
                try fixture.runtime.start(spec)
                #expect(try fixture.runtime.directory(of: spec.id).warnings() == [])
                for (what, line) in Self.attempts {
                    let inside = try fixture.runtime.run(["sh", "-c", "(\(line))"], in: spec.id, timeout: 30)
                    #expect(inside.exitCode != 0 && !inside.timedOut, "exec: \(what): \(text(inside.output))")
                    refused += inside.exitCode == 0 ? 0 : 1
                }
                // And the same as the container's own program.
                let all = Self.attempts.map { "( \($0.line) ) 2>&1 && echo \"done: \($0.what)\"" }.joined(
                    separator: "\n")
                var own = fixture.shell("own", all + "\necho end")
                own.environment = environment
                _ = try fixture.runToEnd(own)
                let log = fixture.log("own")
                #expect(log.hasSuffix("end\n") && !log.contains("done: "), "\(log)")
                refused += Self.attempts.count
            }
        }
        #expect(try hostFiles() == before)
        Reliability.report(
            "security", "ways out of a container, as root inside",
            "\(Self.attempts.count) tried as a command and by exec, \(rounds) times: \(refused) refused, 0 succeeded")
    }

    @Test("a container has the capabilities of the default list and no new ones, by exec too")
    func capabilitiesAreBounded() throws {
        let expected = "00000000" + hex(ContainerSecurity.defaultCapabilities.bits)
        #expect(ContainerSecurity.defaultCapabilities.bits & LinuxCapability.SYS_ADMIN.bit == 0)
        try ContainerFixture.with { fixture in
            let spec = fixture.shell("c", "grep -E '^(Cap|NoNew)' /proc/self/status; echo end; exec sleep 1021")
            try fixture.runtime.start(spec)
            let wanted = [
                "CapInh:\t0000000000000000", "CapPrm:\t\(expected)", "CapEff:\t\(expected)", "CapBnd:\t\(expected)",
                "CapAmb:\t0000000000000000", "NoNewPrivs:\t1",
            ]
            while !fixture.log("c").hasSuffix("end\n") { usleep(2000) }
            #expect(lines(fixture.log("c")) == wanted + ["end"])
            let exec = try fixture.runtime.run(
                ["grep", "-E", "^(Cap|NoNew)", "/proc/self/status"], in: spec.id, timeout: 30)
            #expect(lines(text(exec.output)) == wanted)
        }
    }

    @Test("a server that is built in has no capability, nor has the shim of any container")
    func serversHaveNone() throws {
        try ContainerFixture.with { fixture in
            let spec = fixture.spec("c", .builtIn(image: "hello-app:1.0", arguments: []))
            try fixture.runtime.start(spec)
            let processes = try #require(try fixture.runtime.directory(of: spec.id).processes())
            for process in [processes.shim, try #require(processes.first)] {
                let status = text(try #require(try StateFile.read("/proc/\(process.pid)/status")))
                for name in ["CapPrm", "CapEff", "CapBnd", "CapAmb", "CapInh"] {
                    #expect(status.contains("\(name):\t0000000000000000"), "\(status)")
                }
                #expect(status.contains("NoNewPrivs:\t1"))
            }
            // Below 1024 it needs one, and gets that one.
            var low = fixture.spec("low", .builtIn(image: "hello-app:1.0", arguments: []), environment: ["PORT": "80"])
            low.security.serverCapabilities = [.NET_BIND_SERVICE]
            try fixture.runtime.start(low)
            guard case .running(let pid, _) = fixture.runtime.status(low.id) else {
                Issue.record("\(fixture.log("low"))")
                return
            }
            let status = text(try #require(try StateFile.read("/proc/\(pid)/status")))
            #expect(status.contains("CapEff:\t0000000000000400"), "\(status)")
            // The shim carries the line into the log, a moment after it was printed.
            for _ in 0..<1_000 where fixture.log("low").isEmpty { usleep(10_000) }
            #expect(fixture.log("low").contains("Server listening on port 80"))
        }
    }

    @Test("runAsUser, runAsGroup, drop, add and allowPrivilegeEscalation are heeded")
    func securityContextIsHeeded() throws {
        try ContainerFixture.with { fixture in
            let script = "id -u; id -g; id -G; grep -E 'CapEff|CapBnd|NoNew' /proc/self/status | cut -f2; echo $HOME"
            var spec = fixture.shell("user", script + "; cat /etc/hosts | head -1; touch /tmp/own && echo own")
            spec.security = ContainerSecurity(user: 65_534, group: 65_533, supplementaryGroups: [7, 9])
            _ = try fixture.runToEnd(spec)
            #expect(
                lines(fixture.log("user")) == [
                    "65534", "65533", "65533 7 9", "0000000000000000",
                    "00000000" + hex(ContainerSecurity.defaultCapabilities.bits), "1", "/", "127.0.0.1\tlocalhost",
                    "own",
                ])
            spec = fixture.shell("some", script + "; ip link add x type veth peer name y && echo added")
            spec.security = ContainerSecurity(capabilities: [.NET_ADMIN], allowsNewPrivileges: true)
            _ = try fixture.runToEnd(spec)
            #expect(
                lines(fixture.log("some")) == [
                    "0", "0", "0", "0000000000001000", "0000000000001000", "0", "/root", "added",
                ])
        }
    }

    @Test("a privileged container is root on the machine")
    func privilegedIsRoot() throws {
        try ContainerFixture.with { fixture in
            let directory = "/tmp/\(fixture.name)"
            var spec = fixture.shell(
                "c",
                "touch \(directory)/seen && mount -t tmpfs none /mnt && test -w /proc/sys/kernel/hostname && echo done")
            spec.security = ContainerSecurity(
                isPrivileged: true, capabilities: Set(LinuxCapability.allCases), allowsNewPrivileges: true)
            _ = try fixture.runToEnd(spec)
            #expect(fixture.log("c") == "done\n")
            #expect(StateFile.exists("\(directory)/seen"))
            // What is refused elsewhere is not refused for want of a program or of something to do it to.
            let possible = [
                "mount something", "make a network namespace", "make a mount namespace", "add a link",
                "enter its parent's namespaces", "make the root writable again", "write a kernel setting",
            ]
            for (number, (what, line)) in Self.attempts.enumerated() where possible.contains(what) {
                var spec = fixture.shell("p\(number)", line)
                spec.security = ContainerSecurity(
                    isPrivileged: true, capabilities: Set(LinuxCapability.allCases), allowsNewPrivileges: true)
                guard case .exited(code: 0, _, _, _) = try fixture.runToEnd(spec) else {
                    Issue.record("\(what): \(fixture.log("p\(number)"))")
                    continue
                }
            }
        }
    }

    @Test("a container's own /run, /tmp and /dev are empty but for what it needs, and its alone")
    func ownDirectories() throws {
        try ContainerFixture.with { fixture in
            let script = """
                ls /tmp; ls -A /dev | tr '\\n' ' '; echo; echo x > /dev/null; head -c 4 /dev/urandom | wc -c
                touch /tmp/a /run/a /dev/shm/a && ls /tmp /run
                """
            _ = try fixture.runToEnd(fixture.shell("c", script))
            #expect(
                lines(fixture.log("c")) == [
                    "fd full null ptmx pts random shm stderr stdin stdout tty urandom zero ", "4", "/run:", "a", "",
                    "/tmp:", "a",
                ])
            #expect(!StateFile.exists("/run/a") && !StateFile.exists("/tmp/a"))
        }
    }

    @Test("a working directory is read from the container's root, not from where its shim stands")
    func workingDirectoryIsInside() throws {
        try ContainerFixture.with { fixture in
            var spec = fixture.spec("c", .command(["pwd"]))
            spec.workingDirectory = "../../etc"
            _ = try fixture.runToEnd(spec)
            #expect(fixture.log("c") == "/etc\n")
            spec = fixture.spec("d", .command(["cat", "spec.json"]))
            spec.workingDirectory = "."
            _ = try fixture.runToEnd(spec)
            #expect(fixture.log("d").contains("No such file"))
        }
    }

    @Test("an exec hands no descriptor of its caller into the container")
    func descriptorsStayOutside() throws {
        try ContainerFixture.with { fixture in
            let spec = fixture.spec("c", .command(["sleep", "1022"]))
            try fixture.runtime.start(spec)
            let directory = try fixture.runtime.directory(of: spec.id)
            let words = ContainerStage.execArguments(directory, ["ls", "/proc/self/fd/9/"]).dropFirst()
            let line = "exec 9</etc; \(ContainerFixture.netlab) \(words.joined(separator: " ")) 2>/dev/null"
            #expect(try ContainerFixture.tool("bash", "-c", line) != 0)
        }
    }

    @Test(
        "an identity that would lead out of the containers' directory starts nothing",
        arguments: ["../../../etc", "a/b", "..", ".", ""])
    func identitiesStayInside(part: String) throws {
        try ContainerFixture.with { fixture in
            var spec = fixture.spec("c", .command(["true"]))
            spec.id = ContainerID(podUID: part, container: "c", attempt: 0)
            #expect { try fixture.runtime.start(spec) } throws: { ($0 as? ContainerRuntimeError)?.errno == EINVAL }
            spec.id = ContainerID(podUID: "u", container: part, attempt: 0)
            #expect { try fixture.runtime.start(spec) } throws: { ($0 as? ContainerRuntimeError)?.errno == EINVAL }
            #expect(StateFile.list(fixture.root) == [])
        }
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    private func lines(_ text: String) -> [String] {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last == "" { lines.removeLast() }
        return lines
    }

    /// Eight digits.
    private func hex(_ bits: UInt64) -> String {
        let digits = String(bits, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }

    /// What the attempts would leave a trace in.
    private func hostFiles() throws -> [String] {
        try ["/etc/passwd", "/proc/sys/kernel/core_pattern", "/proc/sys/kernel/hostname", "/proc/self/mountinfo"].map {
            let text = text(try StateFile.read($0) ?? [])
            // Other tests make and delete named namespaces meanwhile.
            return lines(text).filter { !$0.contains(NamespaceFile.directory) }.joined(separator: "\n")
        } + [StateFile.list("/etc"), StateFile.list("/root"), StateFile.list("/var/tmp")].map { "\($0)" }
    }
}
