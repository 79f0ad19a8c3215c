internal import CLinux
internal import Glibc
internal import NetworkModel
package import NetworkPlanning
package import ServiceRouting
internal import Synchronization

/// The userspace ClusterIP proxy: a few epoll threads that serve the listeners of all nodes of a lab.
///
/// Each node's namespace has the service CIDR as a `local` route on `lo`, so binding to a ClusterIP needs no netfilter
/// and no option, and what nobody listens on is refused by the kernel itself: RST, or ICMP port unreachable. A backend
/// sees a connection from the node: the router's address for a pod of the node, the node's own for any other. Where
/// the node says so, it sees the client pod's own address instead (``SourcePreservation``).
///
/// Keeps the namespaces of its nodes alive: apply a table without a node, or shut down, before removing the namespace.
package final class RelayDataPlane: ServiceDataPlane {
    let state = Mutex(State())
    let workers: [RelayWorker]
    let settings: RelaySettings
    private let threads: Mutex<[pthread_t]>
    /// The namespace of the process, where workers return to when their node goes.
    private let home: FileDescriptor
    /// Where workers report that they have done what apply asked; made beforehand, as descriptors may be short later.
    let doneBell: FileDescriptor
    let shortage: Shortage
    let news: RelayBell

    /// What is in force.
    struct State {
        var table = ForwardingTable()
        var nodes: [ProxyNode: NodeState] = [:]
        /// Whether the last apply left something out, so that the same table is worth another try.
        var isIncomplete = false
        var isShutDown = false
        var memory = AffinityMemory([])
    }

    /// One node's listeners.
    struct NodeState {
        let node: RelayNode
        var listeners: [Frontend: Listener] = [:]
    }

    /// One frontend's socket and what it was last told.
    struct Listener {
        let frontend: RelayFrontend
        var entry: ForwardingEntry
        var isSilent: Bool
        /// The one worker of a UDP frontend; nil when all watch.
        let worker: Int?
    }

    /// Starts the threads.
    ///
    /// - Parameter affinity: what ``affinity`` said before a restart, with the ages of now. It counts for a minute:
    ///   each binding from when its backend is seen to be active.
    /// - Throws: that epoll, eventfd or a thread could not be had.
    package init(
        settings: RelaySettings = RelaySettings(), affinity: [AffinityBinding] = []
    ) throws(KernelError) {
        self.settings = settings
        do throws(SystemCall.Failure) {
            let home = FileDescriptor(
                owning: try SystemCall.check { open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC) })
            doneBell = FileDescriptor(owning: try SystemCall.check { eventfd(0, Int32(EFD_CLOEXEC)) })
            news = try RelayBell()
            shortage = Shortage(limit: settings.descriptors, bell: news)
            var workers: [RelayWorker] = []
            for _ in 0..<max(1, settings.workers) {
                workers.append(try RelayWorker(home: home.rawValue, settings: settings, shortage: shortage))
            }
            self.workers = workers
            self.home = home
        } catch {
            throw KernelError(errno: error.errno, "start the service proxy")
        }
        threads = Mutex([])
        state.withLock { $0.memory = AffinityMemory(affinity) }
        for worker in workers {
            var thread = pthread_t()
            let argument = Unmanaged.passRetained(worker)
            let status = pthread_create(&thread, nil, relayWorkerMain, argument.toOpaque())
            guard status == 0 else {
                argument.release()
                shutDown()
                throw KernelError(errno: status, "start a thread of the service proxy")
            }
            threads.withLock { $0.append(thread) }
        }
        for (index, worker) in workers.enumerated() {
            worker.post([.meet(workers.indices.filter { $0 != index }.map { workers[$0] })])
        }
    }

    deinit { shutDown() }

    package func drainFlows() -> [FlowRecord] {
        Array(workers.flatMap { $0.log.drain() }.sorted { $0.time < $1.time }.suffix(10_000))
    }

    /// Every client that ClientIP affinity holds to a backend. What ``RelayNews/affinity`` is told about.
    package var affinity: [AffinityBinding] {
        state.withLock { state in
            var open: Set<AffinityMemory.Place> = []
            var bindings: [AffinityBinding] = []
            for (node, nodeState) in state.nodes {
                for (frontend, listener) in nodeState.listeners {
                    open.insert(AffinityMemory.Place(node: node.name, frontend: frontend))
                    bindings += listener.frontend.affinity
                }
            }
            return bindings + state.memory.bindings(exceptAt: open)
        }
    }

    /// What is open now and what was done so far.
    package var counters: RelayCounters {
        var total = RelayCounters()
        for worker in workers { worker.counters.add(to: &total) }
        total.listeners = state.withLock { $0.nodes.values.reduce(0) { $0 + $1.listeners.count } }
        total.descriptors = shortage.inUse
        total.descriptorLimit = shortage.limit
        (total.shortages, total.lastShortage) = shortage.history
        return total
    }

    /// Calls back whenever there is news, on a thread that enters no namespace, until the data plane is shut down.
    /// News that comes during a call is told in one call after it. To be called once.
    ///
    /// - Throws: that the thread could not be had.
    package func watch(_ onNews: @escaping @Sendable (RelayNews) -> Void) throws(KernelError) {
        try RelayWatch(news, onNews: onNews).start()
    }

    package func shutDown() {
        state.withLock { state in
            guard !state.isShutDown else { return }
            state.isShutDown = true
            for worker in workers { worker.post([.stop]) }
            for thread in threads.withLock({ $0 }) { pthread_join(thread, nil) }
            for node in state.nodes.values {
                for listener in node.listeners.values { listener.frontend.closeSocket() }
            }
            state.nodes = [:]
            news.ring(.end)
        }
    }
}

/// The thread's entry: a free function, because a closure would carry the isolation of where it was written.
private func relayWorkerMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    Unmanaged<RelayWorker>.fromOpaque(argument).takeRetainedValue().run()
    return nil
}
