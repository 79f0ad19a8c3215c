internal import CLinux
internal import Glibc
package import NetworkModel
package import NetworkPlanning
package import PodLifecycle

/// A command to run as if typed on a node: in its network namespace, with its host name and its files.
package struct NodeExecSpec: Hashable, Sendable {
    package var namespace: NamespaceName
    package var hostname: String
    /// Files of the lab that stand for the node's /etc/hosts and /etc/resolv.conf; nil leaves the host's.
    package var hostsPath: String?
    package var resolvConfPath: String?
    package var command: [String]
    /// Changes to the caller's environment, which the command inherits; nil takes a variable out.
    package var environment: [String: String?]

    package init(
        namespace: NamespaceName, hostname: String, hostsPath: String? = nil, resolvConfPath: String? = nil,
        command: [String], environment: [String: String?] = [:]
    ) {
        self.namespace = namespace
        self.hostname = hostname
        self.hostsPath = hostsPath
        self.resolvConfPath = resolvConfPath
        self.command = command
        self.environment = environment
    }
}

/// `netlab exec` and `netlab shell`: this process becomes the command, so that terminal, signals and exit code are its
/// own.
///
/// Only for a process that is about to be replaced: the calling thread enters namespaces and never comes back.
package enum NamespaceExec {
    /// Becomes a command on a node. It runs in the working directory of the caller.
    ///
    /// The mount namespace is new, and ends with the command: private files, /sys of the node's network namespace.
    ///
    /// - Throws: what could not be entered, or `.notFound` and `.notPermitted` for the program itself; by then the
    ///   process is in the namespaces and can only end, with ``exitCode(for:)``.
    package static func replaceProcess(with spec: NodeExecSpec) throws(KernelError) -> Never {
        let namespace = try NamespaceFile.open(spec.namespace)
        do throws(SystemCall.Failure) {
            try SystemCall.check { setns(namespace.rawValue, CLONE_NEWNET) }
            try SystemCall.check { unshare(CLONE_NEWNS | CLONE_NEWUTS) }
            try SystemCall.check { sethostname(spec.hostname, spec.hostname.utf8.count) }
        } catch {
            throw KernelError(errno: error.errno, "enter \(spec.namespace)")
        }
        try MountView.makePrivate()
        // What cannot be mounted is left as it is on the host: a shell without its /etc/hosts is still of use.
        _ = MountView.mountSys()
        if let path = spec.hostsPath { _ = MountView.bind(path, over: "/etc/hosts") }
        if let path = spec.resolvConfPath { _ = MountView.bind(path, over: "/etc/resolv.conf") }
        var environment = Self.environment()
        environment["HOSTNAME"] = spec.hostname
        for (name, value) in spec.environment { environment[name] = value }
        resetSignals()
        let failure = ProgramStart.become(spec.command, environment: environment, workingDirectory: nil)
        throw KernelError(
            failure.exitCode == notFound ? .notFound : .notPermitted, "run \(spec.command.first ?? "")",
            detail: failure.message)
    }

    /// Becomes a command in a running container: the helper stage that enters it, waits and passes the exit code on.
    ///
    /// - Parameter root: the containers' directory of the lab, as ``NamespacedProcesses/root``.
    /// - Throws: `.notFound` when there is no such container, `.unknown` when netlab itself cannot be executed.
    package static func replaceProcess(
        inContainer id: ContainerID, below root: String, command: [String], executable: String = "/proc/self/exe"
    ) throws(KernelError) -> Never {
        guard let directory = ContainerDirectory(root: root, id: id), directory.processes() != nil else {
            throw KernelError(.notFound, "find container \(id)")
        }
        resetSignals()
        let code = CStrings.with(ContainerStage.execArguments(directory, command)) { arguments in
            execv(executable, arguments)
            return Glibc.errno
        }
        throw KernelError(errno: code, "execute \(executable)")
    }

    /// What to exit with when ``replaceProcess(with:)`` threw: 127 for a program that is not there, else 126, as
    /// `docker exec` does.
    package static func exitCode(for error: KernelError) -> Int32 { error.code == .notFound ? notFound : 126 }

    private static let notFound: Int32 = 127

    /// The environment of this process.
    private static func environment() -> [String: String] {
        var result: [String: String] = [:]
        var next = environ
        while let entry = next.pointee {
            let parts = String(cString: entry).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { result[String(parts[0])] = String(parts[1]) }
            next += 1
        }
        return result
    }

    /// What this process ignored or blocked is not the command's business; exec would hand it down.
    private static func resetSignals() {
        for signal in [SIGPIPE, SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGCHLD] { Glibc.signal(signal, SIG_DFL) }
        var none = sigset_t()
        sigemptyset(&none)
        sigprocmask(SIG_SETMASK, &none, nil)
    }
}
