internal import APIServer
internal import LinuxKernel
internal import Synchronization

/// A running container as `kubectl attach` sees it: what it prints from now on, until it ends, and its input.
///
/// There is no terminal: `tty: true` of a container is not heeded, and a client that has one prints what comes.
final class LogAttachment: RemoteProcess {
    private let log: String
    private let container: String
    private let offset: Mutex<Int>
    private let isOver = Atomic<Bool>(false)
    /// Seconds between two looks.
    private static let pause = 0.1

    /// The container's input, as far as it has one.
    struct Input: Sendable {
        var write: @Sendable ([UInt8]) -> Bool
        var close: @Sendable () -> Void
        /// Whether it is closed when the first who attached goes (`stdinOnce`).
        var isOnce: Bool
    }

    private let input: Input?

    init(log: String, container: String, input: Input?) {
        self.input = input
        self.log = log
        self.container = container
        offset = Mutex(((try? StateFile.read(log)) ?? nil)?.count ?? 0)
    }

    func readOutput() -> [UInt8] {
        while !isOver.load(ordering: .acquiring) {
            // Looked at before the log: what is written until the end is still sent.
            let hasEnded = PathKind(of: container + "/status.json") != .absent || PathKind(of: container) == .absent
            let bytes = ((try? StateFile.read(log)) ?? nil) ?? []
            let more = offset.withLock { offset in
                defer { offset = max(offset, bytes.count) }
                return bytes.count > offset ? Array(bytes[offset...]) : []
            }
            if !more.isEmpty { return more }
            if hasEnded { return [] }
            StandardStream.pause(seconds: Self.pause)
        }
        return []
    }

    func readError() -> [UInt8] { [] }
    func writeInput(_ bytes: [UInt8]) -> Bool { input?.write(bytes) ?? true }
    func closeInput() { if let input, input.isOnce { input.close() } }
    func resize(width: UInt16, height: UInt16) {}
    /// The container's own exit code is in its pod's status, where clients look for it.
    func wait() -> Int32 { 0 }
    func end() {
        if !isOver.exchange(true, ordering: .acquiringAndReleasing) { closeInput() }
    }
}
