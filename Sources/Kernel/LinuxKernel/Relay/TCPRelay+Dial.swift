internal import CLinux
internal import Glibc
internal import ServiceRouting

// Dialling: kube-proxy's deadlines (behaviour 4.2), but for each connection by itself, so that a backend that does not
// answer delays nobody else.
extension TCPRelay {
    /// Dials until one dial is under way, or gives the client up.
    func dial(on worker: RelayWorker) {
        while attempt < worker.settings.dialTimeouts.count, let next = chooseBackend() {
            backend = next
            let failure = connect(to: next, on: worker)
            if failure == 0 { return }
            count(worker.counters.dialFailures)
            refused.insert(BackendAddress(next))
            lacksPort = failure == EADDRNOTAVAIL
            attempt += 1
        }
        count(worker.counters.refused)
        let cause: FlowRecord.Verdict = lacksPort ? .noSourcePort : .backendUnreachable
        close(backend == nil ? .noEndpoints : cause, on: worker)
    }

    /// Another one than those that failed; when all of them failed, one that only did not answer may have another try.
    private func chooseBackend() -> Backend? {
        if let backend = frontend.choose(for: client.address, excluding: refused.union(unanswered)) { return backend }
        guard !unanswered.isEmpty else { return nil }
        unanswered = []
        return frontend.choose(for: client.address, excluding: refused)
    }

    /// Starts a connection; the errno when it failed at once.
    private func connect(to backend: Backend, on worker: RelayWorker) -> Int32 {
        guard worker.enter(frontend.node) else { return errno }
        let address = SocketAddress(backend.address, backend.port)
        let descriptor = BackendSocket.connect(to: address, for: client, stream: true, of: frontend.node, on: worker)
        guard descriptor >= 0 else { return -descriptor }
        guard let token = worker.poller.add(descriptor, events: Poller.stream, handler: self) else {
            Glibc.close(descriptor)
            return ENOMEM
        }
        backendEnd.descriptor = descriptor
        backendEnd.token = token
        worker.callBack(self, after: worker.settings.dialTimeouts[attempt], serial: UInt64(attempt))
        return 0
    }

    func dialAnswered(_ events: UInt32, on worker: RelayWorker) {
        if events & Poller.failed != 0 || events & Poller.writable == 0 {
            guard events & Poller.hangup != 0 else { return }
            return dialFailed(into: \.refused, on: worker)
        }
        guard let token = worker.poller.add(clientEnd.descriptor, events: Poller.stream, handler: self) else {
            return close(.reset, on: worker)
        }
        clientEnd.token = token
        clientEnd.isWritable = true
        state = .relaying
        refused = []
        unanswered = []
        record(.forwarded, on: worker)
        backendEnd.note(events)
        copyBothWays(on: worker)
    }

    func dialTimedOut(on worker: RelayWorker) { dialFailed(into: \.unanswered, on: worker) }

    private func dialFailed(
        into failures: ReferenceWritableKeyPath<TCPRelay, Set<BackendAddress>>, on worker: RelayWorker
    ) {
        count(worker.counters.dialFailures)
        if let backend { self[keyPath: failures].insert(BackendAddress(backend)) }
        lacksPort = false
        backendEnd.close(withReset: false, on: worker)
        attempt += 1
        dial(on: worker)
    }
}
