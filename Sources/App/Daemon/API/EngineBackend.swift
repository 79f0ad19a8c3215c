internal import APIServer
internal import Controllers
internal import Datapath
internal import Dispatch
internal import KubernetesAPI
internal import KubernetesModel
internal import LinuxKernel
internal import NetworkModel
internal import NetworkPlanning
internal import PodLifecycle
internal import Synchronization

/// What the API asks of the lab besides its objects.
final class EngineBackend: APIBackend {
    private let paths: LabPaths
    private let runtime: NamespacedProcesses
    private let isWoken = Atomic<Bool>(false)
    private let settle: @Sendable () async -> Void

    /// - Parameter settle: has the controllers look at what was written.
    init(_ paths: LabPaths, runtime: NamespacedProcesses, settle: @escaping @Sendable () async -> Void) {
        self.paths = paths
        self.runtime = runtime
        self.settle = settle
    }

    var now: Double { Clock.wall() }

    /// One task for all that is written meanwhile.
    func objectsChanged() {
        guard !isWoken.exchange(true, ordering: .acquiringAndReleasing) else { return }
        Task { [self] in
            isWoken.store(false, ordering: .releasing)
            await settle()
        }
    }

    // MARK: Logs

    func refusal(of request: LogRequest) -> StatusDocument? {
        guard let status = Self.status(request) else {
            return StatusDocument(
                400, "BadRequest",
                "container \"\(request.container)\" in pod \"\(request.pod.name)\" is waiting to start: "
                    + "ContainerCreating")
        }
        if let waiting = status.state?.waiting, status.restartCount == 0, status.lastState?.terminated == nil {
            return StatusDocument(
                400, "BadRequest",
                "container \"\(request.container)\" in pod \"\(request.pod.name)\" is waiting to start: "
                    + (waiting.reason ?? "ContainerCreating"))
        }
        if request.isPrevious, status.restartCount == 0 {
            return StatusDocument(
                400, "BadRequest",
                "previous terminated container \"\(request.container)\" in pod \"\(request.pod.name)\" not found")
        }
        return nil
    }

    private static func status(_ request: LogRequest) -> PodContainerStatus? {
        request.pod.status?.containerStatuses?.first { $0.name == request.container }
    }

    /// Seconds between two looks at a log that is followed.
    private static let pause = 0.1

    func sendLog(_ request: LogRequest, _ stream: APIStream) {
        defer { stream.finish() }
        guard let status = Self.status(request) else { return }
        let attempt = max(0, Int(status.restartCount) - (request.isPrevious ? 1 : 0))
        let path = paths.log(ofPod: request.pod.uid, container: request.container, attempt: attempt)
        guard let bytes = (try? StateFile.read(path)) ?? nil else { return }
        var text = LogText(
            tailLines: request.tailLines, limitBytes: request.limitBytes, since: since(request),
            hasTimestamps: request.hasTimestamps)
        let isTimed = text.hasTimestamps || text.since != nil
        func index() -> LogIndex {
            LogIndex(isTimed ? ((try? StateFile.read(LogIndex.path(ofLog: path))) ?? nil) ?? [] : [])
        }
        var offset = bytes.count
        let shown = text.begin(bytes, index())
        if !shown.isEmpty, !stream.send(Array(shown)) { return }
        let container = "\(paths.containers)/\(request.pod.uid)/\(request.container)/\(attempt)"
        while request.follows, !stream.isClosed, !text.isFull {
            // Looked at before the log: what is written until the end is still sent.
            let isOver = PathKind(of: container) == .absent || PathKind(of: container + "/status.json") != .absent
            if let log = (try? StateFile.read(path)) ?? nil, log.count > offset {
                let more = text.go(on: log[offset...], index())
                if !more.isEmpty, !stream.send(Array(more)) { return }
                offset = log.count
            }
            if isOver { return }
            StandardStream.pause(seconds: Self.pause)
        }
    }

    private func since(_ request: LogRequest) -> Int64? {
        if let time = request.sinceTime { return time.seconds.multipliedReportingOverflow(by: 1_000_000_000).0 }
        return request.sinceSeconds.map { Int64(max(0, now - Double(clamping($0))) * 1e9) }
    }

    private func clamping(_ seconds: Int64) -> Int64 { min(max(0, seconds), 1 << 32) }

    // MARK: Streams

