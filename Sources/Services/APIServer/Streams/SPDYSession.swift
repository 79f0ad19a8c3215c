internal import Dispatch
internal import KubernetesAPI
internal import NIOCore
internal import Synchronization

/// Kubernetes' streams over SPDY/3.1: a command's, which the client opens one by one, or pairs of streams that are
/// connections to ports of a pod.
///
/// Frames arrive on the connection's own thread; answers are written from any.
final class SPDYSession: Sendable {
    /// What the session is for.
    enum Purpose: Sendable {
        /// The streams that the request asked for must be open before the command starts.
        case command(wanted: Set<String>, start: @Sendable () -> (any RemoteProcess)?)
        case ports(connect: @Sendable (UInt16) -> (any RemoteProcess)?)
    }

    private struct Port {
        var number: UInt16
        var error: UInt32
    }

    /// As many streams as one client may have open; a forwarded connection takes two.
    private static let maximumStreams = 1_024

    private let out: ByteChannel
    private let threads: StreamThreads
    private let purpose: Purpose
    private let state = Mutex(State())

    private struct State {
        let compression = HeaderCompression()
        var buffer: [UInt8] = []
        /// What each stream is, by its number.
        var types: [UInt32: String] = [:]
        var command: RemoteCommandSession?
        var requests: [String: Port] = [:]
        var connections: [UInt32: RemoteCommandSession] = [:]
    }

    init(_ out: ByteChannel, _ threads: StreamThreads, _ purpose: Purpose) {
        self.out = out
        self.threads = threads
        self.purpose = purpose
    }

    func receive(_ bytes: [UInt8]) {
        state.withLock { state in
            state.buffer += bytes
            do throws(SPDYViolation) {
                while let frame = try SPDYFrame.take(from: &state.buffer) { try handle(frame, &state) }
            } catch {
                out.close()
            }
        }
    }

    func end() {
        let (command, connections) = state.withLock { state in
            defer { state.connections = [:] }
            return (state.command, Array(state.connections.values))
        }
        command?.end()
        for connection in connections { connection.end() }
    }

    private func handle(_ frame: SPDYFrame, _ state: inout State) throws(SPDYViolation) {
        switch frame {
        case .synStream(let id, let block, _): try open(id, block, &state)
        case .data(let id, let bytes, let isLast): receive(id, bytes, isLast, &state)
        case .resetStream(let id):
            state.types[id] = nil
            state.connections.removeValue(forKey: id)?.end()
        case .ping(let id): if id % 2 == 1 { out.writeAtOnce(SPDYFrame.pong(id)) }
        case .goAway, .other: break
        }
    }

    private func open(_ id: UInt32, _ block: [UInt8], _ state: inout State) throws(SPDYViolation) {
        // Headers are compressed as one text, so those of a stream that is refused are read as well.
        guard let text = state.compression.decompress(block), let headers = SPDYFrame.headers(text),
            let type = headers["streamtype"]
        else { throw SPDYViolation() }
        guard state.types.count < Self.maximumStreams else { return out.writeAtOnce(SPDYFrame.refusal(of: id)) }
        state.types[id] = type
        // An empty block of pairs: clients only wait for the reply itself.
        let reply = state.compression.compress([0, 0, 0, 0])
        out.writeAtOnce(SPDYFrame.synReply(id: id, headers: reply))
        switch purpose {
        case .command(let wanted, let start):
            guard state.command == nil, wanted.isSubset(of: state.types.values) else { return }
            guard let process = start() else { return out.close() }
            run(process, &state)
        case .ports(let connect):
            let request = headers["requestid"] ?? ""
            guard let number = headers["port"].flatMap({ UInt16($0) }) else { throw SPDYViolation() }
            if type == "error" { state.requests[request] = Port(number: number, error: id) }
            if type == "data", let port = state.requests.removeValue(forKey: request) {
                join(port, data: id, connect, &state)
            }
        }
    }

    private func run(_ process: any RemoteProcess, _ state: inout State) {
        func id(of type: String) -> UInt32? { state.types.first { $0.value == type }?.key }
        let session = RemoteCommandSession(process, threads) { [out] in out.read($0) }
        state.command = session
        let (output, error, status) = (id(of: "stdout"), id(of: "stderr"), id(of: "error"))
        let all = Array(state.types.keys)
        session.start(hasError: error != nil) { [out] stream, bytes in
            guard let id = stream == .error ? error : output else { return true }
            return out.write(SPDYFrame.dataBytes(id: id, bytes, isLast: false))
        } finish: { [out] result in
            if let status { out.write(SPDYFrame.dataBytes(id: status, result.bytes, isLast: false)) }
            for id in all { out.write(SPDYFrame.dataBytes(id: id, [], isLast: true)) }
            // The client closes the connection; one that does not is not waited for.
            DispatchQueue.global().asyncAfter(deadline: .now() + 5) { out.close() }
        }
    }

    private func join(
        _ port: Port, data: UInt32, _ connect: @escaping @Sendable (UInt16) -> (any RemoteProcess)?,
        _ state: inout State
    ) {
        let connection = LateConnection { connect(port.number) }
        let session = RemoteCommandSession(connection, threads) { [out] in out.read($0) }
        state.connections[data] = session
        session.start(hasError: false) { [out] _, bytes in
            out.write(SPDYFrame.dataBytes(id: data, bytes, isLast: false))
        } finish: { [out] _ in
            if connection.isRefused {
                out.write(SPDYFrame.dataBytes(id: port.error, connection.refusal(of: port.number), isLast: false))
            }
            out.write(SPDYFrame.dataBytes(id: data, [], isLast: true))
            out.write(SPDYFrame.dataBytes(id: port.error, [], isLast: true))
        }
    }

    private func receive(_ id: UInt32, _ bytes: [UInt8], _ isLast: Bool, _ state: inout State) {
        switch purpose {
        case .ports:
            if isLast { state.types[id] = nil }
            guard let connection = state.connections[id] else { return }
            if !bytes.isEmpty { connection.receive(.input, bytes) }
            if isLast {
                connection.closeInput()
                state.connections[id] = nil
            }
        case .command:
            switch state.types[id] {
            case "stdin":
                if !bytes.isEmpty { state.command?.receive(.input, bytes) }
                if isLast { state.command?.closeInput() }
            case "resize": state.command?.receive(.resize, bytes)
            default: break
            }
        }
    }
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
