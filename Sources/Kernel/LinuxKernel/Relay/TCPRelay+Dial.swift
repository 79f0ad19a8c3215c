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
            if Shortage.isCause(failure) { return waitForDescriptor(on: worker) }
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
        waitingSince = nil
        callBack(after: worker.settings.dialTimeouts[attempt], on: worker)
        return 0
    }

    /// The process, not the backend, has nothing left to dial with: no backend is blamed, and the client waits for as
    /// long as all its dials together may take.
    private func waitForDescriptor(on worker: RelayWorker) {
        backend = nil
        worker.noteShortage()
        let now = Clock.monotonic()
        let since = waitingSince ?? now
        waitingSince = since
        guard now - since < worker.settings.dialTimeouts.reduce(0, +) else {
            count(worker.counters.refused)
            return close(.noDescriptors, on: worker)
        }
        callBack(after: worker.settings.acceptPause, on: worker)
    }

    private func callBack(after seconds: Double, on worker: RelayWorker) {
        timer += 1
        worker.callBack(self, after: seconds, serial: timer)
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

    func dialTimedOut(on worker: RelayWorker) {
        if waitingSince == nil { dialFailed(into: \.unanswered, on: worker) } else { dial(on: worker) }
    }

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
