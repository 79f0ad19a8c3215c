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
    /// Below this it is time for more.
    private static let drained = 64 << 10
    private let onDrained = Mutex<(@Sendable () -> Void)?>(nil)

    init(_ channel: any Channel, keepsAlive: Bool) {
        self.channel = channel
        self.keepsAlive = keepsAlive
        channel.closeFuture.whenComplete { [weak self] _ in self?.isOver.store(true, ordering: .releasing) }
    }

    /// Whether nobody listens any more.
    package var isClosed: Bool { isOver.load(ordering: .acquiring) }

    /// - Returns: false when the client is gone, or was too slow and has been let go of.
    @discardableResult
    package func send(_ bytes: [UInt8]) -> Bool { send(ByteBuffer(bytes: bytes)) }

    /// ``send(_:)`` for bytes that several clients may share.
    ///
    /// - Parameter isBeginning: it was asked for as a whole, and may be as much as it is.
    @discardableResult
    func send(_ bytes: ByteBuffer, isBeginning: Bool = false) -> Bool {
        if isClosed { return false }
        let count = bytes.readableBytes
        guard pending.add(count, ordering: .relaxed).newValue <= Self.patience || isBeginning else {
            abandon()
            return false
        }
        let promise = channel.eventLoop.makePromise(of: Void.self)
        promise.futureResult.whenComplete { [self] _ in
            let (before, now) = pending.subtract(count, ordering: .relaxed)
            if before > Self.drained, now <= Self.drained { onDrained.withLock { $0 }?() }
        }
        channel.writeAndFlush(HTTPServerResponsePart.body(.byteBuffer(bytes)), promise: promise)
        return true
    }

    /// Bytes that were sent and that the client has not taken.
    var waiting: Int { pending.load(ordering: .relaxed) }

    /// Calls `body` whenever little is left to be taken; on the connection's thread, so it should only wake somebody.
    func whenDrained(_ body: @escaping @Sendable () -> Void) { onDrained.withLock { $0 = body } }

    /// Lets go of a client, whatever it is still to be sent.
    func abandon() {
        isOver.store(true, ordering: .releasing)
        channel.close(promise: nil)
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
