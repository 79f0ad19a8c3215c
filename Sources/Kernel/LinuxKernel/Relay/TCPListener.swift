internal import CLinux
internal import Glibc

/// A ClusterIP's TCP port on one node, as one worker sees it. All workers watch the same socket and the kernel wakes
/// one of them for a new connection.
final class TCPListener: FrontendHandler {
    private var token: Poller.Token?
    private var isClosed = false

    override func open(on worker: RelayWorker) {
        isClosed = false
        token = worker.poller.add(frontend.socket, events: Poller.shared, handler: self)
        if token == nil { return pause(on: worker) }
    }

    override func close(on worker: RelayWorker) {
        isClosed = true
        stopWatching(on: worker)
    }

    override func abandon(on worker: RelayWorker) { close(on: worker) }

    override func handle(_ events: UInt32, token: Poller.Token, on worker: RelayWorker) {
        // A few at a time: what is left wakes the other workers.
        for _ in 0..<16 {
            // Both of the connection's descriptors, so that whoever is accepted can be served.
            guard worker.shortage.take(TCPRelay.descriptors) else {
                if isAwaited { pause(on: worker) }
                return
            }
            var storage = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let flags = Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
            let descriptor = withUnsafeMutablePointer(to: &storage) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    accept4(frontend.socket, $0, &length, flags)
                }
            }
            guard descriptor >= 0 else {
                let failure = errno
                worker.shortage.give(TCPRelay.descriptors)
                switch failure {
                case _ where Shortage.isCause(failure): return pause(on: worker)
                case EAGAIN, EINVAL: return
                default: continue  // the client has gone again, or a signal came
                }
            }
            guard let client = SocketAddress(storage) else {
                Glibc.close(descriptor)
                worker.shortage.give(TCPRelay.descriptors)
                continue
            }
            worker.take(descriptor, client: client, of: frontend)
        }
    }

    /// Whether a client is there to be accepted: another worker may have been quicker.
    private var isAwaited: Bool {
        var entry = pollfd(fd: frontend.socket, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, 0) > 0
    }

    /// Out of descriptors or memory: those who wait stay in the kernel's queue while others finish.
    private func pause(on worker: RelayWorker) {
        count(worker.counters.acceptPauses)
        worker.noteShortage()
        stopWatching(on: worker)
        worker.callBack(self, after: worker.settings.acceptPause, serial: 0)
    }

    override func timeIsUp(serial: UInt64, on worker: RelayWorker) {
        if !isClosed, token == nil { open(on: worker) }
    }

    private func stopWatching(on worker: RelayWorker) {
        guard let token else { return }
        worker.poller.remove(frontend.socket, token)
        self.token = nil
    }
}
