internal import Dispatch
internal import KubernetesAPI
internal import KubernetesModel
internal import Synchronization

/// A command and a client joined: the client's input goes to the command, the command's output and its end go back.
///
/// How bytes travel is the transport's; this is the same for WebSocket and SPDY.
final class RemoteCommandSession: Sendable {
    /// What a transport carries (remotecommand's stream types).
    enum Stream: UInt8, Sendable { case input = 0, output = 1, error = 2, status = 3, resize = 4 }

    private let process: any RemoteProcess
    private let threads: StreamThreads
    private let input = StreamQueue()
    private let waiting = Mutex(0)
    private let isOver = Atomic<Bool>(false)
    /// Stops and starts reading from the client.
    private let reads: @Sendable (Bool) -> Void

    /// Bytes of input that may wait for a command which does not read.
    private static let patience = 1 << 20

    init(_ process: any RemoteProcess, _ threads: StreamThreads, reads: @escaping @Sendable (Bool) -> Void) {
        self.process = process
        self.threads = threads
        self.reads = reads
    }

    /// Begins to send.
    ///
    /// - Parameters:
    ///   - hasError: whether standard error is wanted.
    ///   - send: blocks while the client does not read; false when it is gone.
    ///   - finish: called once, last, with the Status that ends the session.
    func start(
        hasError: Bool, send: @escaping @Sendable (Stream, [UInt8]) -> Bool,
        finish: @escaping @Sendable (RemoteStatus) -> Void
    ) {
        guard threads.begin() else {
            isOver.store(true, ordering: .releasing)
            process.end()
            return finish(.tooMany)
        }
        let done = DispatchGroup()
        func pump(_ stream: Stream, _ read: @escaping @Sendable () -> [UInt8]) {
            done.enter()
            StreamThreads.run { [process] in
                defer { done.leave() }
                while true {
                    let bytes = read()
                    if bytes.isEmpty { return }
                    if !send(stream, bytes) { return process.end() }
                }
            }
        }
        pump(.output) { [process] in process.readOutput() }
        if hasError { pump(.error) { [process] in process.readError() } }
        StreamThreads.run { [self] in
            let code = process.wait()
            done.wait()
            isOver.store(true, ordering: .releasing)
            finish(RemoteStatus(exitCode: code))
            process.end()
            threads.end()
        }
    }

    func receive(_ stream: Stream, _ bytes: [UInt8]) {
        switch stream {
        case .input:
            let isMuch = waiting.withLock { waiting in
                waiting += bytes.count
                return waiting > Self.patience
            }
            if isMuch { reads(false) }
            input.add { [self] in
                _ = process.writeInput(bytes)
                let isLittle = waiting.withLock { waiting in
                    let before = waiting
                    waiting -= bytes.count
                    return before > Self.patience && waiting <= Self.patience
                }
                if isLittle { reads(true) }
            }
        case .resize:
            guard let size = try? KubernetesJSON.decode(TerminalSize.self, from: bytes) else { return }
            process.resize(width: size.Width, height: size.Height)
        default: break
        }
    }

    func closeInput() { input.add { [process] in process.closeInput() } }

    /// The client is gone.
    func end() {
        guard !isOver.exchange(true, ordering: .acquiringAndReleasing) else { return }
        process.end()
    }

    private struct TerminalSize: Decodable {
        // As client-go writes them.
        var Width: UInt16
        var Height: UInt16
    }
}

/// How a command ended, as remotecommand's error stream says it (v4 and later).
struct RemoteStatus: Encodable, Equatable {
    struct Details: Encodable, Equatable { var causes: [Cause] }
    struct Cause: Encodable, Equatable {
        var reason: String
        var message: String
    }

    var metadata: [String: String] = [:]
    var status: String
    var reason: String?
    var message: String?
    var details: Details?

    init(exitCode: Int32) {
        status = exitCode == 0 ? "Success" : "Failure"
        guard exitCode != 0 else { return }
        reason = "NonZeroExitCode"
        message = "command terminated with non-zero exit code: exit status \(exitCode)"
        details = Details(causes: [Cause(reason: "ExitCode", message: "\(exitCode)")])
    }

    /// There are as many streams as are served at once.
    static let tooMany: RemoteStatus = {
        var status = RemoteStatus(exitCode: 1)
        status.reason = "TooManyRequests"
        status.message = "there are too many streams"
        status.details = nil
        return status
    }()

    var bytes: [UInt8] { (try? KubernetesJSON.encode(self)) ?? [] }
}
