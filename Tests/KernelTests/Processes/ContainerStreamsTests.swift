import Glibc
import NetlabTestSupport
import NetworkPlanning
import PodLifecycle
import Testing

@testable import LinuxKernel

/// What goes into a container and comes out of it while it runs.
@Suite(.enabled(if: KernelTestGate.canRun), .timeLimit(.minutes(2)))
struct ContainerStreamsTests {
    /// Everything until the container ends.
    private func rest(_ attachment: ContainerAttachment) -> String {
        var all: [UInt8] = []
        while true {
            let bytes = attachment.readOutput()
            if bytes.isEmpty { return String(decoding: all, as: UTF8.self) }
            all += bytes
        }
    }

    private func reads(_ attachment: ContainerAttachment, until text: String) -> Bool {
        var all = ""
        while !all.contains(text) {
            let bytes = attachment.readOutput()
            if bytes.isEmpty { return false }
            all += String(decoding: bytes, as: UTF8.self)
        }
        return true
    }

    @Test("who is attached gets output and gives input, by any process; the log has the same")
    func attaching() throws {
        try ContainerFixture.with { fixture in
            var spec = fixture.shell("c", "echo before; while read word; do echo \"got $word\"; done; echo over >&2")
            spec.hasInput = true
            try fixture.runtime.start(spec)
            let first = try ContainerAttachment(to: spec.id, below: fixture.root)
            let second = try ContainerAttachment(to: spec.id, below: fixture.root)
            #expect(first.writeInput(Array("one\n".utf8)))
            #expect(reads(first, until: "got one\n"))
            #expect(reads(second, until: "got one\n"))
            second.end()
            #expect(first.writeInput(Array("two\n".utf8)))
            first.closeInput()
            #expect(rest(first) == "got two\nover\n")
            fixture.ended.wait(for: spec.id)
            #expect(fixture.log("c") == "before\ngot one\ngot two\nover\n")
            #expect(throws: KernelError.self) { try ContainerAttachment(to: spec.id, below: fixture.root) }
        }
    }

    @Test("tty: the streams are a terminal of the container's own, which echoes, and whose size can be set")
    func terminal() throws {
        try ContainerFixture.with { fixture in
            var spec = fixture.shell("c", "tty; echo $TERM; read go; stty size; ps -o tty= -p $$; read word; exit 5")
            spec.hasInput = true
            spec.hasTerminal = true
            try fixture.runtime.start(spec)
            let attachment = try ContainerAttachment(to: spec.id, below: fixture.root)
            // A terminal echoes what is typed at once, amid what the container prints by then.
            while !fixture.log("c").contains("xterm\r\n") { usleep(2000) }
            attachment.resize(width: 101, height: 33)
            #expect(attachment.writeInput(Array("go\n".utf8)))
            #expect(reads(attachment, until: "33 101\r\npts/0"))
            // A terminal's end of input is a character.
            attachment.closeInput()
            _ = rest(attachment)
            fixture.ended.wait(for: spec.id)
            guard case .exited(code: 5, _, _, _) = fixture.runtime.status(spec.id) else {
                Issue.record("\(String(describing: fixture.runtime.status(spec.id)))")
                return
            }
            let log = fixture.log("c")
            #expect(log.contains("/dev/pts/0\r\nxterm\r\n") && log.contains("go\r\n"), "\(log)")
        }
    }

    @Test("output that nobody reads is in the log as a whole, in its order, also when the program ends at once")
    func muchOutput() throws {
        try ContainerFixture.with { fixture in
            let spec = fixture.shell("c", "seq 200000; echo end >&2")
            _ = try fixture.runToEnd(spec)
            let lines = fixture.log("c").split(separator: "\n")
            #expect(lines.count == 200_001 && lines.first == "1" && lines[199_999] == "200000" && lines.last == "end")
        }
    }

    @Test("somebody attached who is slow gets everything, and somebody who breaks the protocol is let go of")
    func slowReader() throws {
        try ContainerFixture.with { fixture in
            var spec = fixture.shell("c", "read go; seq 300000")
            spec.hasInput = true
            try fixture.runtime.start(spec)
            let slow = try ContainerAttachment(to: spec.id, below: fixture.root)
            // Another than netlab would say anything. By its name alone: a whole path may be too long for a socket.
            let directory = try fixture.runtime.directory(of: spec.id).path
            let script = """
                import os, socket
                os.chdir("\(directory)")
                s = socket.socket(socket.AF_UNIX); s.connect("attach"); s.sendall(b"\\xff" * 64)
                s.settimeout(10); assert s.recv(1) == b""
                """
            #expect(try ContainerFixture.tool("python3", "-c", script) == 0)
            #expect(slow.writeInput(Array("go\n".utf8)))
            usleep(300_000)
            #expect(rest(slow).split(separator: "\n").count == 300_000)
        }
    }

    @Test("every part of a log has the time it was written at")
    func times() throws {
        try ContainerFixture.with { fixture in
            let before = Clock.wall()
            let spec = fixture.shell("c", "echo one; sleep 0.2; echo two")
            _ = try fixture.runToEnd(spec)
            let index = LogIndex(try StateFile.read(spec.logIndexPath) ?? [])
            let one = Double(try #require(index.time(at: 0))) / 1e9
            let two = Double(try #require(index.time(at: 4))) / 1e9
            #expect(one >= before - 0.01 && two - one > 0.15 && two <= Clock.wall())
            try fixture.runtime.remove(spec.id)
            #expect(!StateFile.exists(spec.logIndexPath) && !StateFile.exists(spec.logPath))
        }
    }
}
