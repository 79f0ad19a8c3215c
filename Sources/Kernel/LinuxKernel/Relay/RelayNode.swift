internal import CLinux
internal import Glibc
internal import NetworkModel
internal import NetworkPlanning
internal import ServiceRouting
internal import Synchronization

/// A node as the relay holds it: its namespace, open for as long as the node is served.
///
/// The open file keeps the namespace alive, so a node that goes must be taken out of the data plane before its
/// namespace can vanish.
final class RelayNode: Sendable {
    let name: String
    let namespace: OpenNamespace
    /// Whether sockets must be taken off BBR.
    let usesReno: Bool
    /// How pods of the node are shown to backends; nil: as the node.
    let preservation: SourcePreservation?
    private let portTurn = Atomic(UInt32.random(in: 0..<65_536))

    init(_ node: ProxyNode, namespace: OpenNamespace, usesReno: Bool) {
        name = node.name
        preservation = node.preservation
        self.namespace = namespace
        self.usesReno = usesReno
    }

    /// The next port of a range to try. In turn, so that one that was given up rests for as long as can be.
    func nextPort(of range: ClosedRange<UInt16>) -> UInt16 {
        let turn = portTurn.wrappingAdd(1, ordering: .relaxed).oldValue
        return range.lowerBound + UInt16(turn % UInt32(range.count))
    }
}

/// A frontend on one node: its socket, and the choice of backends that all workers share.
final class RelayFrontend: Sendable {
    let node: RelayNode
    let frontend: Frontend
    /// The bound socket, of use until ``closeSocket()``. Connections outlive it.
    let socket: Int32
    private let isClosed = Atomic(false)
    private let shortage: Shortage
    private let news: RelayBell
    private let chooser: Mutex<BackendChooser>
    /// Where a UDP flow may go on to: backends that are active and those that terminate.
    private let known: Mutex<Set<BackendAddress>>

    /// - Parameter socket: bound, and closed by this object from now on.
    init(
        node: RelayNode, entry: ForwardingEntry, selection: BackendSelection, socket: Int32, shortage: Shortage,
        news: RelayBell
    ) {
        shortage.claim(1)
        self.shortage = shortage
        self.news = news
        let backends = entry.backends(on: node.name)
        self.node = node
        self.socket = socket
        frontend = entry.frontend
        chooser = Mutex(
            BackendChooser(
                backends: backends, affinity: entry.affinity, selection: selection,
                random: SystemRandomNumberGenerator()))
        known = Mutex(Set(backends.map(BackendAddress.init)))
    }

    deinit { closeSocket() }

    /// Stops listening at once. Only when no worker watches the socket any more.
    func closeSocket() {
        guard !isClosed.exchange(true, ordering: .relaxed) else { return }
        close(socket)
        shortage.give(1)
    }

    /// Takes effect with the next connection, whichever thread accepts it.
    func update(_ entry: ForwardingEntry, selection: BackendSelection) {
        let backends = entry.backends(on: node.name)
        chooser.withLock { $0.update(backends: backends, affinity: entry.affinity, selection: selection) }
        known.withLock { $0 = Set(backends.map(BackendAddress.init)) }
    }

    /// The backend for a client's next connection; nil when none is left.
    func choose(for client: IPAddress, excluding excluded: Set<BackendAddress>) -> Backend? {
        let now = Clock.monotonic()
        return changing { $0.choose(for: client, now: now, excluding: excluded) }
    }

    /// Gives up a client's affinity after its backend refused a datagram.
    func unbind(_ client: IPAddress) { changing { $0.unbind(client) } }

    /// What ClientIP affinity holds at this moment.
    var affinity: [AffinityBinding] {
        let now = Clock.monotonic()
        return chooser.withLock { $0.bindings(now: now) }.map { client, backend, age in
            AffinityBinding(node: node.name, frontend: frontend, client: client, backend: backend, age: age)
        }
    }

    /// Binds clients as they were bound before a restart, where nothing newer is known.
    func restore(_ bindings: [AffinityBinding]) {
        let now = Clock.monotonic()
        changing { chooser in
            for binding in bindings {
                chooser.restore(binding.client, to: binding.backend, age: binding.age, now: now)
            }
        }
    }

    /// Does something to the chooser, and says so outside when that changed who is bound to whom.
    private func changing<Value: Sendable>(_ body: (inout BackendChooser) -> Value) -> Value {
        let (value, isNews) = chooser.withLock { chooser in
            let before = chooser.revision
            let value = body(&chooser)
            return (value, chooser.revision != before)
        }
        if isNews { news.ring(.affinity) }
        return value
    }

    /// Whether the backend still stands in an EndpointSlice, active or terminating.
    func knows(_ backend: Backend) -> Bool { known.withLock { $0.contains(BackendAddress(backend)) } }
}
