internal import APIServer
internal import Dispatch
internal import KubernetesAPI
internal import KubernetesModel
internal import LinuxKernel
internal import NetworkPlanning
internal import Synchronization

/// What the API asks of the lab besides its objects.
final class EngineBackend: APIBackend {
    private let paths: LabPaths
    private let isWoken = Atomic<Bool>(false)
    private let settle: @Sendable () async -> Void

    /// - Parameter settle: has the controllers look at what was written.
    init(_ paths: LabPaths, settle: @escaping @Sendable () async -> Void) {
        self.paths = paths
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
        var shown = LogText.last(request.tailLines, linesOf: bytes)
        if let limit = request.limitBytes { shown = shown.prefix(limit) }
        var offset = bytes.count
        if !shown.isEmpty, !stream.send(Array(shown)) { return }
        let container = "\(paths.containers)/\(request.pod.uid)/\(request.container)/\(attempt)"
        while request.follows, !stream.isClosed {
            // Looked at before the log: what is written until the end is still sent.
            let isOver = PathKind(of: container) == .absent || PathKind(of: container + "/status.json") != .absent
            if let more = (try? StateFile.read(path)) ?? nil, more.count > offset {
                if !stream.send(Array(more[offset...])) { return }
                offset = more.count
            }
            if isOver { return }
            StandardStream.pause(seconds: Self.pause)
        }
    }

    // MARK: Usage

    func metrics(_ resource: ServedResource, namespace: String?, name: String?) -> APIResponse {
        StatusDocument.noSuchPath.response
    }
}
