internal import Dispatch
internal import Synchronization

/// A connection that is made on the thread which first reads from it, so that nobody else waits for it.
final class LateConnection: RemoteProcess {
    private struct State {
        var connection: (any RemoteProcess)?
        /// Whether it was tried.
        var isMade = false
        var isEnded = false
    }

    private let state = Mutex(State())
    private let news = DispatchSemaphore(value: 0)
    private let make: @Sendable () -> (any RemoteProcess)?

    init(_ make: @escaping @Sendable () -> (any RemoteProcess)?) { self.make = make }

    /// Whether nobody accepted it.
    var isRefused: Bool { state.withLock { $0.isMade && $0.connection == nil && !$0.isEnded } }

    /// What a client is told then.
    func refusal(of port: UInt16) -> [UInt8] {
        Array("an error occurred forwarding \(port): the pod does not accept connections there".utf8)
    }

    /// Waits until it was tried, or is no longer wanted.
    private var made: (any RemoteProcess)? {
        news.wait()
        news.signal()
        return state.withLock { $0.connection }
    }

    func readOutput() -> [UInt8] {
        let isFirst = state.withLock { !$0.isMade && !$0.isEnded }
        if isFirst {
            let made = make()
            let isEnded = state.withLock { state in
                state.isMade = true
                state.connection = made
                return state.isEnded
            }
            news.signal()
            if isEnded { made?.end() }
        }
        return state.withLock { $0.connection }?.readOutput() ?? []
    }

    func readError() -> [UInt8] { [] }
    func writeInput(_ bytes: [UInt8]) -> Bool { made?.writeInput(bytes) ?? false }
    func closeInput() { made?.closeInput() }
    func resize(width: UInt16, height: UInt16) {}
    func wait() -> Int32 { made?.wait() ?? 1 }

    func end() {
        let connection = state.withLock { state in
            state.isEnded = true
            return state.connection
        }
        connection?.end()
        news.signal()
    }
}
