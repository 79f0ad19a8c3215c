internal import CLinux
internal import CNetlink
internal import Glibc
internal import NetworkPlanning

/// Requests and answers over any netlink socket, with the one builder and the one receive buffer they all share.
final class NetlinkExchange {
    let builder = MessageBuilder()
    /// The kernel fills up to 32 KiB per read of a dump when it is offered as much.
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 * 1024, alignment: 8)

    deinit { buffer.deallocate() }

    /// A failure of one message of a queue.
    struct Failure: Error {
        var step: Int
        var errno: Int32
        var text: String
    }

    /// Bounds of one `send`: the errors of a batch must fit the receive buffer, and the batch the send buffer.
    private static let maximumMessages = 512
    private static let maximumBytes = 128 * 1024

    /// Sends everything in the queue, as few `send` calls as possible, each with the ACK asked for on its last message.
    ///
    /// - Parameter name: says what a step is, where steps are counted (``FaultPoint``): then each message is a `send`
    ///   of its own, in the same order, so that a crash can come between any two.
    /// - Parameter isExcused: asked about each failure; one that is excused is not reported.
    /// - Returns: the failure with the lowest step; later messages of the queue were sent all the same.
    func transmit(
        _ queue: inout MessageQueue, over socket: NetlinkSocket, name: (Int) -> String,
        isExcused: (Failure) -> Bool = { _ in false }
    ) -> Failure? {
        var failure: Failure?
        var start = 0
        while start < queue.entries.count {
            var end = start
            var bytes = 0
            let most = FaultPoint.isActive ? 1 : Self.maximumMessages
            while end < queue.entries.count, end - start < most,
                bytes + queue.entries[end].length <= Self.maximumBytes
            {
                bytes += queue.entries[end].length + Int(NLMSG_ALIGNTO)
                end += 1
            }
            let step = queue.entries[start].step
            let failed = transmit(&queue, start..<end, over: socket, name: name(step), isExcused)
            if let failed, failed.step < failure?.step ?? .max { failure = failed }
            start = end
        }
        return failure
    }

    private func transmit(
        _ queue: inout MessageQueue, _ range: Range<Int>, over socket: NetlinkSocket,
        name: @autoclosure () -> String, _ isExcused: (Failure) -> Bool
    ) -> Failure? {
        let first = socket.reserveSequence(range.count)
        for index in range {
            queue.seal(
                index, sequence: first &+ UInt32(index - range.lowerBound), acknowledged: index == range.upperBound - 1)
        }
        let entries = queue.entries[range]
        let offset = entries[range.lowerBound].offset
        let end = range.upperBound < queue.entries.count ? queue.entries[range.upperBound].offset : queue.bytes.count
        var failure: Failure?
        func record(_ step: Int, _ errno: Int32, _ text: String) {
            let new = Failure(step: step, errno: errno, text: text)
            if step < failure?.step ?? .max, !isExcused(new) { failure = new }
        }
        do throws(SystemCall.Failure) {
            try FaultPoint.change(name()) { () throws(SystemCall.Failure) in
                try socket.send(queue.bytes, offset..<end)
            }
            var isDone = false
            while !isDone, let count = try socket.receive(into: buffer) {
                NetlinkMessage.forEach(in: buffer, count: count) { message in
                    guard let outcome = message.outcome else { return }
                    let position = Int(message.sequence &- first)
                    guard position < range.count else { return }
                    if outcome.errno != 0 {
                        record(entries[range.lowerBound + position].step, outcome.errno, outcome.text)
                    }
                    if position == range.count - 1 { isDone = true }
                }
            }
            if !isDone { record(entries[range.lowerBound].step, ENOBUFS, "the kernel's answer was lost") }
        } catch {
            record(entries[range.lowerBound].step, error.errno, "")
        }
        return failure
    }

    /// Asks one question and hands over what comes back, up to its end; asks again when a change interrupted a dump.
    ///
    /// - Parameters:
    ///   - begin: called before each try; throws away what an interrupted dump had collected.
    ///   - body: called with every message that is neither an error nor the end.
    /// - Throws: the kernel's error; `.interrupted` when no try got through undisturbed.
    func ask<Header: BitwiseCopyable>(
        _ socket: NetlinkSocket, _ operation: String, type: Int, flags: Int32, header: Header,
        attributes: (MessageBuilder) -> Void = { _ in }, begin: () -> Void = {}, _ body: (NetlinkMessage) -> Void
    ) throws(KernelError) {
        for _ in 0..<Self.tries {
            begin()
            var queue = MessageQueue()
            builder.append(to: &queue, step: 0, type: type, flags: flags, header: header, attributes)
            let sequence = socket.reserveSequence(1)
            queue.seal(0, sequence: sequence, acknowledged: flags & NLM_F_DUMP != NLM_F_DUMP)
            var failure: KernelError?
            var isInterrupted = false
            do throws(SystemCall.Failure) {
                try socket.send(queue.bytes, 0..<queue.bytes.count)
                var isDone = false
                while !isDone, let count = try socket.receive(into: buffer) {
                    NetlinkMessage.forEach(in: buffer, count: count) { message in
                        guard message.sequence == sequence else { return }
                        if message.flags & Int32(NLM_F_DUMP_INTR) != 0 { isInterrupted = true }
                        if let outcome = message.outcome {
                            isDone = true
                            guard outcome.errno != 0 else { return }
                            failure = KernelError(errno: outcome.errno, operation, words: outcome.text)
                        } else if message.type == Int(NLMSG_DONE) {
                            isDone = true
                        } else {
                            body(message)
                        }
                    }
                }
                if !isDone { throw SystemCall.Failure(errno: ENOBUFS) }
            } catch {
                throw KernelError(errno: error.errno, operation)
            }
            if let failure { throw failure }
            if !isInterrupted { return }
        }
        throw KernelError(.interrupted, operation, detail: "the kernel's tables kept changing while they were read")
    }

    /// NLM_F_DUMP_INTR means that a change came between two parts; on a lab that somebody is changing a few tries do.
    private static let tries = 16

    /// Reads the messages that have come to a subscribed socket, without waiting.
    func drain(_ socket: NetlinkSocket, _ body: (NetlinkMessage) -> Void) throws(KernelError) {
        do throws(SystemCall.Failure) {
            while let count = try socket.receive(into: buffer) {
                NetlinkMessage.forEach(in: buffer, count: count, body)
            }
        } catch {
            throw KernelError(errno: error.errno, "read netlink notifications")
        }
    }
}

extension KernelError {
    /// An errno with the extended ACK's words put before the C library's.
    init(errno: Int32, _ operation: String, words: String) {
        self.init(errno: errno, operation)
        if !words.isEmpty { detail = "\(words): \(detail)" }
    }
}
