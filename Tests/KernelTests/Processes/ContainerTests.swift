import Glibc
import NetlabTestSupport
import PodLifecycle
import Testing

@testable import LinuxKernel

@Suite("Containers in namespaces", .enabled(if: KernelTestGate.canRun), .timeLimit(.minutes(1)))
struct ContainerTests {
    @Test("design 6: a container has its own host name, hosts, resolv.conf, PID 1, network and environment")
    func hasItsOwnViews() throws {
        try ContainerFixture.with { fixture in
            let script = """
                hostname; cat /etc/hosts /etc/resolv.conf; echo pid $$; ls /sys/class/net; echo $PATH $HOME $HOSTNAME
                env | cut -d= -f1 | grep -v -x -e PWD -e SHLVL -e _ -e OLDPWD | sort | tr '\\n' ' '; ls /proc/self/fd
                """
            let status = try fixture.runToEnd(fixture.shell("c", script))
            guard case .exited(code: 0, signal: 0, let startedAt, let finishedAt) = status else {
                Issue.record("\(String(describing: status)) \(fixture.log("c"))")
                return
            }
            #expect(finishedAt >= startedAt)
            let lines = fixture.log("c").split(separator: "\n").map(String.init)
            #expect(
                lines == [
                    "pod-\(fixture.name)", "127.0.0.1\tlocalhost", "10.0.0.7\tpod-\(fixture.name)",
                    "nameserver 10.96.0.10", "pid 1", "lo", "\(ProgramStart.defaultPath) /root pod-\(fixture.name)",
                    "HOME HOSTNAME PATH 0", "1", "2", "3",
                ])
            #expect(try fixture.runtime.directory(of: fixture.shell("c", "").id).warnings() == [])
        }
    }

    @Test(
        "exit codes and signals are written down",
        arguments: [("exit 7", Int32(7), Int32(0)), ("exit 0", 0, 0)])
    func recordsTheEnd(script: String, code: Int32, signal: Int32) throws {
        try ContainerFixture.with { fixture in
            let status = try fixture.runToEnd(fixture.shell("c", script))
            guard case .exited(code, signal, _, _) = status else {
                Issue.record("\(String(describing: status))")
                return
            }
        }
    }

    @Test("a signal ends the container and is written down as 128 and its number")
    func recordsSignals() throws {
        try ContainerFixture.with { fixture in
            let spec = fixture.spec("c", .command(["sleep", "1000"]))
            try fixture.runtime.start(spec)
            guard case .running = fixture.runtime.status(spec.id) else {
                Issue.record("not running")
                return
            }
            try fixture.runtime.signal(spec.id, SIGKILL)
            fixture.ended.wait(for: spec.id)
            guard case .exited(code: 137, signal: SIGKILL, _, _) = fixture.runtime.status(spec.id) else {
                Issue.record("\(String(describing: fixture.runtime.status(spec.id)))")
                return
            }
            try fixture.runtime.signal(spec.id, SIGKILL)
        }
    }

    @Test(
        "a program that cannot be executed is a StartError in runc's words",
        arguments: [
            (["no-such-program"], "exec: \"no-such-program\": executable file not found in $PATH"),
            (["/no/such"], "exec: \"/no/such\": stat /no/such: no such file or directory"),
            (["/etc/passwd"], "exec: \"/etc/passwd\": permission denied"),
            (["/etc"], "exec: \"/etc\": is a directory"),
            ([], "exec: \"\": executable file not found in $PATH"),
        ])
    func reportsStartErrors(command: [String], message: String) throws {
        try ContainerFixture.with { fixture in
            let status = try fixture.runToEnd(fixture.spec("c", .command(command)))
            #expect(status == .failed(reason: "StartError", message: message))
        }
    }

    @Test("remove kills everything inside and leaves no file")
    func removesEverything() throws {
        try ContainerFixture.with { fixture in
            let spec = fixture.shell("c", "sleep 1001 & setsid sleep 1002 & wait")
            try fixture.runtime.start(spec)
            guard case .running(let pid, _) = fixture.runtime.status(spec.id) else { return }
            let first = try #require(ProcessIdentity(current: pid))
            try fixture.runtime.remove(spec.id)
            #expect(!first.exists)
            #expect(fixture.runtime.list() == [])
            #expect(fixture.runtime.status(spec.id) == nil)
            #expect(StateFile.list("/tmp/\(fixture.name)") == ["containers"])
            #expect(StateFile.list(fixture.root) == [])
            #expect(processes(mentioning: fixture.name) == [])
        }
    }

    @Test("a shim killed from outside takes its container along, and the end is reported")
    func shimAndContainerDieTogether() throws {
        try ContainerFixture.with { fixture in
            let spec = fixture.spec("c", .command(["sleep", "1003"]))
            try fixture.runtime.start(spec)
            let processes = try #require(try fixture.runtime.directory(of: spec.id).processes())
            let first = try #require(processes.first)
            try processes.shim.signal(SIGKILL)
            fixture.ended.wait(for: spec.id)
            #expect(first.waitForEnd(timeout: 10))
            guard case .exited(code: 137, signal: SIGKILL, _, _) = fixture.runtime.status(spec.id) else {
                Issue.record("\(String(describing: fixture.runtime.status(spec.id)))")
                return
            }
        }
    }

    @Test("a container outlives its runtime; the next one takes it up and sees it end")
    func survivesItsRuntime() throws {
        try ContainerFixture.with { fixture in
            // The starter is a process that exits at once, as a daemon that crashed.
            let spec = fixture.spec("c", .command(["sleep", "1004"]))
            let directory = try fixture.runtime.directory(of: spec.id)
            try directory.create(spec)
            let arguments = ContainerStage.runArguments(directory).dropFirst().joined(separator: " ")
            let start = "ip netns exec \(fixture.name) \(ContainerFixture.netlab) \(arguments) 3>/dev/null &"
            #expect(try ContainerFixture.tool("sh", "-c", start) == 0)
            while directory.processes()?.first == nil { usleep(2000) }

            let later = try NamespacedProcesses(root: fixture.root, executable: ContainerFixture.netlab)
            let ended = EndedContainers()
            later.onExit { ended.add($0) }
            #expect(later.list() == [spec.id])
            guard case .running = later.status(spec.id) else {
                Issue.record("\(String(describing: later.status(spec.id)))")
                return
            }
            #expect(try later.run(["hostname"], in: spec.id, timeout: 10).output == Array("pod-\(fixture.name)\n".utf8))
            try later.signal(spec.id, SIGKILL)
            ended.wait(for: spec.id)
            let third = try NamespacedProcesses(root: fixture.root, executable: ContainerFixture.netlab)
            guard case .exited(code: 137, signal: SIGKILL, _, _) = third.status(spec.id) else {
                Issue.record("\(String(describing: third.status(spec.id)))")
                return
            }
            try third.remove(spec.id)
        }
    }

    @Test("processes are found and ended even when the state directory is lost")
    func endsLeftovers() throws {
        try ContainerFixture.with { fixture in
            let spec = fixture.shell("c", "sleep 1010 & wait")
            try fixture.runtime.start(spec)
            let processes = try #require(try fixture.runtime.directory(of: spec.id).processes())
            try ContainerFixture.tool("rm", "-rf", fixture.root)
            #expect(NamespacedProcesses.leftovers(below: fixture.root).contains(processes.shim))
            try NamespacedProcesses.endAll(below: fixture.root)
            #expect(NamespacedProcesses.leftovers(below: fixture.root) == [])
            let first = try #require(processes.first)
            #expect(first.waitForEnd(timeout: 10))
        }
    }

    @Test("the host's mounts and files are as before")
    func leavesTheHostAlone() throws {
        try ContainerFixture.with { fixture in
            // Other tests make and delete named namespaces meanwhile.
            func facts() throws -> [String] {
                try ["/proc/self/mountinfo", "/etc/hosts", "/etc/resolv.conf", "/proc/sys/kernel/hostname"].flatMap {
                    String(decoding: try StateFile.read($0) ?? [], as: UTF8.self).split(separator: "\n").map(
                        String.init)
                }.filter { !$0.contains(NamespaceFile.directory) }
            }
            let before = try facts()
            let spec = fixture.spec("c", .command(["sleep", "1005"]))
            try fixture.runtime.start(spec)
            #expect(try facts() == before)
            try fixture.runtime.remove(spec.id)
            #expect(try facts() == before)
        }
    }

    /// Processes whose command line has the text in it.
    private func processes(mentioning text: String) -> [String] {
        StateFile.list("/proc").filter { Int32($0) != nil }.compactMap { pid in
            guard let bytes = try? StateFile.read("/proc/\(pid)/cmdline") else { return nil }
            let line = String(decoding: bytes, as: UTF8.self)
            return line.contains(text) ? line : nil
        }
    }
}
