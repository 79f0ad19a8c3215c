internal import CLinux
internal import Glibc
package import NetworkModel
package import NetworkPlanning
internal import Synchronization

/// Follows what becomes of links, addresses, routes, rules, neighbours and interface settings in many namespaces, and
/// of the namespaces' names: a subscription in each, all read by one thread that sleeps while nothing happens.
///
/// The subscriptions are opened on a thread that ends (docs/namespaces.md); the reading thread never leaves home. A
/// name that goes, or comes to stand for another namespace, is noticed by the change of the mount table, which the
/// kernel announces too.
package final class NetworkWatch: Sendable {
    private let state = Mutex(State())
    private let poller: FileDescriptor
    private let bell: FileDescriptor
    private let mounts: FileDescriptor
    private let onEvents: @Sendable ([NetworkEvent]) -> Void
    private let discover: (@Sendable () -> Set<NamespaceName>)?
    private let knowsNames: Bool

    /// What the lock guards.
    private final class State {
        var sockets: [NamespaceName: EventSocket] = [:]
        var tokens: [UInt64: NamespaceName] = [:]
        var nextToken = firstToken
        var isClosed = false
        /// Made by ``follow(_:)`` and to be told by the reading thread, which alone tells.
        var untold: [NetworkEvent] = []
        let scratch = EventScratch()
    }

    private static let bellToken: UInt64 = 0
    private static let mountsToken: UInt64 = 1
    private static let firstToken: UInt64 = 2

    /// Starts the reading thread.
    ///
    /// - Parameters:
    ///   - knowsNames: asks each namespace for its links at once, so that a link removed before anything else happened
    ///     has its name in the announcements about its addresses and routes.
    ///   - discover: asked on the reading thread whenever a mount came or went: the namespaces to follow from now on.
    ///     nil: ``follow(_:)`` alone says.
    ///   - onEvents: called on the reading thread with what was read in one go, in the kernel's order for each
    ///     namespace. Nothing is read while it runs.
    /// - Throws: that a descriptor or a thread could not be had.
    package init(
        knowsNames: Bool = false, discover: (@Sendable () -> Set<NamespaceName>)? = nil,
        onEvents: @escaping @Sendable ([NetworkEvent]) -> Void
    ) throws(KernelError) {
        self.knowsNames = knowsNames
        self.discover = discover
        self.onEvents = onEvents
        do throws(SystemCall.Failure) {
            poller = FileDescriptor(owning: try SystemCall.check { epoll_create1(Int32(EPOLL_CLOEXEC)) })
            bell = FileDescriptor(
                owning: try SystemCall.check { eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK)) })
            mounts = FileDescriptor(owning: try SystemCall.check { open("/proc/self/mounts", O_RDONLY | O_CLOEXEC) })
            try Self.register(bell.rawValue, EPOLLIN.rawValue, Self.bellToken, in: poller.rawValue)
            // Exceptional readiness is how the mount table says that it has changed (proc_pid_mounts(5)).
            try Self.register(mounts.rawValue, EPOLLPRI.rawValue, Self.mountsToken, in: poller.rawValue)
        } catch {
            throw KernelError(errno: error.errno, "follow the kernel's announcements")
        }
        let box = Unmanaged.passRetained(self)
        var thread = pthread_t()
        let status = pthread_create(&thread, nil, networkWatchMain, box.toOpaque())
        guard status == 0 else {
            box.release()
            throw KernelError(errno: status, "start a thread that follows the kernel's announcements")
        }
        pthread_detach(thread)
    }

    private static func register(
        _ watched: Int32, _ events: UInt32, _ token: UInt64, in poller: Int32
    ) throws(SystemCall.Failure) {
        var event = epoll_event(events: events, data: epoll_data_t(u64: token))
        try SystemCall.check { epoll_ctl(poller, EPOLL_CTL_ADD, watched, &event) }
    }

    /// Follows exactly these namespaces from now on; those that do not exist are passed over.
    ///
    /// What happens in a namespace after this returned is told, but not that it is followed now. Blocks for tens of microseconds a new namespace.
    ///
    /// - Returns: the namespaces that are followed since now.
    /// - Throws: that some could not be subscribed to; the others are followed all the same.
    @discardableResult
    package func follow(_ wanted: Set<NamespaceName>) throws(KernelError) -> Set<NamespaceName> {
        let (new, failure) = state.withLock { state in follow(wanted, isDiscovered: false, state) }
        eventfd_write(bell.rawValue, 1)
        if let failure { throw failure }
        return new
    }

    /// The namespaces that are followed.
    package var followed: Set<NamespaceName> { state.withLock { Set($0.sockets.keys) } }

    /// Ends the thread, which closes everything.
    package func close() {
        state.withLock { state in
            state.isClosed = true
            state.sockets = [:]
        }
        eventfd_write(bell.rawValue, 1)
    }

    private func follow(
        _ wanted: Set<NamespaceName>, isDiscovered: Bool, _ state: State
    ) -> (Set<NamespaceName>, KernelError?) {
        guard !state.isClosed else { return ([], nil) }
        for (name, socket) in state.sockets where !wanted.contains(name) || !Self.isCurrent(socket) {
            drop(socket, state)
        }
        var opened: [EventSocket] = []
        var failure: KernelError?
        let missing = wanted.filter { state.sockets[$0] == nil }.sorted()
        guard !missing.isEmpty else { return ([], nil) }
        do throws(KernelError) {
            try NamespaceThread.run { () throws(KernelError) in
                for name in missing {
                    guard let file = try? OpenNamespace(name),
                        let identity = NamespaceFile.identity(of: file.descriptor.rawValue)
                    else { continue }
                    do throws(KernelError) {
                        try NamespaceThread.enter(file.descriptor.rawValue)
                        opened.append(try EventSocket(name, identity))
                    } catch {
                        failure = error
                    }
                }
            }
        } catch {
            failure = error
        }
        for socket in opened {
            let token = state.nextToken
            do throws(SystemCall.Failure) {
                try Self.register(socket.descriptor, EPOLLIN.rawValue, token, in: poller.rawValue)
            } catch {
                failure = KernelError(errno: error.errno, "follow namespace \(socket.name)")
                continue
            }
            state.nextToken += 1
            socket.token = token
            state.tokens[token] = socket.name
            state.sockets[socket.name] = socket
            if isDiscovered { state.untold.append(Self.event(socket.name, .added)) }
            if knowsNames { state.untold += socket.prime(state.scratch) }
        }
        return (Set(opened.map(\.name)), failure)
    }

    /// Closing the descriptor, which the socket's end does, takes it out of the poller.
    private func drop(_ socket: EventSocket, _ state: State) {
        socket.read(state.scratch, into: &state.untold)
        state.sockets[socket.name] = nil
        state.tokens[socket.token] = nil
        state.untold.append(Self.event(socket.name, .removed))
    }

    private static func isCurrent(_ socket: EventSocket) -> Bool {
        NamespaceFile.identity(of: socket.name) == socket.identity
    }

    private static func event(_ name: NamespaceName, _ action: NetworkEvent.Action) -> NetworkEvent {
        NetworkEvent(name, monotonic: Clock.monotonic(), wall: Clock.wall(), action, .namespace)
    }

    // MARK: The reading thread

    fileprivate func loop() {
        let ready = UnsafeMutableBufferPointer<epoll_event>.allocate(capacity: 256)
        defer { ready.deallocate() }
        while true {
            let count = epoll_wait(poller.rawValue, ready.baseAddress, Int32(ready.count), -1)
            var haveMountsChanged = false
            var tokens: [UInt64] = []
            for index in 0..<max(0, Int(count)) {
                switch ready[index].data.u64 {
                case Self.bellToken:
                    var value: eventfd_t = 0
                    eventfd_read(bell.rawValue, &value)
                case Self.mountsToken: haveMountsChanged = true
                case let token: tokens.append(token)
                }
            }
            guard let events = read(tokens) else { return }
            if !events.isEmpty { onEvents(events) }
            if haveMountsChanged, !lookAtNames() { return }
        }
    }

    /// Reads the namespaces that have something to tell; nil when the watch was closed.
    private func read(_ tokens: [UInt64]) -> [NetworkEvent]? {
        state.withLock { state in
            guard !state.isClosed else { return nil }
            var events = state.untold
            state.untold = []
            for token in tokens {
                if let name = state.tokens[token] { state.sockets[name]?.read(state.scratch, into: &events) }
            }
            return events
        }
    }

    /// Lets go of the namespaces that have lost their names, and finds the new ones; false when the watch was closed.
    private func lookAtNames() -> Bool {
        let found = discover?()
        let events: [NetworkEvent]? = state.withLock { state in
            guard !state.isClosed else { return nil }
            if let found {
                _ = follow(found, isDiscovered: true, state)
            } else {
                for socket in state.sockets.values.sorted(by: { $0.name < $1.name }) where !Self.isCurrent(socket) {
                    drop(socket, state)
                }
            }
            defer { state.untold = [] }
            return state.untold
        }
        guard let events else { return false }
        if !events.isEmpty { onEvents(events) }
        return true
    }
}

/// The thread's entry: a free function, because a closure would carry the isolation of where it was written.
private func networkWatchMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    Unmanaged<NetworkWatch>.fromOpaque(argument).takeRetainedValue().loop()
    return nil
}
