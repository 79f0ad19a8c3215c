internal import CNetlink
internal import NetworkModel
internal import NetworkPlanning

/// Makes namespaces one after the other on one thread, each with its name, its mark, `lo` up and its socket opened.
///
/// A thread may leave one new namespace for the next without going home first, so a lab's namespaces cost one thread.
struct NamespaceCreation {
    let sockets: NamespaceSockets
    let exchange: NetlinkExchange

    /// - Throws: the first failure, with its position in the list. Nothing of the failed one is left.
    func create(_ wanted: [(name: NamespaceName, mark: OwnershipMark)], operation: (Int) -> String) throws(StepFailure)
    {
        var position = 0
        do throws(KernelError) {
            try NamespaceDirectory.prepare()
            try NamespaceThread.run { () throws(KernelError) in
                while position < wanted.count {
                    try create(wanted[position].name, wanted[position].mark, operation(position))
                    position += 1
                }
            }
        } catch {
            throw StepFailure(index: position, error: error)
        }
    }

    private func create(_ name: NamespaceName, _ mark: OwnershipMark, _ operation: String) throws(KernelError) {
        // Before the costly part, and before anything needs undoing.
        if let existing = try? NamespaceFile.open(name) {
            _ = existing
            throw KernelError(.exists, operation, errno: 17, detail: "a namespace of this name is there")
        }
        try NamespaceThread.enterNew()
        try NamespaceDirectory.bindCurrent(name, operation)
        do throws(KernelError) {
            let socket = try NetlinkSocket()
            var queue = MessageQueue()
            LinkMessages.markLoopback(mark, to: &queue, exchange.builder, step: 0)
            if let failure = exchange.transmit(&queue, over: socket) {
                throw KernelError(errno: failure.errno, operation, words: failure.text)
            }
            sockets.keep(socket, of: name, NamespaceFile.identity(of: name))
        } catch {
            try? NamespaceDirectory.remove(name, operation)
            throw error
        }
    }
}
