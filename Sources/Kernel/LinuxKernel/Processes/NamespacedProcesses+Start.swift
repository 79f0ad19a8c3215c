internal import CLinux
internal import Glibc
internal import NetworkModel
internal import NetworkPlanning
package import PodLifecycle
internal import Synchronization

extension NamespacedProcesses {
    /// Starts the shim in the pod's network namespace and waits until the program runs: a command has been executed, a
    /// built-in server listens. A program that cannot be executed is no error here: its status says `.failed`.
    package func start(_ spec: ContainerSpec) throws(ContainerRuntimeError) {
        let directory = try directory(of: spec.id)
        guard records.withLock({ $0[spec.id] }) == nil else {
            throw ContainerRuntimeError("start container \(spec.id)", errno: EEXIST, advice: "use a new attempt")
        }
        do throws(KernelError) {
            try directory.create(spec)
            do throws(KernelError) {
                try start(spec, directory)
            } catch {
                records.withLock { $0[spec.id] = nil }
                directory.remove(below: root)
                throw error
            }
        } catch {
            throw ContainerRuntimeError(error)
        }
    }

    private func start(_ spec: ContainerSpec, _ directory: ContainerDirectory) throws(KernelError) {
        let namespace = try NamespaceFile.open(spec.network)
        let files = try ContainerFiles(logPath: spec.logPath)
        let startedAt = Clock.wall()
        let pid = try spawn(directory, files, in: namespace.rawValue)
        // Until it is waited for, the number cannot be used again: no race here.
        guard let shim = ProcessIdentity(current: pid), let descriptor = shim.open() else {
            _ = SpawnedProcess.wait(pid)
            throw KernelError(.notFound, "start container \(spec.id)", detail: "its shim ended at once")
        }
        let ready = files.waitUntilReady(limit: Self.startLimit)
        let processes = directory.processes() ?? .init(shim: shim, first: nil, startedAt: startedAt)
        // A status that is there already is that of a failed or very short program; its end is reported all the same.
        try observe(
            spec.id, Record(processes: processes, ended: ready ? directory.status() : nil), descriptor, child: pid)
    }

    /// Starts the shim on a throwaway thread inside the namespace, which it inherits.
    private func spawn(
        _ directory: ContainerDirectory, _ files: borrowing ContainerFiles, in namespace: Int32
    ) throws(KernelError) -> pid_t {
        let request = SpawnedProcess.Request(
            executable: executable, arguments: ContainerStage.runArguments(directory),
            environment: FaultPoint.environmentOfNextShim(),
            descriptors: files.descriptors, newSession: true)
        return try NamespaceThread.run(inNamespace: namespace) { () throws(KernelError) -> pid_t in
            try SpawnedProcess.start(request)
        }
    }
}

/// What a shim starts with: nothing to read, the log to write to, and the pipe whose end says that it is ready.
private struct ContainerFiles: ~Copyable {
    private let null: FileDescriptor
    private let log: FileDescriptor
    private let reader: FileDescriptor
    private let writer: FileDescriptor

    init(logPath: String) throws(KernelError) {
        let null = try Self.open("/dev/null", O_RDONLY)
        let log = try Self.open(logPath, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW)
        var ends: [Int32] = [-1, -1]
        guard pipe2(&ends, O_CLOEXEC) == 0 else { throw KernelError(errno: errno, "make a pipe") }
        self.null = null
        self.log = log
        reader = FileDescriptor(owning: ends[0])
        writer = FileDescriptor(owning: ends[1])
    }

    private static func open(_ path: String, _ flags: Int32) throws(KernelError) -> FileDescriptor {
        do throws(SystemCall.Failure) {
            return FileDescriptor(
                owning: try FaultPoint.change("open \(path)", lane: .containers) { () throws(SystemCall.Failure) in
                    try SystemCall.check { Glibc.open(path, flags | O_CLOEXEC, 0o600) }
                })
        } catch {
            throw KernelError(errno: error.errno, "open \(path)", advice: StateFile.advice(for: error.errno))
        }
    }

    var descriptors: [Int32] { [null.rawValue, log.rawValue, log.rawValue, writer.rawValue] }

    /// Closes our end of the pipe and waits until every other holder has closed it too.
    consuming func waitUntilReady(limit: Double) -> Bool {
        let reader = reader
        _ = consume writer
        return Poll.wait(reader.rawValue, for: Int16(POLLIN), until: Clock.monotonic() + limit)
    }
}
