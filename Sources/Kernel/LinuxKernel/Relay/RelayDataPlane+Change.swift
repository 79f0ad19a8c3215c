internal import CLinux
internal import Glibc
internal import NetworkModel
internal import NetworkPlanning
internal import ServiceRouting

extension RelayDataPlane {
    /// One call of apply while it is worked out.
    struct Change {
        /// A node the new table is for, with its namespace as it stands now.
        struct Target {
            let proxyNode: ProxyNode
            let namespace: OpenNamespace
        }

        enum Mode { case forwarding, silent }

        let entries: [Frontend: ForwardingEntry]
        private(set) var targets: [Target] = []
        /// What to tell each worker once the sockets are there.
        var commands: [[RelayWorker.Command]]
        var needsBarrier = false
        private(set) var failures: [ServiceDataPlaneError.Failure] = []
        private let noEndpoints: NoEndpointsResponse
        private var turn = 0

        init(table: ForwardingTable, workers: Int) {
            entries = Dictionary(table.entries.map { ($0.frontend, $0) }, uniquingKeysWith: { first, _ in first })
            commands = Array(repeating: [], count: workers)
            noEndpoints = table.noEndpoints
        }

        /// Opens a node's namespace; a node without one fails with all its frontends.
        mutating func open(_ node: ProxyNode) {
            do throws(KernelError) {
                let namespace = try OpenNamespace(node.namespace)
                targets.append(Target(proxyNode: node, namespace: namespace))
            } catch {
                fail(node, Array(entries.values), error.errno)
            }
        }

        /// Whether a node that is served stays, in the very namespace it has.
        func keeps(_ key: ProxyNode, _ state: NodeState) -> Bool {
            targets.contains { $0.proxyNode == key && $0.namespace.inode == state.node.namespace.inode }
        }

        func isSameNodes(as states: [ProxyNode: NodeState]) -> Bool {
            states.count == targets.count && states.allSatisfy { keeps($0.key, $0.value) }
        }

        /// What the frontend's socket does on a node; nil when there is to be none, so that the kernel refuses.
        func mode(of entry: ForwardingEntry, on node: String) -> Mode? {
            if entry.backends(on: node).contains(where: { $0.state == .active }) { return .forwarding }
            return noEndpoints == .timeout ? .silent : nil
        }

        mutating func fail(_ node: ProxyNode, _ entries: [ForwardingEntry], _ errno: Int32) {
            failures += entries.map {
                ServiceDataPlaneError.Failure(node: node.name, frontend: $0.frontend, errno: errno)
            }
        }

        /// The worker for the next UDP frontend.
        mutating func nextWorker() -> Int {
            defer { turn += 1 }
            return turn % commands.count
        }
    }
}
