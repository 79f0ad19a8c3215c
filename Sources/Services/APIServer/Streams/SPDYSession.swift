internal import Dispatch
internal import KubernetesAPI
internal import NIOCore
internal import Synchronization

/// Kubernetes' streams over SPDY/3.1: a command's, which the client opens one by one, or pairs of streams that are
/// connections to ports of a pod.
///
/// Frames arrive on the connection's own thread; answers are written from any.
final class SPDYSession: @unchecked Sendable {
    /// What the session is for.
    enum Purpose {
        /// The streams that the request asked for must be open before the command starts.
        case command(wanted: Set<String>, start: @Sendable () -> (any RemoteProcess)?)
        case ports(connect: @Sendable (UInt16) -> (any RemoteProcess)?)
    }

    private struct Port {
        var number: UInt16
        var error: UInt32
    }

    /// As many streams as one client may have open.
    private static let maximumStreams = 256

    private let out: ByteChannel
    private let purpose: Purpose
    /// Everything below belongs to the connection's thread, but for what the lock guards.
    private let compression = Mutex(HeaderCompression())
    private var buffer: [UInt8] = []
    private var types: [UInt32: String] = [:]
    private var command: RemoteCommandSession?
    private var requests: [String: Port] = [:]
    private var connections: [UInt32: RemoteCommandSession] = [:]

    init(_ out: ByteChannel, _ purpose: Purpose) {
        self.out = out
        self.purpose = purpose
    }

    func receive(_ bytes: [UInt8]) {
        buffer += bytes
        do throws(SPDYViolation) {
            while let frame = try SPDYFrame.take(from: &buffer) { try handle(frame) }
        } catch {
            out.close()
        }
    }

    func end() {
        command?.end()
        for connection in connections.values { connection.end() }
        connections = [:]
    }

    private func handle(_ frame: SPDYFrame) throws(SPDYViolation) {
        switch frame {
        case .synStream(let id, let block, _): try open(id, block)
        case .data(let id, let bytes, let isLast): receive(id, bytes, isLast)
        case .resetStream(let id): connections.removeValue(forKey: id)?.end()
        case .ping(let id): if id % 2 == 1 { out.writeAtOnce(SPDYFrame.pong(id)) }
        case .goAway, .other: break
        }
    }

    private func open(_ id: UInt32, _ block: [UInt8]) throws(SPDYViolation) {
        let (headers, reply) = compression.withLock { compression in
            // An empty block of pairs: clients only wait for the reply itself.
            (compression.decompress(block).flatMap { SPDYFrame.headers($0) }, compression.compress([0, 0, 0, 0]))
        }
        guard let headers, types.count < Self.maximumStreams, let type = headers["streamtype"] else {
            throw SPDYViolation()
        }
        types[id] = type
        out.writeAtOnce(SPDYFrame.synReply(id: id, headers: reply))
        switch purpose {
        case .command(let wanted, let start):
            guard command == nil, wanted.isSubset(of: types.values) else { return }
            guard let process = start() else { return out.close() }
            run(process)
        case .ports(let connect):
            let request = headers["requestid"] ?? ""
            guard let number = headers["port"].flatMap({ UInt16($0) }) else { throw SPDYViolation() }
            if type == "error" { requests[request] = Port(number: number, error: id) }
            if type == "data", let port = requests.removeValue(forKey: request) { join(port, data: id, connect) }
        }
    }

    private func id(of type: String) -> UInt32? { types.first { $0.value == type }?.key }

    private func run(_ process: any RemoteProcess) {
        let session = RemoteCommandSession(process) { [out] in out.read($0) }
        command = session
        let ids: [RemoteCommandSession.Stream: UInt32?] = [.output: id(of: "stdout"), .error: id(of: "stderr")]
        let status = id(of: "error")
        let all = Array(types.keys)
        session.start(hasError: ids[.error] ?? nil != nil) { [out] stream, bytes in
            guard let id = ids[stream] ?? nil else { return true }
            return out.write(SPDYFrame.dataBytes(id: id, bytes, isLast: false))
        } finish: { [out] result in
            if let status { out.write(SPDYFrame.dataBytes(id: status, result.bytes, isLast: false)) }
            for id in all { out.write(SPDYFrame.dataBytes(id: id, [], isLast: true)) }
            // The client closes the connection; one that does not is not waited for.
            DispatchQueue.global().asyncAfter(deadline: .now() + 5) { out.close() }
        }
    }

    private func join(_ port: Port, data: UInt32, _ connect: @escaping @Sendable (UInt16) -> (any RemoteProcess)?) {
        let connection = LateConnection { connect(port.number) }
        let session = RemoteCommandSession(connection) { [out] in out.read($0) }
        connections[data] = session
        session.start(hasError: false) { [out] _, bytes in
            out.write(SPDYFrame.dataBytes(id: data, bytes, isLast: false))
        } finish: { [out] _ in
            if connection.isRefused {
                let text = "an error occurred forwarding \(port.number): the pod does not accept connections there"
                out.write(SPDYFrame.dataBytes(id: port.error, Array(text.utf8), isLast: false))
            }
            out.write(SPDYFrame.dataBytes(id: data, [], isLast: true))
            out.write(SPDYFrame.dataBytes(id: port.error, [], isLast: true))
        }
    }

    private func receive(_ id: UInt32, _ bytes: [UInt8], _ isLast: Bool) {
        switch purpose {
        case .ports:
            guard let connection = connections[id] else { return }
            if !bytes.isEmpty { connection.receive(.input, bytes) }
            if isLast {
                connection.closeInput()
                connections[id] = nil
                types[id] = nil
            }
        case .command:
            switch types[id] {
            case "stdin":
                if !bytes.isEmpty { command?.receive(.input, bytes) }
                if isLast { command?.closeInput() }
            case "resize": command?.receive(.resize, bytes)
            default: break
            }
        }
    }
}

/// A connection that is made on the thread which first reads from it, so that nobody else waits for it.
private final class LateConnection: RemoteProcess {
    private let connection: Mutex<(any RemoteProcess)?>
    private let isMade = DispatchSemaphore(value: 0)
    private let make: @Sendable () -> (any RemoteProcess)?
    private let refused = Atomic<Bool>(false)

    init(_ make: @escaping @Sendable () -> (any RemoteProcess)?) {
        self.make = make
        connection = Mutex(nil)
    }

    var isRefused: Bool { refused.load(ordering: .acquiring) }

    private var made: (any RemoteProcess)? {
        isMade.wait()
        isMade.signal()
        return connection.withLock { $0 }
    }

    func readOutput() -> [UInt8] {
        if !isRefused, connection.withLock({ $0 }) == nil {
            let made = make()
            if made == nil { refused.store(true, ordering: .releasing) }
            connection.withLock { $0 = made }
            isMade.signal()
        }
        return connection.withLock { $0 }?.readOutput() ?? []
    }

    func readError() -> [UInt8] { [] }
    func writeInput(_ bytes: [UInt8]) -> Bool { made?.writeInput(bytes) ?? false }
    func closeInput() { made?.closeInput() }
    func resize(width: UInt16, height: UInt16) {}
    func wait() -> Int32 { made?.wait() ?? 1 }
    func end() { connection.withLock { $0 }?.end() }
}

/// SPDY on a connection of its own.
final class SPDYHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let session: SPDYSession

    init(_ session: SPDYSession) { self.session = session }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        session.receive(Array(unwrapInboundIn(data).readableBytesView))
    }

    func channelInactive(context: ChannelHandlerContext) {
        session.end()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
