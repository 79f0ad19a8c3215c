internal import ArgumentParser
internal import Daemon
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
        let table = Self.table(services, namespaced: namespace.allNamespaces, now: Clock.wall())
        StandardStream.output.write(table.text(wide: wide.isWide))
    }

    static func table(_ services: [Service], namespaced: Bool, now: Double) -> KubernetesTable {
        let headers = ["NAME", "TYPE", "CLUSTER-IP", "EXTERNAL-IP", "PORT(S)", "AGE", "SELECTOR"]
        return KubernetesTable(
            headers: namespaced ? ["NAMESPACE"] + headers : headers,
            rows: services.map { service in
                let spec = service.spec
                let selector = (spec?.selector ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
                let cells = [
                    service.name, spec?.type ?? "ClusterIP", spec?.clusterIP ?? "<none>", external(spec),
                    ports(spec), HumanDuration.text(since: service.metadata.creationTimestamp, now: now),
                    selector.isEmpty ? "<none>" : selector.joined(separator: ","),
                ]
                return namespaced ? [service.namespace] + cells : cells
            },
            narrowColumns: namespaced ? 7 : 6)
    }

    private static func external(_ spec: ServiceSpec?) -> String {
        if let addresses = spec?.externalIPs, !addresses.isEmpty { return addresses.joined(separator: ",") }
        return spec?.type == "LoadBalancer" ? "<pending>" : "<none>"
    }

    private static func ports(_ spec: ServiceSpec?) -> String {
        let ports = (spec?.ports ?? []).map { port in
            let node = port.nodePort.map { ":\($0)" } ?? ""
            return "\(port.port)\(node)/\(port.protocol ?? "TCP")"
        }
        return ports.isEmpty ? "<none>" : ports.joined(separator: ",")
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
