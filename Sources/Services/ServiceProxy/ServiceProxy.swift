package import KubernetesModel
package import ServiceRouting
internal import Synchronization

/// Keeps the nodes' ClusterIPs in step with the cluster: from services and EndpointSlices to the forwarding table, and
/// from there to the data plane. What kube-proxy, or Cilium in its place, is to a cluster; one for all nodes of a lab.
package final class ServiceProxy: Sendable {
    private struct State {
        var table: ForwardingTable
        var changedAt: Double?
        /// The newest flows, the first of them numbered `firstFlow`.
        var flows: [FlowRecord] = []
        var firstFlow = 0
    }

    private static let keptFlows = 10_000

    private let dataPlane: any ServiceDataPlane
    private let now: @Sendable () -> Double
    private let state: Mutex<State>

    /// - Parameter table: what was in force before, such as after a restart: its frontends keep their IDs, and its ways
    ///   of choosing a backend and of answering without one hold from now on.
    /// - Parameter now: seconds since 1970.
    package init(
        dataPlane: any ServiceDataPlane, resuming table: ForwardingTable = ForwardingTable(),
        now: @escaping @Sendable () -> Double = { 0 }
    ) {
        self.dataPlane = dataPlane
        self.now = now
        state = Mutex(State(table: table))
    }

    /// What is forwarded now.
    package var table: ForwardingTable { state.withLock { $0.table } }

    /// Since when what is forwarded now is; nil while it is nothing, or what it was before a restart.
    package var changedAt: Double? { state.withLock { $0.changedAt } }

    /// Brings the nodes to these objects. Returns when they are in force, and costs little when nothing changed.
    ///
    /// - Throws: the listeners that could not be had; the rest is in force, and the next call tries them again.
    package func update(
        services: [Service], slices: [EndpointSlice], nodes: [ProxyNode]
    ) throws(ServiceDataPlaneError) {
        try state.withLock { state throws(ServiceDataPlaneError) in
            let table = ForwardingTable(
                services: services, slices: slices, previous: state.table, selection: state.table.selection,
                noEndpoints: state.table.noEndpoints)
            let isNew = table != state.table
            state.table = table
            try dataPlane.apply(table, on: nodes)
            if isNew { state.changedAt = now() }
        }
    }

    /// Flows that started or ended, from a number on; each reader keeps the number it goes on from.
    ///
    /// - Parameter number: 0 for all that are kept, at most the newest 10,000.
    /// - Returns: the records, oldest first, and the number for the next call.
    package func flows(from number: Int = 0) -> (records: [FlowRecord], next: Int) {
        state.withLock { state in
            state.flows += dataPlane.drainFlows()
            let surplus = max(0, state.flows.count - Self.keptFlows)
            state.flows.removeFirst(surplus)
            state.firstFlow += surplus
            let skipped = min(max(0, number - state.firstFlow), state.flows.count)
            return (Array(state.flows.dropFirst(skipped)), state.firstFlow + state.flows.count)
        }
    }

    /// Stops forwarding; connections are reset.
    package func shutDown() { dataPlane.shutDown() }
}
