internal import ArgumentParser
internal import Daemon
internal import Datapath
internal import KubernetesModel
internal import LinuxKernel
internal import NetworkModel
internal import PodLifecycle

/// `netlab ps [NODE]`
struct PSCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ps", abstract: "List the nodes, as `docker ps` does, or the containers on one.",
        discussion: """
            EXAMPLES:
              netlab ps                the lab's nodes
              netlab ps kind-worker    the containers of that node's pods, as `ctr -n k8s.io c ls` in the node
            """)

    @OptionGroup var lab: LabOption

    @Argument(help: "A node.", completion: .custom { _, _, _ in NameCompletion.nodesAndPods() })
    var node: String?

    @OptionGroup var output: JSONFlag

    struct NodeRow: Encodable {
        let name: String
        let namespace: String
        let address: String
        let status: String
        let pods: Int
    }

    struct ContainerRow: Encodable {
        let container: String
        let pod: String
        let namespace: String
        let image: String
        let pid: Int32?
        let status: String
    }

    func run() throws {
        let running = try lab.find()
        let nodes = try running.objects(Node.self)
        let pods = try running.objects(Pod.self)
        if let node {
            guard nodes.contains(where: { $0.name == node }) else {
                throw CommandFailure(
                    .usage, "lab \"\(running.name)\" has no node \"\(node)\"",
                    advice: "nodes: " + nodes.map(\.name).joined(separator: ", "))
            }
            try show(containers(pods.filter { $0.spec?.nodeName == node }, running))
        } else {
            try show(nodes.map { row($0, pods, running) })
        }
    }

    private func row(_ node: Node, _ pods: [Pod], _ running: RunningLab) -> NodeRow {
        NodeRow(
            name: node.name, namespace: DatapathNames.node(running.name, node.name)?.rawValue ?? "",
            address: node.status?.addresses?.first { $0.type == "InternalIP" }?.address ?? "",
            status: "Up " + HumanDuration.text(since: node.metadata.creationTimestamp, now: Clock.wall()),
            pods: pods.count { $0.spec?.nodeName == node.name })
    }

    private func show(_ rows: [NodeRow]) throws {
        if output.json { return try JSONOutput.print(rows) }
        let table = KubernetesTable(
            headers: ["NAMES", "STATUS", "ADDRESS", "PODS", "NAMESPACE"],
            rows: rows.map { [$0.name, $0.status, $0.address, "\($0.pods)", $0.namespace] }, narrowColumns: 5)
        StandardStream.output.write(table.text(wide: false))
    }

    private func containers(_ pods: [Pod], _ running: RunningLab) throws -> [ContainerRow] {
        pods.flatMap { pod in
            (pod.status?.containerStatuses ?? []).map { status in
                let id = ContainerID(podUID: pod.uid, container: status.name, attempt: Int(status.restartCount))
                let directory = ContainerDirectory(root: running.paths.containers, id: id)
                let processes = directory?.processes()
                return ContainerRow(
                    container: status.name, pod: pod.name, namespace: pod.namespace, image: status.image,
                    pid: status.state?.running == nil ? nil : processes?.first?.pid ?? processes?.shim.pid,
                    status: status.state?.running != nil ? "Running" : "Stopped")
            }
        }
    }

    private func show(_ rows: [ContainerRow]) throws {
        if output.json { return try JSONOutput.print(rows) }
        let table = KubernetesTable(
            headers: ["CONTAINER", "POD", "IMAGE", "PID", "STATUS"],
            rows: rows.map { [$0.container, $0.pod, $0.image, $0.pid.map { "\($0)" } ?? "-", $0.status] },
            narrowColumns: 5)
        StandardStream.output.write(table.text(wide: false))
    }
}
