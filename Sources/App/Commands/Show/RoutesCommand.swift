internal import ArgumentParser
internal import Daemon
internal import Datapath
internal import KubernetesModel
internal import LinuxKernel
internal import NetworkModel
internal import NetworkPlanning

/// `netlab routes [NODE|POD...]`
struct RoutesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "routes", abstract: "Show routing tables as the kernel holds them.",
        discussion: """
            EXAMPLES:
              netlab routes                           every node's main table
              netlab routes kind-worker
              netlab routes kind-worker --table 50    the delivery table, Cilium's endpoint map made visible
              netlab routes --json
            """)

    @OptionGroup var lab: LabOption

    @Argument(
        help: "Nodes or pods; all nodes when left out.",
        completion: .custom { _, _, _ in NameCompletion.nodesAndPods() })
    var targets: [String] = []

    @Option(name: .long, help: "main, local, default or a number.")
    var table = "main"

    @OptionGroup var output: JSONFlag

    struct Listing: Encodable {
        let name: String
        let namespace: String
        let routes: [Route]
    }

    func run() throws {
        let running = try lab.find()
        let table = try tableNumber()
        let namespaces = try namespaces(running)
        let state = try LinuxNetwork().observe(namespaces.map(\.1), sysctls: [])
        var listings: [Listing] = []
        for (index, (name, namespace)) in namespaces.enumerated() {
            guard let observed = state.namespaces[namespace] else {
                throw CommandFailure(
                    .failed, "namespace \(namespace) is gone", advice: "repair it with `netlab up \(running.name)`")
            }
            if output.json {
                listings.append(
                    Listing(
                        name: name, namespace: namespace.rawValue,
                        routes: observed.routes.values.filter { $0.table == table }.sorted { $0.key < $1.key }))
            } else {
                let heading = namespaces.count > 1 ? (index > 0 ? "\n" : "") + "\(name)\n" : ""
                StandardStream.output.write(
                    heading + RouteTableText.lines(of: observed, table: table).map { $0 + "\n" }.joined())
            }
        }
        if output.json { try JSONOutput.print(listings) }
    }

    private func namespaces(_ running: RunningLab) throws -> [(String, NamespaceName)] {
        let nodes = StateFile.list("\(running.paths.directory)/nodes")
        let wanted = targets.isEmpty ? nodes : targets
        return try wanted.compactMap { target in
            if nodes.contains(target) { return DatapathNames.node(running.name, target).map { (target, $0) } }
            switch try Target.find(target, namespace: nil, in: running) {
            case .node(let node): return DatapathNames.node(running.name, node.name).map { (target, $0) }
            case .pod(let pod):
                return DatapathNames.pod(running.name, namespace: pod.namespace, name: pod.name).map { (target, $0) }
            }
        }
    }

    private func tableNumber() throws -> RouteTable {
        switch table {
        case "main": return .main
        case "local": return .local
        case "default": return RouteTable(rawValue: 253)
        default:
            guard let number = UInt32(table) else {
                throw CommandFailure(
                    .usage, "\"\(table)\" is no routing table", advice: "main, local, default or a number")
            }
            return RouteTable(rawValue: number)
        }
    }
}
