internal import CLinux
internal import Glibc
package import NetworkPlanning
package import PodLifecycle
internal import Synchronization

/// A command that runs in a container while somebody far away reads and writes: `kubectl exec`.
///
/// The helper stage that `netlab exec` becomes is a child here, with pipes or a terminal of its own. Every call may come
/// from any thread; reading, writing and waiting block.
package final class ContainerCommand: Sendable {
    private struct State {
        var isReaped = false
        var hasEnded = false
        var input: Int32?
    }

    private let pid: pid_t
    private let output: FileDescriptor
    private let error: FileDescriptor?
    /// The terminal's other end; nil without one.
    private let hasTerminal: Bool
    private let state: Mutex<State>
    private static let chunk = 32 << 10

    /// - Parameter root: the containers' directory of the lab.
    /// - Throws: `.notFound` when there is no such container, what the system refuses.
    package init(
        in id: ContainerID, below root: String, command: [String], hasInput: Bool, hasTerminal: Bool
    ) throws(KernelError) {
        guard let directory = ContainerDirectory(root: root, id: id), let first = directory.processes()?.first else {
            throw KernelError(.notFound, "find container \(id)")
        }
        self.hasTerminal = hasTerminal
        var inherited: [Int32] = []
        defer { for descriptor in inherited { close(descriptor) } }
        var terminal: String?
        var input: Int32?
        if hasTerminal {
            var number: UInt32 = 0
            // Of the container's own devpts, so that programs inside find it by its name.
            let root = "/proc/\(first.pid)/root"
            let terminals = root + "/dev/pts"
            let master = netlab_open_terminal("\(terminals)/ptmx", &number)
            guard master >= 0 else { throw KernelError(errno: errno, "open a terminal") }
            terminal = "\(terminals)/\(number)"
            output = FileDescriptor(owning: master)
            error = nil
            input = hasInput ? fcntl(master, F_DUPFD_CLOEXEC, 0) : nil
        } else {
            let (outputRead, outputWrite) = try Self.pipe()
            inherited.append(outputWrite)
            output = FileDescriptor(owning: outputRead)
            let (errorRead, errorWrite) = try Self.pipe()
            inherited.append(errorWrite)
            error = FileDescriptor(owning: errorRead)
            if hasInput {
                let (inputRead, inputWrite) = try Self.pipe()
                inherited.insert(inputRead, at: 0)
                input = inputWrite
            } else {
                inherited.insert(open("/dev/null", O_RDONLY | O_CLOEXEC), at: 0)
            }
        }
        // A command that does not read must not hold up whoever has news of the client.
        if let input { _ = fcntl(input, F_SETFL, fcntl(input, F_GETFL) | O_NONBLOCK) }
        do throws(KernelError) {
            pid = try SpawnedProcess.start(
                SpawnedProcess.Request(
                    executable: "/proc/self/exe",
                    arguments: ContainerStage.execArguments(
                        directory, command, ownsTerminal: terminal != nil),
                    environment: ["TERM": "xterm", "PATH": ProgramStart.defaultPath], descriptors: inherited,
                    newSession: true, terminal: terminal))
        } catch {
            if let input { close(input) }
            throw error
        }
        state = Mutex(State(input: input))
    }

    deinit { state.withLock { if let input = $0.input { close(input) } } }

    private static func pipe() throws(KernelError) -> (read: Int32, write: Int32) {
        var ends: [Int32] = [0, 0]
        guard pipe2(&ends, O_CLOEXEC) == 0 else { throw KernelError(errno: errno, "open a pipe") }
        return (ends[0], ends[1])
    }

    package func readOutput() -> [UInt8] { read(output.rawValue) }

    package func readError() -> [UInt8] {
        switch error {
        case .some(let descriptor): read(descriptor.rawValue)
        case .none: []
        }
    }

    /// What is there, waited for; empty at the end, or once the command has ended and all is read: something that it
    /// left behind may hold the pipe open for ever.
    private func read(_ descriptor: Int32) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Self.chunk)
        while true {
            let isOver = state.withLock { $0.hasEnded }
            guard Poll.wait(descriptor, for: Int16(POLLIN), until: Clock.monotonic() + (isOver ? 0 : 0.1)) else {
                if isOver { return [] }
                continue
            }
            let count = Glibc.read(descriptor, &bytes, bytes.count)
            if count < 0, errno == EINTR { continue }
            // EIO: the last process closed its end of the terminal.
            return count > 0 ? Array(bytes[..<count]) : []
        }
    }

    /// - Returns: false when the command takes nothing any more.
    package func writeInput(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            guard let input = state.withLock({ $0.hasEnded ? nil : $0.input }) else { return false }
            guard Poll.wait(input, for: Int16(POLLOUT), until: Clock.monotonic() + 0.1) else { continue }
            let count = rest.withUnsafeBytes { Glibc.write(input, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EAGAIN || errno == EINTR { continue }
                return false
            }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// The command reads to its end. A terminal has no end of its own: it gets the character for it.
    package func closeInput() {
        if hasTerminal {
            _ = writeInput([4])
            return
        }
        state.withLock { state in
            if let input = state.input { close(input) }
            state.input = nil
        }
    }

    package func resize(width: UInt16, height: UInt16) {
        guard hasTerminal else { return }
        var size = winsize(ws_row: height, ws_col: width, ws_xpixel: 0, ws_ypixel: 0)
        _ = netlab_set_window_size(output.rawValue, &size)
    }

    /// Waits for the command's end; called once.
    ///
    /// - Returns: its exit code, 128 and the signal for one that was killed.
    package func wait() -> Int32 {
        var info = siginfo_t()
        while waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        return state.withLock { state in
            state.hasEnded = true
            state.isReaped = true
            return SpawnedProcess.wait(pid).map { WaitStatus(raw: $0).exitCode } ?? 255
        }
    }

    /// Kills what still runs; the stage's own end takes the command with it.
    package func end() {
        state.withLock { state in
            state.hasEnded = true
            if !state.isReaped { kill(pid, SIGKILL) }
        }
    }
}
