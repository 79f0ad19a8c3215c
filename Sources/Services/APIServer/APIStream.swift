internal import NIOCore
internal import NIOHTTP1
internal import Synchronization

/// An answer that goes on: what is sent arrives in order, until one side ends it.
package final class APIStream: Sendable {
    private let channel: any Channel
    private let pending = Atomic<Int>(0)
    private let isOver = Atomic<Bool>(false)
    private let keepsAlive: Bool

    /// Bytes that may wait for a client that does not read; more, and it is let go of: it can come again.
    private static let patience = 8 << 20

    init(_ channel: any Channel, keepsAlive: Bool) {
        self.channel = channel
        self.keepsAlive = keepsAlive
        channel.closeFuture.whenComplete { [weak self] _ in self?.isOver.store(true, ordering: .releasing) }
    }

    /// Whether nobody listens any more.
    package var isClosed: Bool { isOver.load(ordering: .acquiring) }

    /// - Returns: false when the client is gone, or was too slow and has been let go of.
    @discardableResult
    package func send(_ bytes: [UInt8]) -> Bool {
        if isClosed { return false }
        guard pending.add(bytes.count, ordering: .relaxed).newValue <= Self.patience else {
            isOver.store(true, ordering: .releasing)
            channel.close(promise: nil)
            return false
        }
        let promise = channel.eventLoop.makePromise(of: Void.self)
        promise.futureResult.whenComplete { [self] _ in pending.subtract(bytes.count, ordering: .relaxed) }
        channel.writeAndFlush(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(bytes: bytes))), promise: promise)
        return true
    }

    /// Ends the answer; the connection stays for the next request where the client wants it.
    package func finish() {
        guard !isOver.exchange(true, ordering: .acquiringAndReleasing) else { return }
        let promise = channel.eventLoop.makePromise(of: Void.self)
        if !keepsAlive { promise.futureResult.whenComplete { [channel] _ in channel.close(promise: nil) } }
        channel.writeAndFlush(HTTPServerResponsePart.end(nil), promise: promise)
    }

    /// Calls `body` once the connection is gone.
    package func whenClosed(_ body: @escaping @Sendable () -> Void) {
        channel.closeFuture.whenComplete { _ in body() }
    }
}
