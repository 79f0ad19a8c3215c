internal import Dispatch
internal import Glibc
internal import Synchronization

/// The threads of streams, and how many streams there are.
///
/// Whoever waits for a container or a client does so on a thread of its own: libdispatch has 255 at most for all, so
/// that with many streams those who wait could keep those they wait for from ever starting.
final class StreamThreads: Sendable {
    /// Logs, commands and forwarded connections that are served at once.
    static let limit = 512

    private let count = Mutex(0)

    /// Whether one more stream may begin; it ends with ``end()``.
    func begin() -> Bool {
        count.withLock { count in
            guard count < Self.limit else { return false }
            count += 1
            return true
        }
    }

    func end() { count.withLock { $0 -= 1 } }

    /// Runs something that blocks.
    static func run(_ body: @escaping @Sendable () -> Void) {
        let work = Unmanaged.passRetained(Work(body)).toOpaque()
        var thread = pthread_t()
        guard pthread_create(&thread, nil, streamThreadMain, work) == 0 else {
            // No more threads to be had: it waits its turn.
            let work = Unmanaged<Work>.fromOpaque(work).takeRetainedValue()
            return DispatchQueue.global().async { work.body() }
        }
        pthread_detach(thread)
    }

    fileprivate final class Work: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
}

private func streamThreadMain(_ work: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let work { Unmanaged<StreamThreads.Work>.fromOpaque(work).takeRetainedValue().body() }
    return nil
}

/// Things done one after the other on a thread that is there while there is something to do.
final class StreamQueue: Sendable {
    private struct State {
        var waiting: [@Sendable () -> Void] = []
        var isWorking = false
    }

    private let state = Mutex(State())

    func add(_ body: @escaping @Sendable () -> Void) {
        let isFirst = state.withLock { state in
            state.waiting.append(body)
            defer { state.isWorking = true }
            return !state.isWorking
        }
        if isFirst { StreamThreads.run { [self] in work() } }
    }

    private func work() {
        while true {
            let next: (@Sendable () -> Void)? = state.withLock { state in
                guard !state.waiting.isEmpty else {
                    state.isWorking = false
                    return nil
                }
                return state.waiting.removeFirst()
            }
            guard let next else { return }
            next()
        }
    }
}
