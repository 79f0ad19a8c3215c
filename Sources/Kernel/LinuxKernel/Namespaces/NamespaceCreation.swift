internal import CNetlink
internal import Glibc
internal import NetworkModel
internal import NetworkPlanning

/// Makes namespaces one after the other, each with its name, its mark, `lo` up and its socket opened.
///
/// A thread may leave one new namespace for the next without going home first, so a lab's namespaces cost one thread;
/// or two, each with half of them: the kernel sets two namespaces up at the same time, and gains nothing from three.
struct NamespaceCreation {
    let sockets: NamespaceSockets

    private static let worthTwoThreads = 4

    /// - Throws: the first failure, with its position in the list. Nothing of the failed one is left.
    func create(_ wanted: [(name: NamespaceName, mark: OwnershipMark)], operation: (Int) -> String) throws(StepFailure)
    {
        do throws(KernelError) {
            try NamespaceDirectory.prepare()
        } catch {
            throw StepFailure(index: 0, error: error)
        }
        let operations = wanted.indices.map(operation)
        // One order, where steps are counted.
        let isOneThread = wanted.count < Self.worthTwoThreads || FaultPoint.isActive
        let middle = isOneThread ? wanted.count : wanted.count / 2
        let ranges = [0..<middle, middle..<wanted.count].filter { !$0.isEmpty }
        let shares = ranges.map { Share(range: $0, wanted: wanted, operations: operations) }
        if shares.count == 1 {
            shares.first?.create()
        } else {
            NamespaceThread.concurrently(shares.map { share in { share.create() } })
        }
        for share in shares {
            for made in share.made { sockets.keep(made.socket, of: made.name, made.identity) }
        }
        if let failure = shares.lazy.compactMap(\.failure).first { throw failure }
    }

    /// What one thread makes. Only that thread touches it until the thread has ended.
    private final class Share {
        let range: Range<Int>
        let wanted: [(name: NamespaceName, mark: OwnershipMark)]
        let operations: [String]
        var made: [(name: NamespaceName, socket: NetlinkSocket, identity: NamespaceIdentity?)] = []
        var failure: StepFailure?

        init(range: Range<Int>, wanted: [(name: NamespaceName, mark: OwnershipMark)], operations: [String]) {
            self.range = range
            self.wanted = wanted
            self.operations = operations
        }

        func create() {
            var position = range.lowerBound
            let exchange = NetlinkExchange()
            do throws(KernelError) {
                try NamespaceThread.run { () throws(KernelError) in
                    while position < range.upperBound {
                        let (name, mark) = wanted[position]
                        let socket = try make(name, mark, operations[position], exchange)
                        made.append((name, socket, NamespaceFile.identity(of: name)))
                        position += 1
                    }
                }
            } catch {
                failure = StepFailure(index: position, error: error)
            }
        }

        private func make(
            _ name: NamespaceName, _ mark: OwnershipMark, _ operation: String, _ exchange: NetlinkExchange
        ) throws(KernelError) -> NetlinkSocket {
            // Before the costly part, and before anything needs undoing.
            guard !NamespaceDirectory.isNamespace(name) else { throw KernelError(errno: EEXIST, operation) }
            try NamespaceThread.enterNew()
            // Marked first, named last: a process killed in between leaves nothing, never a name without its proof.
            let socket = try NetlinkSocket()
            var queue = MessageQueue()
            LinkMessages.markLoopback(mark, to: &queue, exchange.builder, step: 0)
            if let failure = exchange.transmit(&queue, over: socket, name: { _ in "mark \(name)" }) {
                throw KernelError(errno: failure.errno, operation, words: failure.text)
            }
            try NamespaceDirectory.bindCurrent(name, operation)
            return socket
        }
    }
}
