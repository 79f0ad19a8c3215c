internal import Crypto
internal import FoundationEssentials
internal import KubernetesAPI
internal import KubernetesModel
internal import NIOCore
internal import NIOHTTP1
internal import NIOWebSocket

/// Turns a connection into streams: WebSocket or SPDY/3.1, as the client asks.
struct StreamUpgrade: Sendable {
    private let headers: HTTPHeaders
    private let http: NIOLoopBound<HTTPHandlers>
    private let connection: NIOLoopBound<APIConnection>

    init(_ head: HTTPRequestHead, http: NIOLoopBound<HTTPHandlers>, connection: NIOLoopBound<APIConnection>) {
        headers = head.headers
        self.http = http
        self.connection = connection
    }

    private enum Transport: Sendable { case webSocket, spdy }

    private static let spdyTunnel = "SPDY/3.1+portforward.k8s.io"

    /// Takes the connection over, once it is clear that what is asked for can be had.
    ///
    /// - Throws: why it cannot.
    func run(_ answer: APIAnswer, _ server: APIServer, _ channel: any Channel) throws(StatusDocument) {
        let wanted = headers["upgrade"].joined().lowercased()
        let kind: Transport
        switch wanted {
        case "websocket": kind = .webSocket
        case "spdy/3.1": kind = .spdy
        default: throw .upgradeRequired
        }
        switch (answer, kind) {
        case (.command(let request), .webSocket):
            let offered = headers[canonicalForm: "sec-websocket-protocol"].map(String.init)
            guard let chosen = ["v5.channel.k8s.io", "v4.channel.k8s.io"].first(where: { offered.contains($0) }) else {
                throw .badRequest(
                    "the client speaks no version of the protocol that is served: v5 or v4.channel.k8s.io")
            }
            let process = try server.backend.start(request)
            upgradeToWebSocket(channel, chosen) { channel in
                let out = ByteChannel(channel, .webSocket)
                let session = RemoteCommandSession(process, server.threads) { out.read($0) }
                return (.command(session), { Self.begin(session, request, out) })
            }
        case (.portForward(let pod, let ports), .webSocket):
            let offered = headers[canonicalForm: "sec-websocket-protocol"].map(String.init)
            guard offered.contains(Self.spdyTunnel) else {
                return try forward(ports, of: pod, offered, server, channel)
            }
            upgradeToWebSocket(channel, Self.spdyTunnel) { channel in
                let out = ByteChannel(channel, .webSocket)
                let session = SPDYSession(out, server.threads, .ports { server.backend.connect(to: pod, port: $0) })
                return (.tunnel(session), {})
            }
        case (.command(let request), .spdy):
            let versions = headers["x-stream-protocol-version"]
            guard versions.isEmpty || versions.contains("v4.channel.k8s.io") else {
                throw .badRequest("the client speaks no version of the protocol that is served: v4.channel.k8s.io")
            }
            let process = try server.backend.start(request)
            upgradeToSPDY(
                channel, "v4.channel.k8s.io", server.threads, .command(wanted: Self.streams(request)) { process })
        case (.portForward(let pod, _), .spdy):
            upgradeToSPDY(
                channel, "portforward.k8s.io", server.threads, .ports { server.backend.connect(to: pod, port: $0) })
        default: throw .upgradeRequired
        }
    }

    /// The kubelet's older protocol, which names the ports in the URL.
    private func forward(
        _ ports: [UInt16], of pod: Pod, _ offered: [String], _ server: APIServer, _ channel: any Channel
    ) throws(StatusDocument) {
        guard let chosen = ["v5.channel.k8s.io", "v4.channel.k8s.io"].first(where: { offered.contains($0) }) else {
            throw .badRequest(
                "the client speaks no version of the protocol that is served: \(Self.spdyTunnel), v5 or "
                    + "v4.channel.k8s.io")
        }
        guard !ports.isEmpty, ports.count <= PortChannels.maximumPorts else {
            throw .badRequest("query parameter \"ports\" must name 1 to \(PortChannels.maximumPorts) ports")
        }
        upgradeToWebSocket(channel, chosen) { channel in
            let out = ByteChannel(channel, .webSocket)
            let channels = PortChannels(ports, out, server.threads) { server.backend.connect(to: pod, port: $0) }
            return (.ports(channels), { channels.start() })
        }
    }

