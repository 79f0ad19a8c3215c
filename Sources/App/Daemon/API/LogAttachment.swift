internal import APIServer
internal import LinuxKernel
internal import Synchronization

/// A running container as `kubectl attach` sees it: what it prints from now on, until it ends.
///
/// Containers have no input here, so none is passed on.
final class LogAttachment: RemoteProcess {
    private let log: String
    private let container: String
    private let offset: Mutex<Int>
    private let isOver = Atomic<Bool>(false)
    /// Seconds between two looks.
    private static let pause = 0.1

    init(log: String, container: String) {
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
    func writeInput(_ bytes: [UInt8]) -> Bool { true }
    func closeInput() {}
    func resize(width: UInt16, height: UInt16) {}
    /// The container's own exit code is in its pod's status, where clients look for it.
    func wait() -> Int32 { 0 }
    func end() { isOver.store(true, ordering: .releasing) }
}
