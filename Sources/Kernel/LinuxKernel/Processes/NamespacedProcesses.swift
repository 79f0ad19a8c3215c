internal import CLinux
internal import Glibc
internal import NetworkModel
internal import NetworkPlanning
package import PodLifecycle
internal import Synchronization

/// Containers as plain processes of the host: a shim each, which has its own namespaces and outlives the daemon.
///
/// All it knows stands in files below its root directory (``ContainerDirectory``), so a new instance over the same root
/// takes up the containers of an earlier process. At most one instance may use a root at a time.
package final class NamespacedProcesses: ContainerRuntime {
    struct Record {
        var processes: ContainerDirectory.Processes
        /// Set once it has ended.
        var ended: ContainerStatus?
    }

    /// Where the containers' directories stand, such as /run/netlab/LAB/containers.
    package let root: String
    /// The netlab program itself, which ``ContainerStage`` turns into shims.
    let executable: String
    let records: Mutex<[ContainerID: Record]>
    private let exitHandler: Mutex<(@Sendable (ContainerID) -> Void)?>
    private let watch: ExitWatch

    /// How long the shim is given to start the program before it counts as running all the same, in seconds.
    static let startLimit = 10.0
    /// How long a killed container is given to go, in seconds.
    static let endLimit = 10.0

    /// Makes the root directory (0700) and takes up the containers that are there.
    ///
    /// - Parameter executable: another path than this process's own, for tests that run under another program.
    /// - Throws: errno of what could not be made.
    package init(root: String, executable: String = "/proc/self/exe") throws(ContainerRuntimeError) {
        self.root = root
        self.executable = executable
        records = Mutex([:])
        exitHandler = Mutex(nil)
        let relay = ExitRelay()
        do throws(KernelError) {
            try StateFile.makeDirectory(root)
            watch = try ExitWatch { relay.runtime()?.ended($0) }
        } catch {
            throw ContainerRuntimeError(error)
        }
        relay.set(self)
        takeUp()
    }

    deinit { watch.stop() }

    package func onExit(_ body: @escaping @Sendable (ContainerID) -> Void) { exitHandler.withLock { $0 = body } }

    package func list() -> [ContainerID] {
        records.withLock { Array($0.keys) }.sorted {
            ($0.podUID, $0.container, $0.attempt) < ($1.podUID, $1.container, $1.attempt)
        }
    }

    package func status(_ id: ContainerID) -> ContainerStatus? {
        guard let record = records.withLock({ $0[id] }) else { return nil }
        if let ended = record.ended { return ended }
        let pid = record.processes.first?.pid ?? record.processes.shim.pid
        return .running(pid: pid, startedAt: record.processes.startedAt)
    }

    package func signal(_ id: ContainerID, _ signal: Int32) throws(ContainerRuntimeError) {
        guard let record = records.withLock({ $0[id] }), record.ended == nil else { return }
        do throws(KernelError) {
            try (record.processes.first ?? record.processes.shim).signal(signal)
        } catch {
            throw ContainerRuntimeError(error)
        }
    }

    package func remove(_ id: ContainerID) throws(ContainerRuntimeError) {
        let directory = try directory(of: id)
        // Out of the table first: its end is no news any more.
        let record = records.withLock { $0.removeValue(forKey: id) }
        do throws(KernelError) {
            if let processes = record?.processes ?? directory.processes() { try end(processes) }
        } catch {
            throw ContainerRuntimeError(error)
        }
        if let spec = try? directory.spec() {
            for path in [spec.logPath, spec.logIndexPath] {
                FaultPoint.attempt("remove \(path)", lane: .containers) { unlink(path) }
            }
        }
        directory.remove(below: root)
    }

    /// The directory of a container, for who wants to read what could not be mounted in it.
    package func directory(of id: ContainerID) throws(ContainerRuntimeError) -> ContainerDirectory {
        guard let directory = ContainerDirectory(root: root, id: id) else {
            throw ContainerRuntimeError("find container \(id)", errno: EINVAL)
        }
        return directory
    }

    /// Kills the first process, then the shim should it hang, and waits until both are gone.
    func end(_ processes: ContainerDirectory.Processes) throws(KernelError) {
        try processes.first?.signal(SIGKILL)
        if processes.first == nil || !processes.shim.waitForEnd(timeout: Self.endLimit) {
            try processes.shim.signal(SIGKILL)
        }
        guard processes.shim.waitForEnd(timeout: Self.endLimit) else {
            throw KernelError(.busy, "end process \(processes.shim.pid)", errno: EBUSY)
        }
    }

    // MARK: The end of containers

    /// Runs on the watching thread.
    func ended(_ id: ContainerID) {
        guard let directory = ContainerDirectory(root: root, id: id) else { return }
        let status = directory.status()
        let isKnown = records.withLock { records in
            guard let record = records[id] else { return false }
            records[id]?.ended = status ?? Self.killed(startedAt: record.processes.startedAt)
            return true
        }
        if isKnown { exitHandler.withLock { $0 }?(id) }
    }

    /// What a container came to whose shim wrote nothing: somebody killed the shim, and it took the container along.
    static func killed(startedAt: Double) -> ContainerStatus {
        .exited(code: 128 + SIGKILL, signal: SIGKILL, startedAt: startedAt, finishedAt: Clock.wall())
    }

    func observe(
        _ id: ContainerID, _ record: Record, _ descriptor: consuming FileDescriptor, child: pid_t
    ) throws(KernelError) {
        records.withLock { $0[id] = record }
        try watch.add(descriptor, for: id, child: child)
    }

    /// Reads what an earlier process left.
    private func takeUp() {
        for id in ContainerDirectory.all(below: root) {
            guard let directory = ContainerDirectory(root: root, id: id) else { continue }
            guard let processes = directory.processes() else {
                // It was never started, or the disk was full; nothing of it runs.
                directory.remove(below: root)
                continue
            }
            // A shim that has ended may linger until its new parent has waited for it.
            if !processes.shim.waitForEnd(timeout: 0), let descriptor = processes.shim.open() {
                try? observe(id, Record(processes: processes, ended: nil), descriptor, child: 0)
            } else {
                let ended = directory.status() ?? Self.killed(startedAt: processes.startedAt)
                records.withLock { $0[id] = Record(processes: processes, ended: ended) }
            }
        }
    }
}

/// Lets the watching thread reach the runtime without keeping it alive.
private final class ExitRelay: Sendable {
    private struct Weak: Sendable { weak var runtime: NamespacedProcesses? }
    private let target = Mutex(Weak())

    func set(_ runtime: NamespacedProcesses) { target.withLock { $0.runtime = runtime } }
    func runtime() -> NamespacedProcesses? { target.withLock { $0.runtime } }
}

extension ContainerRuntimeError {
    init(_ error: KernelError) {
        // With an errno the operation is enough: the text of both would say everything twice.
        self.init(error.errno == 0 ? "\(error)" : error.operation, errno: error.errno, advice: error.advice)
    }
}
