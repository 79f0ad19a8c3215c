internal import CLinux
internal import Glibc
internal import NetworkModel
internal import ServiceRouting

/// One client's connection and the backend's that it is joined to.
///
/// The kernel completes the client's handshake before accept can see it, and no option defers that for long
/// (TCP_DEFER_ACCEPT waits for data, which many protocols' clients do not send first). So a client whose backends are
/// all dead is told after its connect, by a RST; what can be known beforehand, that there is no backend at all, is
/// told before, by not listening.
final class TCPRelay: EventHandler {
    let frontend: RelayFrontend
    let client: SocketAddress
    let clientEnd: RelayEnd
    let backendEnd = RelayEnd(descriptor: -1)
    var state = State.dialling
    /// The dial that is under way or was the last.
    var attempt = 0
    /// Tells the deadline asked for last from earlier ones'.
    var timer: UInt64 = 0
    /// Since when the client waits for the process to have a descriptor to dial with.
    var waitingSince: Double?
    var backend: Backend?
    /// Backends that answered with an error: not asked again.
    var refused: Set<BackendAddress> = []
    /// Backends that did not answer in time: asked again when no other is left.
    var unanswered: Set<BackendAddress> = []
    /// Whether the last dial failed for want of a source port.
    var lacksPort = false

    /// Whether the worker has this in its queue for another turn.
    var isPostponed = false

    /// What a connection takes of the process: its client's socket and its backend's.
    static let descriptors = 2

    enum State { case dialling, relaying, closed }

    init(client: SocketAddress, descriptor: Int32, frontend: RelayFrontend) {
        self.client = client
        self.frontend = frontend
        clientEnd = RelayEnd(descriptor: descriptor)
    }

    override var node: RelayNode? { frontend.node }

    func start(on worker: RelayWorker) { dial(on: worker) }

    override func handle(_ events: UInt32, token: Poller.Token, on worker: RelayWorker) {
        switch state {
        case .dialling: dialAnswered(events, on: worker)
        case .relaying:
            let end = token == clientEnd.token ? clientEnd : backendEnd
            if end.isFinished, events & Poller.failed != 0 { return close(.reset, on: worker) }
            end.note(events)
            copyBothWays(on: worker)
        case .closed: break
        }
    }

    override func resume(on worker: RelayWorker) {
        isPostponed = false
        if state == .relaying { copyBothWays(on: worker) }
    }

    override func timeIsUp(serial: UInt64, on worker: RelayWorker) {
        if state == .dialling, serial == timer { dialTimedOut(on: worker) }
    }

    override func abandon(on worker: RelayWorker) { close(.reset, on: worker) }

    /// Ends the connection. `.closed` has passed both FINs on; every other verdict resets what is open.
    func close(_ verdict: FlowRecord.Verdict, on worker: RelayWorker) {
        guard state != .closed else { return }
        state = .closed
        // The record first: whoever has seen the connection end finds it.
        record(verdict, on: worker)
        count(worker.counters.openConnections, -1)
        clientEnd.close(withReset: verdict != .closed, on: worker)
        backendEnd.close(withReset: verdict != .closed, on: worker)
        worker.shortage.give(Self.descriptors)
    }

    func record(_ verdict: FlowRecord.Verdict, on worker: RelayWorker) {
        worker.log.append(
            FlowRecord(
                time: Clock.wall(), node: frontend.node.name, client: client.address,
                clientPort: client.port, frontend: frontend.frontend, backend: backend, verdict: verdict,
                bytesToBackend: clientEnd.received, bytesToClient: backendEnd.received))
    }
}

/// One of the two sockets of a connection, with what epoll last said of it.
final class RelayEnd {
    /// -1 when there is none.
    var descriptor: Int32
    /// nil while epoll does not watch it.
    var token: Poller.Token?
    var isReadable = false
    var isWritable = false
    /// The far end's FIN or an error stands behind what can still be read, so a short read does not mean drained: no
    /// further event would come for it.
    var isEnding = false
    /// It was reset, or its far end is gone: no more can be written to it, and there is no use in waiting for anybody.
    var isBroken = false
    /// Its end of file was read, and passed on.
    var isFinished = false
    /// The kernel holds the tail of the last write back until more follows.
    var isHeld = false
    /// Read here and not yet written to the other end.
    var pending: (buffer: UnsafeMutableRawPointer, start: Int, end: Int)?
    /// Bytes read here.
    var received: UInt64 = 0

    init(descriptor: Int32) { self.descriptor = descriptor }

    func note(_ events: UInt32) {
        if events & (Poller.readable | Poller.hangup) != 0 { isReadable = true }
        if events & (Poller.writable | Poller.failed) != 0 { isWritable = true }
        if events & Poller.hangup != 0 { isEnding = true }
        if events & Poller.failed != 0 { isBroken = true }
    }

    func close(withReset: Bool, on worker: RelayWorker) {
        if let pending { worker.giveBack(pending.buffer) }
        pending = nil
        guard descriptor >= 0 else { return }
        if withReset { SocketOptions.closeWithReset(descriptor) } else { Glibc.close(descriptor) }
        if let token { worker.poller.forget(token) }
        descriptor = -1
        token = nil
    }
}
