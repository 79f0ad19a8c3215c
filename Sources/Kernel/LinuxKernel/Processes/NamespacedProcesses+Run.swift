internal import CLinux
internal import Glibc
internal import NetworkPlanning
package import PodLifecycle

extension NamespacedProcesses {
    /// What an exec probe's output is cut at, and an HTTP probe's answer.
    static let outputLimit = 65_536

    package func run(
        _ command: [String], in id: ContainerID, timeout: Double
    ) throws(ContainerRuntimeError) -> CommandResult {
        let directory = try directory(of: id)
        guard case .running = status(id) else {
            throw ContainerRuntimeError("run a command in container \(id)", errno: ESRCH, advice: "it is not running")
        }
        do throws(KernelError) {
            return try run(command, directory, timeout: timeout)
        } catch {
            throw ContainerRuntimeError(error)
        }
    }

    private func run(
        _ command: [String], _ directory: ContainerDirectory, timeout: Double
    ) throws(KernelError) -> CommandResult {
        let deadline = Clock.monotonic() + timeout
        let null = FileDescriptor(owning: open("/dev/null", O_RDONLY | O_CLOEXEC))
        var ends: [Int32] = [-1, -1]
        guard pipe2(&ends, O_CLOEXEC) == 0 else { throw KernelError(errno: errno, "make a pipe") }
        let reader = FileDescriptor(owning: ends[0])
        let writer = FileDescriptor(owning: ends[1])
        let pid = try SpawnedProcess.start(
            .init(
                executable: executable, arguments: ContainerStage.execArguments(directory, command), environment: [:],
                descriptors: [null.rawValue, writer.rawValue, writer.rawValue], newSession: true))
        _ = consume writer
        let output = read(reader.rawValue, until: deadline)
        // The output may end before the command does, and go on after it in a process it left behind.
        let descriptor = FileDescriptor(owning: pidfd_open(pid, 0))
        let ended = Poll.wait(descriptor.rawValue, for: Int16(POLLIN), until: deadline)
        if !ended { kill(pid, SIGKILL) }
        let status = WaitStatus(raw: SpawnedProcess.wait(pid) ?? 0)
        return CommandResult(exitCode: status.exitCode, output: output, timedOut: !ended)
    }

    /// What comes until the end, the limit (the rest is read and dropped) or the deadline.
    private func read(_ descriptor: Int32, until deadline: Double) -> [UInt8] {
        var output: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while Poll.wait(descriptor, for: Int16(POLLIN), until: deadline) {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            guard count > 0 else { break }
            output += chunk[..<min(count, Self.outputLimit - output.count)]
        }
        return output
    }
}
