internal import KubernetesAPI
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import Synchronization

/// One client's connection: collects requests, has them answered elsewhere, and writes the answers back.
///
/// Requests come one at a time: the pipeline holds the next back until the answer to the last is written.
final class APIConnection: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    /// The API server's own bound for a request's body (apiserver MaxRequestBodyBytes).
    private static let maximumBody = 3 << 20
    /// Until the first request of a connection is there, and for a request's body.
    private static let patience = TimeAmount.seconds(30)
    private let server: APIServer
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []
    private var isTooLarge = false
    private var identity: ClientIdentity?
    private var timer: Scheduled<Void>?

    private let http: HTTPHandlers

    init(server: APIServer, http: HTTPHandlers) {
        self.server = server
        self.http = http
    }

    func channelActive(context: ChannelHandlerContext) {
        expect(within: Self.patience, context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            expect(within: Self.patience, context)
            self.head = head
            body = []
            let announced = head.headers.first(name: "content-length").flatMap { Int($0) } ?? 0
            isTooLarge = announced > Self.maximumBody
            if !isTooLarge, head.headers["expect"].contains(where: { $0.lowercased() == "100-continue" }) {
                context.writeAndFlush(
                    wrapOutboundOut(.head(.init(version: head.version, status: .continue))), promise: nil)
            }
        case .body(let buffer):
            guard !isTooLarge else { return }
            body += buffer.readableBytesView
            isTooLarge = body.count > Self.maximumBody
            if isTooLarge { body = [] }
        case .end:
            timer?.cancel()
            if let head { answer(head, context) }
            head = nil
        }
    }

    /// A client that breaks TLS or HTTP is of no further interest.
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func expect(within time: TimeAmount, _ context: ChannelHandlerContext) {
        timer?.cancel()
        let channel = context.channel
        timer = context.eventLoop.scheduleTask(in: time) { channel.close(promise: nil) }
    }

    private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let keepsAlive = head.isKeepAlive
        let channel = context.channel
        if isTooLarge {
            let status = StatusDocument(
                413, "RequestEntityTooLarge", "Request entity too large: limit is \(Self.maximumBody)")
            // What is still to come of it is not read.
            return Self.write(status.response, to: channel, keepsAlive: false)
        }
        guard let identity = identify(context), head.headers["authorization"].isEmpty else {
            // Whom nobody knows holds no connection.
            return Self.write(
                StatusDocument(401, "Unauthorized", "Unauthorized").response, to: channel, keepsAlive: false)
        }
        var request = APIRequest(
            method: head.method.rawValue, target: head.uri,
            accept: head.headers["accept"].joined(separator: ","))
        request.contentType = head.headers.first(name: "content-type") ?? ""
        request.userAgent = head.headers.first(name: "user-agent") ?? ""
        request.user = identity.user
        request.groups = identity.groups
        request.body = body
        body = []
        let server = server
        let asked = request
        let upgrade = StreamUpgrade(
            head, http: NIOLoopBound(http, eventLoop: context.eventLoop),
            connection: NIOLoopBound(self, eventLoop: context.eventLoop))
        server.workers.submit { state in
            guard case .active = state else { return channel.close(promise: nil) }
            Self.answer(asked, server, channel, keepsAlive: keepsAlive, upgrade)
        }
    }

    /// Who is at the other end; asked of TLS once.
    private func identify(_ context: ChannelHandlerContext) -> ClientIdentity? {
        if let identity { return identity }
        let tls = try? context.pipeline.syncOperations.handler(type: NIOSSLServerHandler.self)
        guard let bytes = try? tls?.peerCertificate?.toDERBytes() else { return nil }
        identity = ClientIdentity(der: bytes)
        return identity
    }

    // MARK: On a worker's thread

    private static func answer(
        _ request: APIRequest, _ server: APIServer, _ channel: any Channel, keepsAlive: Bool,
        _ upgrade: StreamUpgrade
    ) {
        let (handler, hub) = server.state.withLock { ($0.handler, $0.hub) }
        guard let handler, let hub else {
            let status = StatusDocument(503, "ServiceUnavailable", "the lab is not there yet")
            return write(status.response, to: channel, keepsAlive: keepsAlive)
        }
        let answer = handler.answer(request, now: server.backend.now)
        switch answer {
        case .response(let response):
            if request.method != "GET", response.status < 300 {
                server.backend.objectsChanged()
                hub.wake()
            }
            write(response, to: channel, keepsAlive: keepsAlive, isHead: request.method == "HEAD")
        case .watch(let watch):
            do throws(StatusDocument) {
                try hub.add(watch) { begin(channel, contentType: "application/json", keepsAlive: keepsAlive) }
            } catch {
                write(error.response, to: channel, keepsAlive: keepsAlive)
            }
        case .log(let log):
            if let refusal = server.backend.refusal(of: log) {
                return write(refusal.response, to: channel, keepsAlive: keepsAlive)
            }
            guard server.threads.begin() else {
                let status = StatusDocument(429, "TooManyRequests", "there are too many streams")
                return write(status.response, to: channel, keepsAlive: keepsAlive)
            }
            let stream = begin(channel, contentType: "text/plain", keepsAlive: keepsAlive)
            StreamThreads.run {
                server.backend.sendLog(log, stream)
                server.threads.end()
            }
        case .command, .portForward:
            do throws(StatusDocument) {
                try upgrade.run(answer, server, channel)
            } catch {
                write(error.response, to: channel, keepsAlive: keepsAlive)
            }
        case .metrics(let resource, let namespace, let name):
            write(
                server.backend.metrics(resource, namespace: namespace, name: name), to: channel,
                keepsAlive: keepsAlive)
        }
    }

    private static func begin(_ channel: any Channel, contentType: String, keepsAlive: Bool) -> APIStream {
        var head = HTTPResponseHead(version: .http1_1, status: .ok, headers: headers(contentType))
        head.headers.add(name: "transfer-encoding", value: "chunked")
        channel.writeAndFlush(HTTPServerResponsePart.head(head), promise: nil)
        return APIStream(channel, keepsAlive: keepsAlive)
    }

    private static func headers(_ contentType: String) -> HTTPHeaders {
        ["Content-Type": contentType, "Cache-Control": "no-cache, private"]
    }

    private static func write(
        _ response: APIResponse, to channel: any Channel, keepsAlive: Bool, isHead: Bool = false
    ) {
        var head = HTTPResponseHead(
            version: .http1_1, status: HTTPResponseStatus(statusCode: response.status),
            headers: headers(response.contentType))
        for warning in response.warnings {
            let text = warning.filter { $0 >= " " }.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            head.headers.add(name: "Warning", value: "299 - \"\(text)\"")
        }
        head.headers.add(name: "content-length", value: "\(response.body.count)")
        if !keepsAlive { head.headers.add(name: "connection", value: "close") }
        channel.write(HTTPServerResponsePart.head(head), promise: nil)
        if !isHead {
            channel.write(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(bytes: response.body))), promise: nil)
        }
        let promise = channel.eventLoop.makePromise(of: Void.self)
        if !keepsAlive { promise.futureResult.whenComplete { _ in channel.close(promise: nil) } }
        channel.writeAndFlush(HTTPServerResponsePart.end(nil), promise: promise)
    }
}