    func start(_ request: CommandRequest) throws(StatusDocument) -> any RemoteProcess {
        guard let status = request.pod.status?.containerStatuses?.first(where: { $0.name == request.container }),
            status.state?.running != nil
        else {
            throw StatusDocument(
                400, "BadRequest", "container \"\(request.container)\" of pod \(request.pod.name) is not running")
        }
        let id = ContainerID(
            podUID: request.pod.uid, container: request.container, attempt: Int(status.restartCount))
        do throws(KernelError) {
            if request.command.isEmpty {
                let container = request.pod.spec?.containers.first { $0.name == request.container }
                return RemoteAttachment(
                    attachment: try ContainerAttachment(to: id, below: paths.containers),
                    hasInput: request.hasInput, closesInput: container?.stdinOnce == true)
            }
            return RemoteContainerCommand(
                command: try ContainerCommand(
                    in: id, below: paths.containers, command: request.command, hasInput: request.hasInput,
                    hasTerminal: request.hasTerminal))
        } catch {
            throw StatusDocument(500, "InternalError", "\(error.operation): \(error.detail)")
        }
    }

    /// Seconds until a port of a pod must have accepted.
    private static let patience = 10.0

    func connect(to pod: Pod, port: UInt16) -> (any RemoteProcess)? {
        let namespace =
            pod.spec?.hostNetwork == true
            ? DatapathNames.node(paths.lab, pod.spec?.nodeName ?? "")
            : DatapathNames.pod(paths.lab, namespace: pod.namespace, name: pod.name)
        guard let namespace, let loopback = IPAddress("127.0.0.1") else { return nil }
        return (try? NamespaceConnection(in: namespace, to: loopback, port: port, timeout: Self.patience))
            .map { RemoteConnection(connection: $0) }
    }

    // MARK: Usage

    private let usage = UsageMeter()

    func metrics(_ resource: ServedResource, namespace: String?, name: String?) -> APIResponse {
        guard let pods = objects.withLock({ $0 })?.list(Pod.self) else { return StatusDocument.noSuchPath.response }
        let nodes = objects.withLock { $0 }?.list(Node.self).map(\.name) ?? []
        return usage.answer(
            resource, namespace: namespace, name: name, pods: pods, nodes: nodes, below: paths.containers)
    }

    /// The objects of which usage is asked.
    private let objects = Mutex<Cluster?>(nil)

    func serve(_ cluster: Cluster) { objects.withLock { $0 = cluster } }
}

/// A command in a container, as the API's streams want it.
private struct RemoteContainerCommand: RemoteProcess {
    let command: ContainerCommand

    func readOutput() -> [UInt8] { command.readOutput() }
    func readError() -> [UInt8] { command.readError() }
    func writeInput(_ bytes: [UInt8]) -> Bool { command.writeInput(bytes) }
    func closeInput() { command.closeInput() }
    func resize(width: UInt16, height: UInt16) { command.resize(width: width, height: height) }
    func wait() -> Int32 { command.wait() }
    func end() { command.end() }
}

/// A running container, as the API's streams want it. Its own exit code is in its pod's status, where clients look for
/// it.
private struct RemoteAttachment: RemoteProcess {
    let attachment: ContainerAttachment
    let hasInput: Bool
    /// Whether the container reads to its end when the first who attached goes (`stdinOnce`).
    let closesInput: Bool

    func readOutput() -> [UInt8] { attachment.readOutput() }
    func readError() -> [UInt8] { [] }
    func writeInput(_ bytes: [UInt8]) -> Bool { hasInput ? attachment.writeInput(bytes) : true }
    func closeInput() { if hasInput, closesInput { attachment.closeInput() } }
    func resize(width: UInt16, height: UInt16) { attachment.resize(width: width, height: height) }
    func wait() -> Int32 { 0 }
    func end() {
        closeInput()
        attachment.end()
    }
}

/// A connection into a pod, as the API's streams want it.
private struct RemoteConnection: RemoteProcess {
    let connection: NamespaceConnection

    func readOutput() -> [UInt8] { connection.read() }
    func readError() -> [UInt8] { [] }
    func writeInput(_ bytes: [UInt8]) -> Bool { connection.write(bytes) }
    func closeInput() { connection.closeWriting() }
    func resize(width: UInt16, height: UInt16) {}
    func wait() -> Int32 { 0 }
    func end() { connection.end() }
}
