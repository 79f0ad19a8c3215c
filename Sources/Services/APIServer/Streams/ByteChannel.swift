internal import Dispatch
internal import NIOCore
internal import NIOWebSocket
internal import Synchronization

/// Writes to a connection from any thread, and holds the writer up while the client does not read.
final class ByteChannel: Sendable {
    private struct State {
        var pending = 0
        var isClosed = false
    }

    private let channel: any Channel
    private let state = Mutex(State())
    private let room = DispatchSemaphore(value: 0)
    private let form: Form
    /// Bytes under way to a client before a writer waits.
    private static let patience = 1 << 20

    /// What bytes are wrapped in.
    enum Form: Sendable { case webSocket, plain }

    init(_ channel: any Channel, _ form: Form) {
        self.channel = channel
        self.form = form
        channel.closeFuture.whenComplete { [weak self] _ in
            self?.state.withLock { $0.isClosed = true }
            self?.room.signal()
        }
    }

    /// Blocks while too much is under way; never on the connection's own thread.
    ///
    /// - Returns: false when the client is gone.
    @discardableResult
    func write(_ bytes: [UInt8]) -> Bool {
        while true {
            let (isClosed, hasRoom) = state.withLock { ($0.isClosed, $0.pending <= Self.patience) }
            if isClosed { return false }
            if hasRoom { break }
            _ = room.wait(timeout: .now() + 0.1)
        }
        writeAtOnce(bytes)
        return true
    }

    /// For answers that are small: does not wait.
    func writeAtOnce(_ bytes: [UInt8], thenClose: Bool = false) {
        state.withLock { $0.pending += bytes.count }
        let promise = channel.eventLoop.makePromise(of: Void.self)
        promise.futureResult.whenComplete { [self] _ in
            state.withLock { $0.pending -= bytes.count }
            room.signal()
            if thenClose { channel.close(promise: nil) }
        }
        let buffer = channel.allocator.buffer(bytes: bytes)
        switch form {
        case .webSocket:
            channel.writeAndFlush(WebSocketFrame(fin: true, opcode: .binary, data: buffer), promise: promise)
        case .plain: channel.writeAndFlush(buffer, promise: promise)
        }
    }

    /// Closes a WebSocket with this for a reason, and the connection once that is out.
    func writeLast(_ reason: [UInt8]) {
        channel.eventLoop.execute { [channel] in
            let promise = channel.eventLoop.makePromise(of: Void.self)
            promise.futureResult.whenComplete { _ in channel.close(promise: nil) }
            let frame = WebSocketFrame(
                fin: true, opcode: .connectionClose, data: channel.allocator.buffer(bytes: reason))
            channel.writeAndFlush(frame, promise: promise)
        }
    }

    func close() { channel.close(promise: nil) }

    /// Whether more is read from the client.
    func read(_ wanted: Bool) { channel.setOption(.autoRead, value: wanted).whenComplete { _ in } }
}
