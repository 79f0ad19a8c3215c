internal import CLinux
internal import Glibc
internal import NetworkModel
internal import ServiceRouting

/// A ClusterIP's UDP port on one node: receives from clients, keeps one connected socket for each of them towards the
/// backend it was given, and answers from the bound socket, so that replies leave from the ClusterIP.
///
/// Belongs to one worker, so a client's datagrams keep their order. Nothing waits: a datagram that a full socket does
/// not take is dropped, as a router would. When a backend refuses (ICMP port unreachable) the client is refused likewise,
/// the flow ends and the next datagram chooses anew. Of other ICMP errors nothing is passed on: the kernel reports none
/// of them to a socket like the client's anyway.
final class UDPListener: FrontendHandler {
    private var token: Poller.Token?
    private var flows: [SocketAddress: UDPFlow] = [:]
    private var isSweeping = false

    override func open(on worker: RelayWorker) {
        token = worker.poller.add(frontend.socket, events: Poller.readable, handler: self)
    }

    override func close(on worker: RelayWorker) {
        if let token { worker.poller.remove(frontend.socket, token) }
        token = nil
        for flow in flows.values { flow.close(.closed, on: worker) }
        flows = [:]
    }

    override func abandon(on worker: RelayWorker) { close(on: worker) }

    /// Ends the flows whose backend vanished: a client that goes on talking gets another one with its next datagram.
    /// A backend that terminates keeps what it has.
    override func refresh(on worker: RelayWorker) {
        for flow in flows.values where !frontend.knows(flow.backend) { end(flow, .closed, on: worker) }
    }

    override func handle(_ events: UInt32, token: Poller.Token, on worker: RelayWorker) {
        for _ in 0..<64 {
            var storage = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let received = withUnsafeMutablePointer(to: &storage) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    recvfrom(frontend.socket, worker.buffers.scratch, BufferPool.size, 0, $0, &length)
                }
            }
            if received < 0 {
                if errno == EINTR { continue }
                return
            }
            guard let client = SocketAddress(storage) else { continue }
            forward(received, from: client, on: worker)
        }
    }

    /// Sends what lies in the scratch buffer to the client's backend.
    private func forward(_ count: Int, from client: SocketAddress, on worker: RelayWorker) {
        // Twice, because the first send may report that the backend refused an earlier datagram.
        for _ in 0..<2 {
            guard let flow = flows[client] ?? open(client, on: worker) else { return }
            if flow.send(worker.buffers.scratch, count) { return }
            refuse(flow, on: worker)
        }
    }

    /// The backend has refused a datagram of this flow: so is the client, and whoever comes next is asked.
    func refuse(_ flow: UDPFlow, on worker: RelayWorker) {
        end(flow, .reset, on: worker)
        frontend.unbind(flow.client.address)
        UDPRefusal.send(
            from: SocketAddress(frontend.frontend.address, frontend.frontend.port), to: flow.client,
            node: frontend.node, on: worker)
    }

    private func open(_ client: SocketAddress, on worker: RelayWorker) -> UDPFlow? {
        guard let backend = frontend.choose(for: client.address, excluding: []) else {
            LinuxKernel.count(worker.counters.refused)
            return nil
        }
        if flows.count >= worker.settings.flowsPerFrontend { evict(on: worker) }
        if !worker.shortage.take(1) {
            // Room is made among this frontend's flows, for connections are worth more than a client that is silent.
            worker.noteShortage()
            evict(on: worker)
            guard worker.shortage.take(1) else { return nil }
        }
        guard let flow = UDPFlow(listener: self, client: client, backend: backend, on: worker) else {
            if Shortage.isCause(errno) {
                worker.noteShortage()
            } else {
                LinuxKernel.count(worker.counters.dialFailures)
            }
            worker.shortage.give(1)
            return nil
        }
        flows[client] = flow
        sweepLater(on: worker)
        return flow
    }

    /// Ends a flow and forgets it.
    func end(_ flow: UDPFlow, _ verdict: FlowRecord.Verdict, on worker: RelayWorker) {
        flow.close(verdict, on: worker)
        if flows[flow.client] === flow { flows[flow.client] = nil }
    }

    /// Makes room: the sixteenth of the flows that were silent longest, so that a flood pays for one sort in many.
    private func evict(on worker: RelayWorker) {
        let oldest = flows.values.sorted { $0.lastUse < $1.lastUse }
        for flow in oldest.prefix(max(1, flows.count / 16)) { end(flow, .closed, on: worker) }
    }

    private func sweepLater(on worker: RelayWorker) {
        guard !isSweeping else { return }
        isSweeping = true
        worker.callBack(self, after: worker.settings.udpIdle / 4, serial: 0)
    }

    override func timeIsUp(serial: UInt64, on worker: RelayWorker) {
        isSweeping = false
        let horizon = Clock.monotonic() - worker.settings.udpIdle
        for flow in flows.values where flow.lastUse <= horizon { end(flow, .closed, on: worker) }
        if !flows.isEmpty { sweepLater(on: worker) }
    }
}

