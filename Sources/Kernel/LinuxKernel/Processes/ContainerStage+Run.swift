internal import CLinux
internal import Glibc
internal import NetworkPlanning
internal import PodLifecycle

/// The shim: makes a container's namespaces, starts its first process, waits, writes down how it ended.
extension ContainerStage {
    /// The reason Kubernetes gives when a container could not be started, and containerd's exit code for it.
    static let startError = "StartError"
    static let startErrorCode: Int32 = 128

    static func run(_ directory: ContainerDirectory, builtIn: BuiltIn) -> Never {
        setProcessName("netlab-shim")
        FaultPoint.enter("shim")
        _ = chdir("/")
        let startedAt = Clock.wall()
        do throws(KernelError) {
            guard let shim = ProcessIdentity(current: getpid()) else {
                throw KernelError(.unsupported, "read /proc/self/stat", advice: "mount /proc")
            }
            // First of all, so that whoever cleans up after a crash finds this process.
            var processes = ContainerDirectory.Processes(shim: shim, first: nil, startedAt: startedAt)
            try directory.write(processes)
            let spec = try directory.spec()
            try enterNewNamespaces(spec, directory)
            let gate = try Gate()
            let child = try fork(of: spec)
            if child == 0 { becomeFirstProcess(spec, directory, gate, builtIn: builtIn) }
            processes.first = ProcessIdentity(current: child)
            try directory.write(processes)
            close(readyDescriptor)
            gate.open()
            letGoOfLog()
            finish(child, directory, startedAt: startedAt)
        } catch {
            try? directory.write(.failed(reason: startError, message: "\(error)"))
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

    private static func enterNewNamespaces(_ spec: ContainerSpec, _ directory: ContainerDirectory) throws(KernelError) {
        do throws(SystemCall.Failure) {
            try FaultPoint.change("make the container's namespaces") { () throws(SystemCall.Failure) in
                try SystemCall.check { unshare(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWPID) }
            }
            try FaultPoint.change("set the host name") { () throws(SystemCall.Failure) in
                try SystemCall.check { sethostname(spec.hostname, spec.hostname.utf8.count) }
            }
        } catch {
            throw KernelError(errno: error.errno, "make the namespaces of container \(spec.id)")
        }
        try MountView.makePrivate()
        let warnings = [
            MountView.bind(directory.hosts, over: "/etc/hosts"),
            MountView.bind(directory.resolvConf, over: "/etc/resolv.conf"),
            MountView.mountSys(),
        ]
        try directory.write(warnings: warnings.compactMap { $0 })
    }

    /// PID 1 of the container. It dies with the shim, and everything else in the container with it.
    private static func becomeFirstProcess(
        _ spec: ContainerSpec, _ directory: ContainerDirectory, _ gate: Gate, builtIn: BuiltIn
    ) -> Never {
        _ = netlab_prctl(PR_SET_PDEATHSIG, UInt(SIGKILL))
        guard gate.wait() else { _exit(startErrorCode) }
        _ = MountView.mountProc()
        let environment = ProgramStart.environment(spec.environment, hostname: spec.hostname)
        switch spec.program {
        case .builtIn(let image, let arguments):
            setProcessName(processName(ofImage: image))
            builtIn(image, arguments, environment) { close(readyDescriptor) }
        case .command(let command):
            _ = fcntl(readyDescriptor, F_SETFD, FD_CLOEXEC)
            let failure = ProgramStart.become(
                command, environment: environment, workingDirectory: spec.workingDirectory)
            try? directory.write(.failed(reason: startError, message: failure.message))
            _exit(startErrorCode)
        }
    }

    /// `gcr.io/google-samples/hello-app:1.0` runs as `hello-app`.
    private static func processName(ofImage image: String) -> String {
        let last = image.split(separator: "/").last ?? Substring(image)
        return String(last.prefix { $0 != ":" && $0 != "@" })
    }

    /// Only the container itself keeps its log open.
    private static func letGoOfLog() {
        let null = open("/dev/null", O_RDWR)
        guard null >= 0 else { return }
        dup2(null, 1)
        dup2(null, 2)
        close(null)
    }

    private static func finish(_ child: pid_t, _ directory: ContainerDirectory, startedAt: Double) -> Never {
        let status = WaitStatus(raw: SpawnedProcess.wait(child) ?? 0)
        // A program that could not be executed has already said so.
        if directory.status() == nil {
            try? directory.write(
                .exited(
                    code: status.exitCode, signal: status.signal, startedAt: startedAt, finishedAt: Clock.wall()))
        }
        _exit(0)
    }

    /// Holds the first process back until its number is written down; it learns too when the shim died before that.
    private struct Gate {
        private let reader: Int32
        private let writer: Int32

        init() throws(KernelError) {
            var ends: [Int32] = [-1, -1]
            guard pipe2(&ends, O_CLOEXEC) == 0 else { throw KernelError(errno: Glibc.errno, "make a pipe") }
            (reader, writer) = (ends[0], ends[1])
        }

        /// Lets the first process go on.
        func open() {
            _ = Glibc.write(writer, [1], 1)
            close(reader)
            close(writer)
        }

        /// False when the shim is gone.
        func wait() -> Bool {
            close(writer)
            var byte: UInt8 = 0
            defer { close(reader) }
            return read(reader, &byte, 1) == 1
        }
    }
}
