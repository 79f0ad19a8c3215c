internal import ArgumentParser
internal import KubernetesAPI
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
        let table = ObjectTable(Node.self, nodes, now: Clock.wall())
        StandardStream.output.write(KubernetesTable(table, wide: wide.isWide).text(wide: true))
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

    func contains(_ object: any KubernetesObject) -> Bool { allNamespaces || object.namespace == namespace }

    /// What kubectl says instead of an empty table.
    var nothing: String {
        allNamespaces ? "No resources found\n" : "No resources found in \(namespace) namespace.\n"
    }
}
