internal import ArgumentParser
internal import Daemon
internal import KubernetesAPI
internal import KubernetesModel
internal import LinuxKernel

/// `netlab services`
struct ServicesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "services", abstract: "List the services, as `kubectl get services` does.",
        discussion: """
            EXAMPLES:
              netlab services
              netlab services -A -o wide
            """)

    @OptionGroup var lab: LabArgument
    @OptionGroup var namespace: NamespaceOption
    @OptionGroup var wide: WideOption
    @OptionGroup var output: JSONFlag

    func run() throws {
        let services = try lab.find().objects(Service.self).filter(namespace.contains)
        if output.json { return try JSONOutput.print(services) }
        guard !services.isEmpty else { return StandardStream.error.write(namespace.nothing) }
        let table = ObjectTable(Service.self, services, now: Clock.wall())
        let spread = namespace.allNamespaces ? services.map(\.namespace) : nil
        StandardStream.output.write(KubernetesTable(table, namespaces: spread, wide: wide.isWide).text(wide: true))
    }
}

/// `netlab service list`
struct ServiceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "service", abstract: "Show what the ClusterIP proxy forwards.",
        discussion: """
            EXAMPLES:
              netlab service list
            """,
        subcommands: [Listing.self])

    struct Listing: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List frontends and backends, as `cilium service list` does.",
            discussion: """
                EXAMPLES:
                  netlab service list
                  netlab service list --json
                """)

        @OptionGroup var lab: LabArgument
        @OptionGroup var output: JSONFlag

        func run() throws {
            guard case .services(let text, let table) = try lab.find().ask(.services) else { return }
            if output.json { return try JSONOutput.print(table) }
            StandardStream.output.write(text)
        }
    }
}
