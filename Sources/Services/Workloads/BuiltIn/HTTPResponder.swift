internal import Glibc
internal import NIOCore
internal import NIOHTTP1

/// What a built-in server is told of a request.
struct HTTPQuestion: Hashable, Sendable {
    var method: String
    /// Without the query.
    var path: String
    /// The Accept header.
    var accept: String
    /// `ADDRESS:PORT` of the two ends as this side saw them.
    var peer: String
    var local: String
}

/// An answer with status 200.
struct HTTPAnswer: Hashable, Sendable {
    static let plainText = "text/plain; charset=utf-8"

    var contentType: String
    var body: String
}

/// Answers each request once it has been read; the headers are those of Go's net/http, in its order.
final class HTTPResponder: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let answer: @Sendable (HTTPQuestion) -> HTTPAnswer
    private var request: HTTPRequestHead?

    init(answer: @escaping @Sendable (HTTPQuestion) -> HTTPAnswer) { self.answer = answer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): request = head
        case .body: break
        case .end:
            guard let request else { return }
            self.request = nil
            respond(to: request, context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func respond(to request: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let path = request.uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).first
        let answer = answer(
            HTTPQuestion(
                method: request.method.rawValue, path: String(path ?? ""),
                accept: request.headers[canonicalForm: "accept"].joined(separator: ","),
                peer: context.remoteAddress?.endpointText ?? "", local: context.localAddress?.endpointText ?? ""))
        var headers = HTTPHeaders([
            ("Date", ServerLog.httpDate(time(nil))), ("Content-Length", String(answer.body.utf8.count)),
            ("Content-Type", answer.contentType),
        ])
        if !request.isKeepAlive { headers.add(name: "Connection", value: "close") }
        let head = HTTPResponseHead(version: .http1_1, status: .ok, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if request.method != .HEAD {
            let body = context.channel.allocator.buffer(string: answer.body)
            context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        }
        let written = context.writeAndFlush(wrapOutboundOut(.end(nil)))
        if !request.isKeepAlive {
            let channel = context.channel
            written.whenComplete { _ in channel.close(promise: nil) }
        }
    }
}

/// Answers each datagram with one.
final class DatagramResponder: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias OutboundOut = AddressedEnvelope<ByteBuffer>

    private let reply: @Sendable ([UInt8], String) -> [UInt8]

    init(reply: @escaping @Sendable ([UInt8], String) -> [UInt8]) { self.reply = reply }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let datagram = unwrapInboundIn(data)
        let payload = Array(datagram.data.readableBytesView)
        let answer = reply(payload, datagram.remoteAddress.endpointText)
        let buffer = context.channel.allocator.buffer(bytes: answer)
        let envelope = AddressedEnvelope(remoteAddress: datagram.remoteAddress, data: buffer)
        context.writeAndFlush(wrapOutboundOut(envelope), promise: nil)
    }

    /// A client that has gone (ICMP port unreachable) is no reason to stop listening.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {}
}
