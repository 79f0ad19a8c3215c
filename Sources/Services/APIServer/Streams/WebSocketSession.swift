internal import NIOCore
internal import NIOWebSocket

/// A session over WebSocket: remotecommand's channels (v4 and v5), where the first byte of a message names the stream, a
/// tunnel for SPDY frames, or channels that are connections to ports.
final class WebSocketSession: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    /// A message's own limit; clients send 32 KiB at a time.
    static let maximumFrame = 4 << 20

    enum Content {
        case command(RemoteCommandSession)
        case tunnel(SPDYSession)
        case ports(PortChannels)
    }

    private let content: Content

    init(_ content: Content) { self.content = content }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        switch frame.opcode {
        case .binary, .text, .continuation: receive(Array(frame.unmaskedData.readableBytesView))
        case .ping:
            context.writeAndFlush(
                wrapOutboundOut(WebSocketFrame(fin: true, opcode: .pong, data: frame.unmaskedData)), promise: nil)
        case .connectionClose:
            let promise = context.eventLoop.makePromise(of: Void.self)
            let channel = context.channel
            promise.futureResult.whenComplete { _ in channel.close(promise: nil) }
            context.writeAndFlush(
                wrapOutboundOut(WebSocketFrame(fin: true, opcode: .connectionClose, data: frame.unmaskedData)),
                promise: promise)
        default: break
        }
    }

    private func receive(_ bytes: [UInt8]) {
        switch content {
        case .tunnel(let session): session.receive(bytes)
        case .ports(let channels): channels.receive(bytes)
        case .command(let session):
            guard let first = bytes.first else { return }
            if first == 255 {
                // v5: the end of a stream.
                if bytes.count > 1, bytes[1] == 0 { session.closeInput() }
            } else if let stream = RemoteCommandSession.Stream(rawValue: first) {
                session.receive(stream, Array(bytes.dropFirst()))
            }
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        switch content {
        case .command(let session): session.end()
        case .tunnel(let session): session.end()
        case .ports(let channels): channels.end()
        }
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
