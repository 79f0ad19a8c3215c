internal import CLinux
internal import Glibc
internal import ServiceRouting
internal import Synchronization

/// One thread of the relay: an epoll loop over listeners, connections and flows of all nodes.
///
/// The thread enters the namespaces of nodes to open sockets there and stays in the last one, so it keeps the rule of
/// ``NamespaceThread`` for its whole life: nothing asynchronous runs on it. What it runs is this folder: plain memory,
/// `Mutex`, atomics and system calls. It starts no task, no thread and no timer of a library, resumes no continuation,
/// calls no closure of a caller and touches no actor, so no thread can inherit its namespace. What others may know
/// lies in ``log`` and ``counters``, which they fetch; what others want comes through ``post(_:)``.
///
/// `@unchecked Sendable`: everything mutable besides the inbox belongs to the worker's own thread, which alone calls
/// the methods under "on the thread"; the inbox is behind a mutex, log and counters are Sendable themselves.
final class RelayWorker: @unchecked Sendable {
    /// What is asked of a worker from outside its thread.
    enum Command {
        /// The other workers, to share connections with.
        case meet([RelayWorker])
        case watch(RelayFrontend)
        case unwatch(RelayFrontend)
        /// The backends of a frontend changed: UDP flows to vanished ones end.
        case refresh(RelayFrontend)
        /// A connection that another worker accepted.
        case adopt(Int32, client: SocketAddress, RelayFrontend)
        /// The node goes: close all that is in its namespace and step out of it.
        case leave(RelayNode)
        /// Adds one to this eventfd when everything posted before is done.
        case barrier(Int32)
        case stop
    }

    let log = FlowLog(capacity: 5_000)
    let counters = WorkerCounters()
    let settings: RelaySettings
    /// What all workers may open together.
    let shortage: Shortage

    private let inbox = Mutex<[Command]>([])
    private let wakeup: FileDescriptor
    private let home: Int32

    // On the thread.
    let poller: Poller
    private(set) var buffers = BufferPool()
    private var timers = RelayTimers()
    private var postponed: [EventHandler] = []
    private var others: [RelayWorker] = []
    private var watching: [ObjectIdentifier: FrontendHandler] = [:]
    private var current: RelayNode?
    private var isStopping = false

    /// - Parameter home: the namespace of the process, open for as long as the worker runs.
    init(home: Int32, settings: RelaySettings, shortage: Shortage) throws(SystemCall.Failure) {
        self.home = home
        self.settings = settings
        self.shortage = shortage
        let flags = Int32(EFD_CLOEXEC | EFD_NONBLOCK)
        wakeup = FileDescriptor(owning: try SystemCall.check { eventfd(0, flags) })
        poller = try Poller()
        // Before the thread runs, so that a thread that runs can always be told to stop.
        guard poller.add(wakeup.rawValue, events: Poller.readable, handler: Wakeup()) != nil else {
            throw SystemCall.Failure(errno: errno)
        }
    }

    /// Asks something of the worker, from any thread. Commands are carried out in order.
    func post(_ commands: [Command]) {
        inbox.withLock { $0.append(contentsOf: commands) }
        eventfd_write(wakeup.rawValue, 1)
    }

    // MARK: On the thread

    /// The loop; ends after `.stop`.
    func run() {
        while !isStopping {
            let patience = postponed.isEmpty ? timers.milliseconds(now: Clock.monotonic()) : 0
            poller.wait(milliseconds: patience) { handler, token, events in
                handler.handle(events, token: token, on: self)
            }
            while let due = timers.popDue(now: Clock.monotonic()) {
                due.handler.timeIsUp(serial: due.serial, on: self)
            }
            let turn = postponed
            postponed.removeAll(keepingCapacity: true)
            for handler in turn { handler.resume(on: self) }
        }
        others = []
        for handler in poller.handlers { handler.abandon(on: self) }
        watching = [:]
    }

    /// Lets others have their turn before this handler goes on.
    func postpone(_ handler: EventHandler) { postponed.append(handler) }

    /// Calls the handler once after so many seconds.
    func callBack(_ handler: EventHandler, after seconds: Double, serial: UInt64) {
        timers.add(handler, now: Clock.monotonic(), delay: seconds, serial: serial)
    }

    /// Makes sockets that this thread opens next belong to the node. Staying there costs nothing until another node's
    /// turn comes, and then about 1.5 µs.
    func enter(_ node: RelayNode) -> Bool {
        if current === node { return true }
        guard setns(node.namespace.descriptor.rawValue, CLONE_NEWNET) == 0 else { return false }
        current = node
        return true
    }

    /// Takes an accepted connection, or gives it to a worker that has clearly less to do.
    func take(_ descriptor: Int32, client: SocketAddress, of frontend: RelayFrontend) {
        count(counters.accepted)
        let own = counters.openConnections.load(ordering: .relaxed)
        for other in others where other.counters.openConnections.load(ordering: .relaxed) + settings.imbalance < own {
            count(other.counters.openConnections)
            other.post([.adopt(descriptor, client: client, frontend)])
            return
        }
        count(counters.openConnections)
        TCPRelay(client: client, descriptor: descriptor, frontend: frontend).start(on: self)
    }

    /// Gives the scratch buffer away with what is in it.
    func takeScratch() -> UnsafeMutableRawPointer {
        count(counters.heldBuffers)
        return buffers.takeScratch()
    }

    /// Takes back what ``takeScratch()`` gave.
    func giveBack(_ buffer: UnsafeMutableRawPointer) {
        count(counters.heldBuffers, -1)
        buffers.giveBack(buffer)
    }

    /// Something had to be put off because descriptors or memory ran out.
    func noteShortage() { shortage.note() }

    private func obey(_ command: Command) {
        switch command {
        case .meet(let workers): others = workers
        case .watch(let frontend):
            let handler = frontend.frontend.transport == .tcp ? TCPListener(frontend) : UDPListener(frontend)
            watching[ObjectIdentifier(frontend)] = handler
            handler.open(on: self)
        case .unwatch(let frontend): watching.removeValue(forKey: ObjectIdentifier(frontend))?.close(on: self)
        case .refresh(let frontend): watching[ObjectIdentifier(frontend)]?.refresh(on: self)
        case .adopt(let descriptor, let client, let frontend):
            TCPRelay(client: client, descriptor: descriptor, frontend: frontend).start(on: self)
        case .leave(let node):
            for handler in poller.handlers where handler.node === node { handler.abandon(on: self) }
            if current === node, setns(home, CLONE_NEWNET) == 0 { current = nil }
        case .barrier(let descriptor): eventfd_write(descriptor, 1)
        case .stop: isStopping = true
        }
    }

    fileprivate func obeyAll() {
        var value: eventfd_t = 0
        eventfd_read(wakeup.rawValue, &value)
        let commands = inbox.withLock { inbox in
            defer { inbox = [] }
            return inbox
        }
        for command in commands { obey(command) }
    }

    private final class Wakeup: EventHandler {
        override func handle(_ events: UInt32, token: Poller.Token, on worker: RelayWorker) { worker.obeyAll() }
    }
}

/// A frontend's socket on one worker.
class FrontendHandler: EventHandler {
    let frontend: RelayFrontend

    init(_ frontend: RelayFrontend) { self.frontend = frontend }

    override var node: RelayNode? { frontend.node }

    func open(on worker: RelayWorker) {}
    func close(on worker: RelayWorker) {}
    func refresh(on worker: RelayWorker) {}
}
