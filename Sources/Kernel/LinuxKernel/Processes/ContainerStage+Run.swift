internal import CLinux
internal import Glibc
internal import NetworkPlanning
internal import PodLifecycle

/// The shim: makes a container's namespaces, starts its first process, carries its streams, writes down how it ended.
extension ContainerStage {
    /// The reason Kubernetes gives when a container could not be started, and containerd's exit code for it.
    static let startError = "StartError"
    static let startErrorCode: Int32 = 128

    static func run(_ directory: ContainerDirectory, builtIn: BuiltIn) -> Never {
        setProcessName("netlab-shim")
        FaultPoint.enter("shim")
        _ = chdir("/")
        umask(0o022)
        let startedAt = Clock.wall()
        var files = directory
        do throws(KernelError) {
            guard let shim = ProcessIdentity(current: getpid()) else {
                throw KernelError(.unsupported, "read /proc/self/stat", advice: "mount /proc")
            }
            // First of all, so that whoever cleans up after a crash finds this process.
            var processes = ContainerDirectory.Processes(shim: shim, first: nil, startedAt: startedAt)
            try directory.write(processes)
            let spec = try directory.spec()
            // Opened while its path leads somewhere.
            let log = ContainerLog(index: spec.logIndexPath)
            let warnings = try enterNewNamespaces(spec, directory)
            // The directory's own path leads nowhere any more: it is reached as the working directory.
            files = ContainerDirectory(path: ".")
            try files.write(warnings: warnings)
            let streams = try ContainerStreams(spec)
            let gate = try Gate()
            let refusal = try Refusal()
            let child = try fork(of: spec)
            if child == 0 {
                log.letGo()
                streams.becomeStandard()
                becomeFirstProcess(spec, gate, refusal, builtIn: builtIn)
            }
            processes.first = ProcessIdentity(current: child)
            try files.write(processes)
            // Without it nobody can attach; the container runs all the same.
            let door = try? LocalListener(path: files.door)
            try Confinement.keepNothing()
            gate.open()
            streams.letGoOfFarEnds()
            if let message = refusal.wait() { try files.write(.failed(reason: startError, message: message)) }
            // Now the starter may look.
            close(readyDescriptor)
            var pump = StreamPump(streams, log, door)
            // Of a child that nobody waits for yet, so it is that process and no other.
            let process = FileDescriptor(owning: pidfd_open(child, 0))
            pump.run(until: process.rawValue)
            writeEnd(of: child, files, startedAt: startedAt)
            pump.finish()
            _exit(0)
        } catch {
            try? files.write(.failed(reason: startError, message: "\(error)"))
            _exit(startErrorCode)
        }
    }

    /// Answers 0 in the child.
    private static func fork(of spec: ContainerSpec) throws(KernelError) -> pid_t {
        do throws(SystemCall.Failure) {
            return try FaultPoint.change("fork") { () throws(SystemCall.Failure) in
                let child = try SystemCall.check { netlab_fork() }
                if child == 0 { FaultPoint.enter("container") }
                return child
            }
        } catch {
            throw KernelError(errno: error.errno, "fork")
        }
    }

    /// - Returns: what the container will see of the host because it could not be covered.
    private static func enterNewNamespaces(
        _ spec: ContainerSpec, _ directory: ContainerDirectory
    ) throws(KernelError) -> [String] {
        let operation = "make the namespaces of container \(spec.id)"
        do throws(SystemCall.Failure) {
            // Opened among the host's mounts, and so writable whatever happens to the container's.
            let own = FileDescriptor(
                owning: try SystemCall.check { open(directory.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) })
            try FaultPoint.change("make the container's namespaces") { () throws(SystemCall.Failure) in
                try SystemCall.check { unshare(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWPID | CLONE_NEWIPC) }
            }
            try FaultPoint.change("set the host name") { () throws(SystemCall.Failure) in
                try SystemCall.check { sethostname(spec.hostname, spec.hostname.utf8.count) }
            }
            try SystemCall.check { fchdir(own.rawValue) }
        } catch {
            throw KernelError(errno: error.errno, operation)
        }
        _ = netlab_join_session_keyring()
        try MountView.makePrivate()
        var view = ContainerView()
        view.make(
            hosts: directory.hosts, resolvConf: directory.resolvConf, isConfined: !spec.security.isPrivileged)
        return view.warnings
    }

