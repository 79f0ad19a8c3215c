internal import ArgumentParser
internal import Daemon
internal import Datapath
internal import KubernetesModel
internal import LinuxKernel
internal import NetworkPlanning
internal import PodLifecycle

/// `netlab exec NODE|POD -- COMMAND...`
struct ExecCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exec", abstract: "Run a command on a node or in a pod.",
        discussion: """
            EXAMPLES:
              netlab exec kind-worker -- ip route
              netlab exec hello-app-646c68546-xdh5w -- ip addr
              netlab exec -l three-node kind-control-plane -- curl http://10.96.37.61:8080

            A node has its own network, host name, /etc/hosts and /etc/resolv.conf, and the host's files otherwise. \
            A pod also has its own processes. The exit code is the command's.
            """)

    @OptionGroup var lab: LabOption

    @Option(name: [.short, .long], help: "The pod's Kubernetes namespace.")
    var namespace: String?

    @Option(name: [.short, .long], help: "The container of the pod; the first when left out.")
    var container: String?

    @Argument(help: "A node or a pod.", completion: .custom { _, _, _ in NameCompletion.nodesAndPods() })
    var target: String

    @Argument(parsing: .postTerminator, help: "The command and its arguments, after --.")
    var command: [String] = []

    func validate() throws {
        if command.isEmpty { throw ValidationError("Give the command after --: netlab exec \(target) -- ip route") }
    }

    func run() throws {
        try Entry(lab: lab.find(), namespace: namespace, container: container).run(command, in: target)
    }
}

/// `netlab shell NODE|POD`
struct ShellCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shell", abstract: "Open a shell on a node or in a pod.",
        discussion: """
            EXAMPLES:
              netlab shell kind-worker
              netlab shell -n default hello-app-646c68546-xdh5w
            """)

    @OptionGroup var lab: LabOption

    @Option(name: [.short, .long], help: "The pod's Kubernetes namespace.")
    var namespace: String?

    @Option(name: [.short, .long], help: "The container of the pod; the first when left out.")
    var container: String?

    @Argument(help: "A node or a pod.", completion: .custom { _, _, _ in NameCompletion.nodesAndPods() })
    var target: String

    func run() throws {
        let shell = ["/bin/bash", "/bin/sh"].first { StateFile.isExecutable($0) } ?? "/bin/sh"
        // No start-up files: they are the host's, and would put the host's name into the prompt.
        let command = shell.hasSuffix("bash") ? [shell, "--norc", "--noprofile"] : [shell]
        let entry = Entry(lab: try lab.find(), namespace: namespace, container: container)
        try entry.run(command, in: target, environment: ["PS1": "root@\(target):\\w# ", "HISTFILE": nil])
    }
}

/// Becoming a command somewhere in a lab.
struct Entry {
    let lab: RunningLab
    let namespace: String?
    let container: String?

    /// Does not return when the command could be started.
    func run(_ command: [String], in target: String, environment: [String: String?] = [:]) throws {
        switch try find(target) {
        case .node(let node): try enter(node: node, command, environment)
        case .pod(let pod): try enter(pod: pod, command)
        }
    }

    /// A node is found without its daemon: a shell on a node must work most of all when the daemon does not.
    private func find(_ target: String) throws -> NodeOrPod {
        let isNode = StateFile.isDirectory("\(lab.paths.directory)/nodes/\(target)")
        if isNode, namespace == nil, !target.isEmpty, !target.contains("/") { return .node(target) }
        switch try Target.find(target, namespace: namespace, in: lab) {
        case .node(let node): return .node(node.name)
        case .pod(let pod): return .pod(pod)
        }
    }

    private enum NodeOrPod {
        case node(String)
        case pod(Pod)
    }

    private func enter(node: String, _ command: [String], _ environment: [String: String?]) throws {
        guard let name = DatapathNames.node(lab.name, node) else { return }
        do throws(KernelError) {
            try NamespaceExec.replaceProcess(
                with: NodeExecSpec(
                    namespace: name, hostname: node, hostsPath: lab.paths.hosts(ofNode: node),
                    resolvConfPath: lab.paths.resolvConf(ofNode: node), command: command, environment: environment))
        } catch {
            StandardStream.error.write("netlab: \(error)\n")
            throw ExitCodeOnly(NamespaceExec.exitCode(for: error))
        }
    }

    private func enter(pod: Pod, _ command: [String]) throws {
        let statuses = pod.status?.containerStatuses ?? []
        guard let status = container.map({ name in statuses.first { $0.name == name } }) ?? statuses.first else {
            throw CommandFailure(
                .usage, "pod \(pod.name) has no container \"\(container ?? "")\"",
                advice: "it has: " + (pod.spec?.containers ?? []).map(\.name).joined(separator: ", "))
        }
        guard status.state?.running != nil else {
            throw CommandFailure(.failed, "container \(status.name) of pod \(pod.name) is not running")
        }
        let id = ContainerID(podUID: pod.uid, container: status.name, attempt: Int(status.restartCount))
        try NamespaceExec.replaceProcess(inContainer: id, below: lab.paths.containers, command: command)
    }
}