/// What one client (address and port) sends to one UDP frontend, and what comes back.
final class UDPFlow: EventHandler {
    let client: SocketAddress
    let backend: Backend
    /// On the relay's forward-going clock; traffic in either direction renews it.
    private(set) var lastUse: Double
    private unowned let listener: UDPListener
    private var descriptor: Int32
    private var token: Poller.Token?
    private var bytesToBackend: UInt64 = 0
    private var bytesToClient: UInt64 = 0

    /// A socket in the node's namespace, connected to the backend; nil, and errno, when there is none to be had.
    init?(listener: UDPListener, client: SocketAddress, backend: Backend, on worker: RelayWorker) {
        self.listener = listener
        self.client = client
        self.backend = backend
        lastUse = Clock.monotonic()
        let address = SocketAddress(backend.address, backend.port)
        guard worker.enter(listener.frontend.node) else { return nil }
        descriptor = BackendSocket.connect(
            to: address, for: client, stream: false, of: listener.frontend.node, on: worker)
        guard descriptor >= 0 else {
            errno = -descriptor
            return nil
        }
        super.init()
        guard let token = worker.poller.add(descriptor, events: Poller.readable, handler: self) else {
            let failure = errno
            Glibc.close(descriptor)
            errno = failure
            return nil
        }
        self.token = token
        count(worker.counters.openFlows)
        record(.forwarded, on: worker)
    }

    override var node: RelayNode? { listener.frontend.node }

    /// Whether the flow lives on; a datagram that finds no room is dropped and leaves it alive.
    func send(_ bytes: UnsafeMutableRawPointer, _ count: Int) -> Bool {
        lastUse = Clock.monotonic()
        let sent = Glibc.send(descriptor, bytes, count, Int32(MSG_NOSIGNAL))
        if sent < 0 { return errno != ECONNREFUSED }
        bytesToBackend += UInt64(sent)
        return true
    }

    override func handle(_ events: UInt32, token: Poller.Token, on worker: RelayWorker) {
        for _ in 0..<64 {
            let received = recv(descriptor, worker.buffers.scratch, BufferPool.size, 0)
            if received < 0 {
                switch errno {
                case EINTR: continue
                case ECONNREFUSED: return listener.refuse(self, on: worker)
                default: return  // drained, or an ICMP error that reading has cleared
                }
            }
            lastUse = Clock.monotonic()
            bytesToClient += UInt64(received)
            _ = client.withSockaddr {
                sendto(
                    listener.frontend.socket, worker.buffers.scratch, received, Int32(MSG_DONTWAIT), $0, $1)
            }
        }
    }

    override func abandon(on worker: RelayWorker) { listener.end(self, .closed, on: worker) }

    func close(_ verdict: FlowRecord.Verdict, on worker: RelayWorker) {
        guard let token else { return }
        Glibc.close(descriptor)
        worker.poller.forget(token)
        self.token = nil
        worker.shortage.give(1)
        count(worker.counters.openFlows, -1)
        record(verdict, on: worker)
    }

    private func record(_ verdict: FlowRecord.Verdict, on worker: RelayWorker) {
        worker.log.append(
            FlowRecord(
                time: Clock.wall(), node: listener.frontend.node.name, client: client.address,
                clientPort: client.port, frontend: listener.frontend.frontend, backend: backend, verdict: verdict,
                bytesToBackend: bytesToBackend, bytesToClient: bytesToClient))
    }
}