    /// PID 1 of the container. It dies with the shim, and everything else in the container with it.
    private static func becomeFirstProcess(
        _ spec: ContainerSpec, _ gate: Gate, _ refusal: Refusal, builtIn: BuiltIn
    ) -> Never {
        _ = netlab_prctl(PR_SET_PDEATHSIG, UInt(SIGKILL))
        guard gate.wait() else { _exit(startErrorCode) }
        // The working directory is the shim's, among the host's mounts: nothing of it may be left to the program.
        guard chdir("/") == 0 else { _exit(startErrorCode) }
        _ = MountView.mountProc(isReadOnly: !spec.security.isPrivileged)
        var environment = ProgramStart.environment(
            spec.environment, hostname: spec.hostname, isRoot: spec.security.user == 0)
        // As containerd does.
        if spec.hasTerminal == true, environment["TERM"] == nil { environment["TERM"] = "xterm" }
        do throws(KernelError) {
            Confinement.hideFromProc()
            switch spec.program {
            case .builtIn(let image, let arguments):
                try Confinement.apply(spec.security, keeping: spec.security.serverCapabilities)
                refusal.none()
                setProcessName(processName(ofImage: image))
                builtIn(image, arguments, environment) { close(readyDescriptor) }
            case .command(let command):
                try Confinement.apply(spec.security)
                _ = fcntl(readyDescriptor, F_SETFD, FD_CLOEXEC)
                refusal.send(
                    ProgramStart.become(command, environment: environment, workingDirectory: spec.workingDirectory)
                        .message)
            }
        } catch {
            refusal.send("\(error)")
        }
        _exit(startErrorCode)
    }

    /// `gcr.io/google-samples/hello-app:1.0` runs as `hello-app`.
    private static func processName(ofImage image: String) -> String {
        let last = image.split(separator: "/").last ?? Substring(image)
        return String(last.prefix { $0 != ":" && $0 != "@" })
    }

    private static func writeEnd(of child: pid_t, _ directory: ContainerDirectory, startedAt: Double) {
        let status = WaitStatus(raw: SpawnedProcess.wait(child) ?? 0)
        // A program that could not be executed has already said so.
        if directory.status() == nil {
            try? directory.write(
                .exited(
                    code: status.exitCode, signal: status.signal, startedAt: startedAt, finishedAt: Clock.wall()))
        }
    }

    /// Both ends of a pipe; no program that is executed has them.
    private struct Pipe {
        let reader: Int32
        let writer: Int32

        init() throws(KernelError) {
            var ends: [Int32] = [-1, -1]
            guard pipe2(&ends, O_CLOEXEC) == 0 else { throw KernelError(errno: Glibc.errno, "make a pipe") }
            (reader, writer) = (ends[0], ends[1])
        }
    }

    /// How the first process, which may have no right to write any file, tells why there is no program.
    private struct Refusal {
        private let ends: Pipe

        init() throws(KernelError) { ends = try Pipe() }

        /// In the first process: why.
        func send(_ message: String) {
            _ = try? StateFile.writeAll(Array(message.utf8), to: ends.writer)
        }

        /// In the first process: it goes on without executing anything.
        func none() {
            close(ends.reader)
            close(ends.writer)
        }

        /// In the shim: what was sent; nil once the program has been executed, or the first process has ended.
        func wait() -> String? {
            close(ends.writer)
            defer { close(ends.reader) }
            var message: [UInt8] = []
            var chunk = [UInt8](repeating: 0, count: 4096)
            while true {
                let count = read(ends.reader, &chunk, chunk.count)
                if count < 0, Glibc.errno == EINTR { continue }
                guard count > 0 else { break }
                message += chunk[..<count]
            }
            return message.isEmpty ? nil : String(decoding: message, as: UTF8.self)
        }
    }

    /// Holds the first process back until its number is written down; it learns too when the shim died before that.
    private struct Gate {
        private let ends: Pipe

        init() throws(KernelError) { ends = try Pipe() }

        /// Lets the first process go on.
        func open() {
            _ = Glibc.write(ends.writer, [1], 1)
            close(ends.reader)
            close(ends.writer)
        }

        /// False when the shim is gone.
        func wait() -> Bool {
            close(ends.writer)
            var byte: UInt8 = 0
            defer { close(ends.reader) }
            return read(ends.reader, &byte, 1) == 1
        }
    }
}
