internal import ArgumentParser
internal import Daemon
internal import Datapath
internal import LinuxKernel
internal import NetworkModel

/// `netlab network ls`
struct NetworkCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "network", abstract: "Look at the network the nodes stand in.",
        discussion: """
            EXAMPLES:
              netlab network ls
            """,
        subcommands: [Listing.self])

    struct Listing: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ls", abstract: "List the bridges, as `docker network ls` does.",
            discussion: """
                Each lab has a bridge of its own called kind, in the lab's namespace LAB.host, never on this host.

                EXAMPLES:
                  netlab network ls
                  netlab network ls --json    with the bridge's namespace, subnet and ports
                """)

        @OptionGroup var lab: LabArgument
        @OptionGroup var output: JSONFlag

        struct Row: Encodable {
            let id: String
            let name: String
            let driver: String
            let scope: String
            let namespace: String
            let subnet: String
            let ports: [String]
        }

        func run() throws {
            let running = try lab.find()
            guard let fabric = DatapathNames.fabric(running.name) else { return }
            let state = try LinuxNetwork().observe([fabric], sysctls: []).namespaces[fabric]
            let rows = (state?.links.values.filter { $0.kind == .bridge } ?? []).map { bridge in
                Row(
                    id: bridge.mac.map { $0.bytes.map(Self.hexadecimal).joined() } ?? "", name: bridge.name.rawValue,
                    driver: "bridge", scope: "local", namespace: fabric.rawValue,
                    subnet: state?.addresses.first { $0.link == bridge.name }?.prefix.network.description ?? "",
                    ports: state?.links.values.filter { $0.master == bridge.name }.map(\.name.rawValue).sorted() ?? [])
            }
            if output.json { return try JSONOutput.print(rows) }
            let table = KubernetesTable(
                headers: ["NETWORK ID", "NAME", "DRIVER", "SCOPE"],
                rows: rows.map { [$0.id, $0.name, $0.driver, $0.scope] }, narrowColumns: 4)
            StandardStream.output.write(table.text(wide: false))
        }

        private static func hexadecimal(_ byte: UInt8) -> String {
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
    }
}
