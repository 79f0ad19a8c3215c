internal import ArgumentParser
internal import KubernetesModel
internal import LinuxKernel

/// `netlab nodes`
struct NodesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nodes", abstract: "List the nodes, as `kubectl get nodes` does.",
        discussion: """
            EXAMPLES:
              netlab nodes
              netlab nodes -o wide
            """)

    @OptionGroup var lab: LabArgument
    @OptionGroup var wide: WideOption
    @OptionGroup var output: JSONFlag

    func run() throws {
        let nodes = try lab.find().objects(Node.self)
        if output.json { return try JSONOutput.print(nodes) }
        StandardStream.output.write(Self.table(nodes, now: Clock.wall()).text(wide: wide.isWide))
    }

    static func table(_ nodes: [Node], now: Double) -> KubernetesTable {
        KubernetesTable(
            headers: [
                "NAME", "STATUS", "ROLES", "AGE", "VERSION", "INTERNAL-IP", "EXTERNAL-IP", "OS-IMAGE",
                "KERNEL-VERSION", "CONTAINER-RUNTIME",
            ],
            rows: nodes.map { node in
                let info = node.status?.nodeInfo
                func address(_ type: String) -> String {
                    node.status?.addresses?.first { $0.type == type }?.address ?? "<none>"
                }
                return [
                    node.name, status(node), roles(node),
                    HumanDuration.text(since: node.metadata.creationTimestamp, now: now),
                    info?.kubeletVersion ?? "", address("InternalIP"), address("ExternalIP"),
                    info?.osImage ?? "<unknown>", info?.kernelVersion ?? "<unknown>",
                    info?.containerRuntimeVersion ?? "<unknown>",
                ]
            },
            narrowColumns: 5)
    }

    private static func status(_ node: Node) -> String {
        let ready = node.status?.conditions?.first { $0.type == "Ready" }
        let word = ready.map { $0.status == "True" ? "Ready" : "NotReady" } ?? "Unknown"
        return node.spec?.unschedulable == true ? word + ",SchedulingDisabled" : word
    }

    private static func roles(_ node: Node) -> String {
        let prefix = "node-role.kubernetes.io/"
        let roles = node.labels.keys.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
        return roles.isEmpty ? "<none>" : roles.sorted().joined(separator: ",")
    }
}

/// `-o wide`
struct WideOption: ParsableArguments {
    @Option(name: [.customShort("o"), .customLong("output")], help: "wide: more columns.", completion: .list(["wide"]))
    var format: String?

    var isWide: Bool { format == "wide" }

    func validate() throws {
        guard format == nil || isWide else {
            throw ValidationError("-o takes only wide here; for JSON use --json")
        }
    }
}

/// `-n NAMESPACE` and `-A`
struct NamespaceOption: ParsableArguments {
    @Option(name: [.short, .long], help: "The Kubernetes namespace.")
    var namespace = "default"

    @Flag(name: [.customShort("A"), .long], help: "All namespaces.")
    var allNamespaces = false

    func contains(_ object: some KubernetesObject) -> Bool { allNamespaces || object.namespace == namespace }

    /// What kubectl says instead of an empty table.
    var nothing: String {
        allNamespaces ? "No resources found\n" : "No resources found in \(namespace) namespace.\n"
    }
}
