internal import CLinux
internal import Glibc
package import NetworkPlanning

/// Work inside a network namespace, on a thread that lives for that work only.
///
/// A namespace belongs to a thread, and every thread started by it inherits it, the Swift concurrency pool's included.
/// So a thread that has entered one must never run, start or resume anything asynchronous: one `Task {}` there moves
/// the whole process into the lab (docs/namespaces.md). The body is synchronous, the thread ends with it, and the
/// caller, who never left home, waits.
package enum NamespaceThread {
    /// Runs the body on a new thread that has entered the namespace, and waits for it.
    ///
    /// - Parameters:
    ///   - descriptor: the namespace, as an open file of it.
    ///   - body: opens sockets, spawns a process, talks to the kernel. It starts no task and resumes no continuation.
    /// - Throws: what the body throws, or that the namespace could not be entered (needs CAP_SYS_ADMIN).
    package static func run<Value>(
        inNamespace descriptor: Int32, _ body: () throws(KernelError) -> Value
    ) throws(KernelError) -> Value {
        try run { () throws(KernelError) -> Value in
            try enter(descriptor)
            return try body()
        }
    }

    /// Moves the calling thread into a namespace. Only for a body given to ``run(_:)`` that visits several in turn:
    /// entering one more costs 3 microseconds, another thread 20.
    static func enter(_ descriptor: Int32) throws(KernelError) {
        do throws(SystemCall.Failure) {
            try SystemCall.check { setns(descriptor, CLONE_NEWNET) }
        } catch {
            throw KernelError(errno: error.errno, "enter a network namespace")
        }
    }

    /// Gives the calling thread a new, empty namespace. Only for a body given to ``run(_:)``.
    static func enterNew() throws(KernelError) {
        do throws(SystemCall.Failure) {
            try FaultPoint.change("make a network namespace") { () throws(SystemCall.Failure) in
                try SystemCall.check { unshare(CLONE_NEWNET) }
            }
        } catch {
            // user_namespaces(7): each kind of namespace has a limit, and this is how reaching it is told.
            let advice = error.errno == ENOSPC ? "raise the sysctl user.max_net_namespaces" : ""
            throw KernelError(errno: error.errno, "make a network namespace", advice: advice)
        }
    }

    /// Runs the body on a new thread and waits for it: for code that unshares or changes what belongs to a thread.
    ///
    /// - Throws: what the body throws, or that no thread could be started.
    package static func run<Value>(_ body: () throws(KernelError) -> Value) throws(KernelError) -> Value {
        var result: Result<Value, KernelError>?
        // The closure does not outlive this call: pthread_join below waits for its end.
        let status = withoutActuallyEscaping(body) { escaping in
            onThread { result = Result(catching: escaping) }
        }
        guard status == 0, let result else { throw KernelError(errno: status, "start a thread") }
        return try result.get()
    }

    /// Runs the body on a new thread, in the caller's namespace, that has no descriptors but the three standard ones.
    ///
    /// For libraries that wait with select(2), as libnftables does: it takes no descriptor beyond 1,023, and glibc ends
    /// a process that gives it one. A lab of a thousand namespaces has as many open. What the body opens is closed when
    /// the thread ends; it must not let go of a ``FileDescriptor`` of the process, whose number means nothing here.
    static func runWithFewDescriptors<Value>(_ body: () throws(KernelError) -> Value) throws(KernelError) -> Value {
        try run { () throws(KernelError) -> Value in
            if netlab_leave_descriptors(3) != 0 {
                // Before Linux 5.9.
                do throws(SystemCall.Failure) {
                    try SystemCall.check { unshare(CLONE_FILES) }
                } catch {
                    throw KernelError(errno: error.errno, "part with the process's descriptors")
                }
                for descriptor in 3..<FD_SETSIZE { close(descriptor) }
            }
            return try body()
        }
    }

    /// Runs all bodies at once, each on a new thread, and waits for all. A body without a thread runs here, after them.
    ///
    /// For work that blocks, which the pools of Swift and of Dispatch have no threads for.
    ///
    /// - Parameter bodies: none may enter a namespace except through ``run(_:)``, for the one that may run here.
    package static func concurrently(_ bodies: [() -> Void]) {
        var threads: [pthread_t] = []
        var left: [() -> Void] = []
        for body in bodies {
            if let thread = start(body) { threads.append(thread) } else { left.append(body) }
        }
        for thread in threads { pthread_join(thread, nil) }
        for body in left { body() }
    }

    private static func start(_ body: @escaping () -> Void) -> pthread_t? {
        let box = Unmanaged.passRetained(Box(body))
        var thread = pthread_t()
        guard pthread_create(&thread, nil, namespaceThreadMain, box.toOpaque()) == 0 else {
            box.release()
            return nil
        }
        return thread
    }

    /// Starts, joins; answers pthread_create's error number.
    private static func onThread(_ body: () -> Void) -> Int32 {
        withoutActuallyEscaping(body) { escaping in
            let box = Unmanaged.passRetained(Box(escaping))
            var thread = pthread_t()
            let status = pthread_create(&thread, nil, namespaceThreadMain, box.toOpaque())
            guard status == 0 else {
                box.release()
                return status
            }
            pthread_join(thread, nil)
            return 0
        }
    }

    fileprivate final class Box {
        let body: () -> Void
        init(_ body: @escaping () -> Void) { self.body = body }
    }
}

/// The thread's entry: a free function, because a closure would carry the isolation of where it was written.
private func namespaceThreadMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    Unmanaged<NamespaceThread.Box>.fromOpaque(argument).takeRetainedValue().body()
    return nil
}
