internal import CLinux
internal import Glibc
internal import NetworkPlanning
internal import PodLifecycle
internal import Synchronization

/// One thread that learns when processes end, children of ours and others alike, from their pidfds.
final class ExitWatch: Sendable {
    private struct Entry {
        var descriptor: Int32
        var id: ContainerID
        /// Ours to wait for; 0 for one that an earlier netlab started, which init has taken over.
        var child: pid_t
    }

    /// Who is watched, by what an event names. Not by descriptor: its number may be another process's by the time of an
    /// event, and what is closed here stays watched while a child that is just being started shares it.
    private struct Table {
        var entries: [UInt64: Entry] = [:]
        var nextToken = ExitWatch.stopToken + 1
    }

    private static let stopToken: UInt64 = 0

    private let poller: Int32
    private let stopper: Int32
    private let table = Mutex(Table())
    private let onEnd: @Sendable (ContainerID) -> Void

    /// Starts the thread.
    ///
    /// - Parameter onEnd: called on that thread, which never enters a namespace, once per process added.
    init(onEnd: @escaping @Sendable (ContainerID) -> Void) throws(KernelError) {
        self.onEnd = onEnd
        poller = epoll_create1(Int32(EPOLL_CLOEXEC))
        stopper = eventfd(0, Int32(EFD_CLOEXEC))
        guard poller >= 0, stopper >= 0 else { throw KernelError(errno: Glibc.errno, "watch processes") }
        try register(stopper, Self.stopToken)
        let box = Unmanaged.passRetained(self)
        var thread = pthread_t()
        let status = pthread_create(&thread, nil, exitWatchMain, box.toOpaque())
        guard status == 0 else {
            box.release()
            throw KernelError(errno: status, "start a thread")
        }
        pthread_detach(thread)
    }

    deinit {
        close(poller)
        close(stopper)
    }

    /// Watches a process until its end.
    ///
    /// - Parameters:
    ///   - descriptor: its pidfd.
    ///   - child: its number when it is a child of this process and nobody else waits for it, else 0.
    func add(_ descriptor: consuming FileDescriptor, for id: ContainerID, child: pid_t) throws(KernelError) {
        let raw = descriptor.release()
        let token = table.withLock { table in
            defer { table.nextToken += 1 }
            table.entries[table.nextToken] = Entry(descriptor: raw, id: id, child: child)
            return table.nextToken
        }
        do throws(KernelError) {
            try register(raw, token)
        } catch {
            table.withLock { $0.entries[token] = nil }
            close(raw)
            throw error
        }
    }

    /// Ends the thread; nothing more is reported.
    func stop() { eventfd_write(stopper, 1) }

    private func register(_ descriptor: Int32, _ token: UInt64) throws(KernelError) {
        var event = epoll_event(events: EPOLLIN.rawValue, data: epoll_data_t(u64: token))
        guard epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &event) == 0 else {
            throw KernelError(errno: Glibc.errno, "watch a process")
        }
    }

    fileprivate func loop() {
        var events = [epoll_event](repeating: epoll_event(), count: 64)
        while true {
            let count = epoll_wait(poller, &events, Int32(events.count), -1)
            for event in events.prefix(Int(max(0, count))) {
                if event.data.u64 == Self.stopToken { return drop() }
                ended(event.data.u64)
            }
        }
    }

    private func ended(_ token: UInt64) {
        guard let entry = table.withLock({ $0.entries.removeValue(forKey: token) }) else { return }
        var event = epoll_event()
        epoll_ctl(poller, EPOLL_CTL_DEL, entry.descriptor, &event)
        close(entry.descriptor)
        if entry.child != 0 { _ = SpawnedProcess.wait(entry.child) }
        onEnd(entry.id)
    }

    private func drop() {
        let descriptors = table.withLock { table in
            defer { table.entries = [:] }
            return table.entries.values.map(\.descriptor)
        }
        descriptors.forEach { close($0) }
    }
}

/// The thread's entry: a free function, because a closure would carry the isolation of where it was written.
private func exitWatchMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    Unmanaged<ExitWatch>.fromOpaque(argument).takeRetainedValue().loop()
    return nil
}
