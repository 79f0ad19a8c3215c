internal import CLinux
internal import Glibc
internal import NetworkPlanning
internal import PodLifecycle
internal import Synchronization

/// One thread that learns when processes end, children of ours and others alike, from their pidfds.
final class ExitWatch: Sendable {
    private struct Entry {
        var id: ContainerID
        /// Ours to wait for; 0 for one that an earlier netlab started, which init has taken over.
        var child: pid_t
    }

    private let poller: Int32
    private let stopper: Int32
    private let entries = Mutex<[Int32: Entry]>([:])
    private let onEnd: @Sendable (ContainerID) -> Void

    /// Starts the thread.
    ///
    /// - Parameter onEnd: called on that thread, which never enters a namespace, once per process added.
    init(onEnd: @escaping @Sendable (ContainerID) -> Void) throws(KernelError) {
        self.onEnd = onEnd
        poller = epoll_create1(Int32(EPOLL_CLOEXEC))
        stopper = eventfd(0, Int32(EFD_CLOEXEC))
        guard poller >= 0, stopper >= 0 else { throw KernelError(errno: Glibc.errno, "watch processes") }
        try register(stopper)
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
        entries.withLock { $0[raw] = Entry(id: id, child: child) }
        do throws(KernelError) {
            try register(raw)
        } catch {
            entries.withLock { $0[raw] = nil }
            close(raw)
            throw error
        }
    }

    /// Ends the thread; nothing more is reported.
    func stop() { eventfd_write(stopper, 1) }

    private func register(_ descriptor: Int32) throws(KernelError) {
        var event = epoll_event()
        event.events = EPOLLIN.rawValue
        event.data.fd = descriptor
        guard epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &event) == 0 else {
            throw KernelError(errno: Glibc.errno, "watch a process")
        }
    }

    fileprivate func loop() {
        var events = [epoll_event](repeating: epoll_event(), count: 64)
        while true {
            let count = epoll_wait(poller, &events, Int32(events.count), -1)
            for event in events.prefix(Int(max(0, count))) {
                if event.data.fd == stopper { return drop() }
                ended(event.data.fd)
            }
        }
    }

    private func ended(_ descriptor: Int32) {
        guard let entry = entries.withLock({ $0.removeValue(forKey: descriptor) }) else { return }
        close(descriptor)
        if entry.child != 0 { _ = SpawnedProcess.wait(entry.child) }
        onEnd(entry.id)
    }

    private func drop() {
        let descriptors = entries.withLock { entries in
            defer { entries = [:] }
            return Array(entries.keys)
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
