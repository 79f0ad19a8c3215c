package import NetworkModel

/// What pods need from the kernel: processes in a pod's namespaces that outlive the daemon.
///
/// Every call blocks only briefly and may be made from any thread that has not entered a namespace.
package protocol ContainerRuntime: Sendable {
    /// Starts one container. The process gets the pod's network namespace, its own UTS, PID and mount namespaces, and
    /// survives this process; its exit status is kept in `spec.stateDirectory` until ``remove(_:)``.
    func start(_ spec: ContainerSpec) throws(ContainerRuntimeError)

    /// Sends a signal to the container's first process; no error when it has already ended.
    func signal(_ id: ContainerID, _ signal: Int32) throws(ContainerRuntimeError)

    /// Where a container stands; nil when this runtime knows nothing of it.
    func status(_ id: ContainerID) -> ContainerStatus?

    /// Every container under the runtime's state directory, also those an earlier process started.
    func list() -> [ContainerID]

    /// Ends it if need be (SIGKILL) and forgets it, its status and its log.
    func remove(_ id: ContainerID) throws(ContainerRuntimeError)

    /// Runs a command to its end in the namespaces of a container and returns its exit code and output (64 KiB at
    /// most): an exec probe. Ended by SIGKILL after `timeout` seconds.
    func run(_ command: [String], in id: ContainerID, timeout: Double) throws(ContainerRuntimeError) -> CommandResult

    /// A TCP connection from inside the namespace, for TCP and HTTP probes: the bytes of the answer's head when
    /// `request` is given. Never follows a redirect.
    func connect(_ probe: ConnectProbe) throws(ContainerRuntimeError) -> ConnectResult

    /// Called on a thread at home whenever a container ended. Set once, before the first start.
    func onExit(_ body: @escaping @Sendable (ContainerID) -> Void)
}

/// Which container: unique over restarts of the container and of the daemon.
package struct ContainerID: Hashable, Sendable, Codable, CustomStringConvertible {
    package var podUID: String
    package var container: String
    /// 0 for the first start, one more at each restart.
    package var attempt: Int

    package init(podUID: String, container: String, attempt: Int) {
        self.podUID = podUID
        self.container = container
        self.attempt = attempt
    }

    package var description: String { "\(podUID)/\(container)/\(attempt)" }
}

/// Everything needed to start one container.
package struct ContainerSpec: Hashable, Sendable, Codable {
    package var id: ContainerID
    package var network: NamespaceName
    package var hostname: String
    /// What is run: a program of the host's file system, or one of netlab's built-in servers by image name.
    package var program: Program
    package var environment: [String: String]
    package var workingDirectory: String
    /// Text of /etc/hosts and /etc/resolv.conf inside.
    package var hosts: String
    package var resolvConf: String
    /// Standard output and error are appended to this file on the host.
    package var logPath: String
    /// When they were written: a ``LogIndex``.
    package var logIndexPath: String { LogIndex.path(ofLog: logPath) }
    package var security: ContainerSecurity
    /// Whether somebody may write to its standard input; otherwise, as when nil, there is nothing to read.
    package var hasInput: Bool?
    /// Whether its streams are a terminal.
    package var hasTerminal: Bool?

    package enum Program: Hashable, Sendable, Codable {
        case command([String])
        case builtIn(image: String, arguments: [String])
    }

    package init(
        id: ContainerID, network: NamespaceName, hostname: String, program: Program, environment: [String: String],
        workingDirectory: String, hosts: String, resolvConf: String, logPath: String,
        security: ContainerSecurity = ContainerSecurity()
    ) {
        self.id = id
        self.network = network
        self.hostname = hostname
        self.program = program
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.hosts = hosts
        self.resolvConf = resolvConf
        self.logPath = logPath
        self.security = security
    }
}

/// Where a container stands. Times are seconds since the epoch.
package enum ContainerStatus: Hashable, Sendable, Codable {
    case running(pid: Int32, startedAt: Double)
    /// `signal` is 0 for a process that exited by itself.
    case exited(code: Int32, signal: Int32, startedAt: Double, finishedAt: Double)
    /// It could not be executed at all; the reason in Kubernetes' words (`StartError`), and the message.
    case failed(reason: String, message: String)
}

/// A finished command.
package struct CommandResult: Hashable, Sendable {
    package var exitCode: Int32
    package var output: [UInt8]
    package var timedOut: Bool
    package init(exitCode: Int32, output: [UInt8], timedOut: Bool) {
        self.exitCode = exitCode
        self.output = output
        self.timedOut = timedOut
    }
}

/// A connection to make from inside a namespace.
package struct ConnectProbe: Hashable, Sendable {
    package var namespace: NamespaceName
    package var address: IPAddress
    package var port: UInt16
    /// Sent once connected, and the answer read until its end, 64 KiB or the time limit; nil: connecting is enough.
    package var request: [UInt8]?
    /// Seconds for all of it.
    package var timeout: Double
    package init(namespace: NamespaceName, address: IPAddress, port: UInt16, request: [UInt8]?, timeout: Double) {
        self.namespace = namespace
        self.address = address
        self.port = port
        self.request = request
        self.timeout = timeout
    }
}

/// How a connection went.
package enum ConnectResult: Hashable, Sendable {
    case answered([UInt8])
    case refused
    case unreachable(errno: Int32)
    case timedOut
}

/// A container could not be handled; decide on `errno`, show `operation`.
package struct ContainerRuntimeError: Error, Hashable, Sendable, CustomStringConvertible {
    package var operation: String
    package var errno: Int32
    package var advice: String
    package init(_ operation: String, errno: Int32, advice: String = "") {
        self.operation = operation
        self.errno = errno
        self.advice = advice
    }
    package var description: String {
        "\(operation): errno \(errno)" + (advice.isEmpty ? "" : "; \(advice)")
    }
}
