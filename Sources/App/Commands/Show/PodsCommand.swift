internal import ArgumentParser
internal import KubernetesAPI
internal import KubernetesModel
internal import LinuxKernel

/// `netlab pods`
struct PodsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pods", abstract: "List the pods, as `kubectl get pods` does.",
        discussion: """
            EXAMPLES:
              netlab pods -o wide
              netlab pods -A
            """)

    @OptionGroup var lab: LabArgument
    @OptionGroup var namespace: NamespaceOption
    @OptionGroup var wide: WideOption
    @OptionGroup var output: JSONFlag

    func run() throws {
        let pods = try lab.find().objects(Pod.self).filter(namespace.contains)
        if output.json { return try JSONOutput.print(pods) }
        guard !pods.isEmpty else { return StandardStream.error.write(namespace.nothing) }
        let table = ObjectTable(Pod.self, pods, now: Clock.wall())
        let spread = namespace.allNamespaces ? pods.map(\.namespace) : nil
        StandardStream.output.write(KubernetesTable(table, namespaces: spread, wide: wide.isWide).text(wide: true))
    }
}