    private static func streams(_ request: CommandRequest) -> Set<String> {
        var wanted: Set<String> = ["error"]
        if request.hasInput { wanted.insert("stdin") }
        if request.hasOutput { wanted.insert("stdout") }
        if request.hasError { wanted.insert("stderr") }
        if request.hasTerminal { wanted.insert("resize") }
        return wanted
    }

    private static func begin(_ session: RemoteCommandSession, _ request: CommandRequest, _ out: ByteChannel) {
        session.start(hasError: request.hasError) { stream, bytes in
            out.write([stream.rawValue] + bytes)
        } finish: { status in
            out.write([RemoteCommandSession.Stream.status.rawValue] + status.bytes)
            out.closeWebSocket()
        }
    }

    // MARK: Changing the pipeline

    private func upgradeToWebSocket(
        _ channel: any Channel, _ chosen: String,
        _ make: @escaping @Sendable (any Channel) -> (WebSocketSession.Content, @Sendable () -> Void)
    ) {
        let key = headers.first(name: "sec-websocket-key") ?? ""
        let digest = Insecure.SHA1.hash(data: Data((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8))
        let answer: HTTPHeaders = [
            "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Accept": Base64.encode(Array(digest)),
            "Sec-WebSocket-Protocol": chosen,
        ]
        upgrade(channel, answer) { channel in
            let (content, begin) = make(channel)
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandler(WebSocketFrameEncoder())
            try pipeline.addHandler(
                ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: WebSocketSession.maximumFrame)))
            try pipeline.addHandler(
                NIOWebSocketFrameAggregator(
                    minNonFinalFragmentSize: 0, maxAccumulatedFrameCount: 1_024,
                    maxAccumulatedFrameSize: WebSocketSession.maximumFrame))
            try pipeline.addHandler(WebSocketSession(content))
            begin()
        }
    }

    private func upgradeToSPDY(
        _ channel: any Channel, _ version: String, _ threads: StreamThreads, _ purpose: SPDYSession.Purpose
    ) {
        let answer: HTTPHeaders = [
            "Upgrade": "SPDY/3.1", "Connection": "Upgrade", "X-Stream-Protocol-Version": version,
        ]
        upgrade(channel, answer) { channel in
            let out = ByteChannel(channel, .plain)
            try channel.pipeline.syncOperations.addHandler(SPDYHandler(SPDYSession(out, threads, purpose)))
        }
    }

    /// Answers 101, then puts HTTP out of the pipeline and the streams into it.
    private func upgrade(
        _ channel: any Channel, _ answer: HTTPHeaders, _ configure: @escaping @Sendable (any Channel) throws -> Void
    ) {
        channel.eventLoop.execute { [http, connection] in
            let head = HTTPResponseHead(version: .http1_1, status: .switchingProtocols, headers: answer)
            channel.write(HTTPServerResponsePart.head(head), promise: nil)
            let written = channel.eventLoop.makePromise(of: Void.self)
            channel.writeAndFlush(HTTPServerResponsePart.end(nil), promise: written)
            written.futureResult.assumeIsolated().whenComplete { _ in
                let pipeline = channel.pipeline.syncOperations
                let handlers = http.value
                let removals = [
                    pipeline.removeHandler(connection.value), pipeline.removeHandler(handlers.errors),
                    pipeline.removeHandler(handlers.pipelining), pipeline.removeHandler(handlers.encoder),
                ]
                EventLoopFuture.andAllComplete(removals, on: channel.eventLoop).assumeIsolated().whenComplete { _ in
                    do {
                        try configure(channel)
                        // Last: what it has read beyond the request goes to the streams.
                        _ = channel.pipeline.syncOperations.removeHandler(handlers.decoder)
                    } catch {
                        channel.close(promise: nil)
                    }
                }
            }
        }
    }
}

extension StatusDocument {
    fileprivate static let upgradeRequired = StatusDocument(400, "BadRequest", "Upgrade request required")
}

extension ByteChannel {
    /// Ends a WebSocket in order: 1000, normal closure.
    func closeWebSocket() { writeLast([0x03, 0xe8]) }
}
