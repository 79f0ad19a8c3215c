internal import Daemon
internal import Dispatch
internal import LinuxKernel
internal import NetworkPlanning

/// What `netlab events` prints, from its two sources: the kernel, listened to by this process itself, so that it works
/// without the daemon and a slow reader holds nobody up; and the daemon, for what it says of drift.
final class EventSource: Sendable {
    enum Item: Sendable {
        /// Both sources are listened to; `hasDaemon` false: the first only, as yet.
        case ready(hasDaemon: Bool)
        case line(EventLine)
    }

    private let running: RunningLab
    private let namespaces: LabNamespaces
    private let stream: AsyncStream<Item>
    private let continuation: AsyncStream<Item>.Continuation

    /// Lines that may wait for a slow reader; of more than these the oldest are dropped.
    private static let patience = 100_000
    /// Seconds between two tries to reach the daemon, and two looks whether there is a lab.
    private static let pause = 0.2

    init(_ running: RunningLab) {
        self.running = running
        namespaces = LabNamespaces(lab: running.name)
        (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(Self.patience))
    }

    /// How many namespaces the lab has.
    var count: Int { namespaces.find().count }

    /// Begins to listen. The stream ends when the lab goes down, or with ``end()``.
    ///
    /// - Throws: that the kernel could not be listened to.
    func start() throws(KernelError) -> AsyncStream<Item> {
        let watch = try NetworkWatch(knowsNames: true, discover: { [namespaces] in namespaces.find() }) {
            [continuation] events in
            for event in events { continuation.yield(.line(EventLine(event))) }
        }
        try watch.follow(namespaces.find())
        continuation.onTermination = { _ in watch.close() }
        DispatchQueue(label: "netlab.events").async { self.listenToDaemon() }
        return stream
    }

    func end() { continuation.finish() }

    /// Blocks until the lab is down: its state is removed last.
    private func listenToDaemon() {
        var isFirst = true
        while PathKind(of: running.paths.directory) != .absent {
            if let connection = try? LocalConnection(path: running.paths.socket) {
                _ = try? ControlClient(connection).ask(.follow) { event in
                    if case .drift(let note) = event { continuation.yield(.line(EventLine(note))) }
                    if case .note = event, isFirst {
                        isFirst = false
                        continuation.yield(.ready(hasDaemon: true))
                    }
                }
            }
            if isFirst { continuation.yield(.ready(hasDaemon: false)) }
            isFirst = false
            StandardStream.pause(seconds: Self.pause)
        }
        continuation.finish()
    }
}
