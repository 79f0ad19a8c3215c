internal import Synchronization

/// What a data plane holds and has done; totals since it was made.
package struct RelayCounters: Hashable, Sendable {
    /// TCP connections accepted and not yet closed, those still being dialled included.
    package var openConnections = 0
    /// UDP flows not yet expired.
    package var openFlows = 0
    /// Sockets bound to a frontend, over all nodes.
    package var listeners = 0
    package var acceptedTotal = 0
    /// Dials that failed; a client served by its second backend counts one.
    package var dialFailures = 0
    /// Clients turned away after every dial failed or without any backend.
    package var refusedTotal = 0
    /// Times accept had to pause because descriptors or memory ran out.
    package var acceptPauses = 0
    /// Dials and datagrams given up because no source port was free. With `sourceIP: preserve` and `returnPath:
    /// port-range` there are 4,535 for a client towards one backend, for UDP towards all together.
    package var portShortages = 0
    /// Times anything had to be put off or was dropped for that: accepts, dials and datagrams of new clients.
    package var shortages = 0
    /// When that was last, on ``Clock/monotonic()``; before all time when never.
    package var lastShortage = -Double.infinity
    /// Descriptors that connections, flows and listeners hold, the backend's of a connection still dialled included.
    package var descriptors = 0
    /// How many of them there may be.
    package var descriptorLimit = 0
    /// Buffers of 64 KB that hold bytes for a far end that does not take them; at most one for each direction of a
    /// connection, and none for an idle one.
    package var heldBuffers = 0
}

/// One worker's share, written by it and read by anybody.
final class WorkerCounters: Sendable {
    let openConnections = Atomic(0)
    let openFlows = Atomic(0)
    let accepted = Atomic(0)
    let dialFailures = Atomic(0)
    let refused = Atomic(0)
    let acceptPauses = Atomic(0)
    let portShortages = Atomic(0)
    let heldBuffers = Atomic(0)

    /// Adds this share to a total.
    func add(to total: inout RelayCounters) {
        total.openConnections += openConnections.load(ordering: .relaxed)
        total.openFlows += openFlows.load(ordering: .relaxed)
        total.acceptedTotal += accepted.load(ordering: .relaxed)
        total.dialFailures += dialFailures.load(ordering: .relaxed)
        total.refusedTotal += refused.load(ordering: .relaxed)
        total.acceptPauses += acceptPauses.load(ordering: .relaxed)
        total.portShortages += portShortages.load(ordering: .relaxed)
        total.heldBuffers += heldBuffers.load(ordering: .relaxed)
    }
}

/// A count that one thread changes and others read.
func count(_ counter: borrowing Atomic<Int>, _ change: Int = 1) { counter.wrappingAdd(change, ordering: .relaxed) }
