internal import CNetlink
internal import Glibc
internal import NetworkModel
internal import NetworkPlanning

/// Steps on their way to the kernel: what can be said over rtnetlink is queued per namespace and sent in few calls.
///
/// Steps of one namespace are carried out in the given order. Between namespaces the order only matters around
/// namespaces and links that span two of them; there everything queued is sent first (``flush()``).
final class StepBatch {
    let steps: [Step]
    let sockets: NamespaceSockets
    let exchange: NetlinkExchange

    private var works: [NamespaceName: NamespaceWork] = [:]
    private var pending: [NamespaceWork] = []
    private var current: NamespaceWork?
    private var pendingBytes = 0

    /// Bounds the memory of a plan with a million routes.
    private static let maximumPendingBytes = 4 << 20

    init(_ steps: [Step], sockets: NamespaceSockets, exchange: NetlinkExchange) {
        self.steps = steps
        self.sockets = sockets
        self.exchange = exchange
    }

    /// The work of a namespace, looked at for the first time when needed.
    func work(_ name: NamespaceName) throws(KernelError) -> NamespaceWork {
        if let current, current.name == name { return current }
        let work: NamespaceWork
        if let known = works[name] {
            work = known
        } else {
            work = try NamespaceWork(name, sockets, exchange)
            works[name] = work
        }
        current = work
        return work
    }

    /// Notes a namespace that this call has just made.
    func noteNew(_ name: NamespaceName) {
        guard let socket = sockets.kept(name) else { return }
        works[name] = NamespaceWork(new: name, socket: socket)
    }

    /// Forgets what was known about links: after removals, which take unnamed peers with them.
    func forgetLinks() {
        works = [:]
        current = nil
    }

    /// Queues messages for a namespace.
    func enqueue(in work: NamespaceWork, _ encode: (inout MessageQueue, MessageBuilder) -> Void) {
        if work.queue.isEmpty { pending.append(work) }
        let before = work.queue.bytes.count
        encode(&work.queue, exchange.builder)
        pendingBytes += work.queue.bytes.count - before
    }

    /// Sends what is queued once it is much; between two steps only.
    func flushIfLarge() throws(StepFailure) {
        if pendingBytes > Self.maximumPendingBytes { try flush() }
    }

    /// Sends all that is queued.
    ///
    /// - Throws: the failure of the first step that failed; whatever else was queued has been sent too.
    func flush() throws(StepFailure) {
        var first: NetlinkExchange.Failure?
        for work in pending {
            var taken: [Int] = []
            var failure = exchange.transmit(&work.queue, over: work.socket) {
                self.steps[$0].operation
            } isExcused: { failure in
                guard failure.errno == EEXIST, case .addNeighbour = self.steps[failure.step] else { return false }
                taken.append(failure.step)
                return true
            }
            work.queue = MessageQueue()
            for step in taken where step < failure?.step ?? .max { failure = replaceLearned(step, in: work) ?? failure }
            if let failure, failure.step < first?.step ?? .max { first = failure }
        }
        pending = []
        pendingBytes = 0
        guard let first else { return }
        throw StepFailure(
            index: first.step,
            error: KernelError(errno: first.errno, steps[first.step].operation, words: first.text))
    }

    /// Puts a neighbour in the place of one that the kernel learned by itself, which is no state of anybody's wish: an
    /// ARP request that came in between is enough. One that was put there stays, and is a failure.
    private func replaceLearned(_ step: Int, in work: NamespaceWork) -> NetlinkExchange.Failure? {
        let exists = NetlinkExchange.Failure(step: step, errno: EEXIST, text: "")
        guard case .addNeighbour(_, let entry) = steps[step],
            let index = try? work.index(of: entry.link, for: steps[step].operation),
            let wished = try? NeighbourMessages.dump(
                work.socket, exchange, of: work.name.rawValue, names: [index: entry.link]),
            !wished.contains(where: { $0.link == entry.link && $0.address == entry.address })
        else { return exists }
        var queue = MessageQueue()
        NeighbourMessages.append(
            entry, index: index, adding: true, replacing: true, to: &queue, exchange.builder, step: step)
        return exchange.transmit(&queue, over: work.socket) { self.steps[$0].operation }
    }

    /// Sends what is queued before this step, then reports the step: an earlier failure comes first.
    func fail(_ index: Int, _ error: KernelError) throws(StepFailure) -> Never {
        try flush()
        throw StepFailure(index: index, error: error)
    }
}
