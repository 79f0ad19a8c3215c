internal import CLinux
internal import CNetlink
internal import Glibc
internal import ServiceRouting

// Copying: each direction by itself. Nothing is read that cannot be written on, so the far end's window and not the
// relay's memory holds what is too fast; a FIN goes on after the last byte, and the other direction stays open.
extension TCPRelay {
    private enum Outcome {
        case waiting, postponed, failed

        /// Why nothing more comes out of an end now: it is to wait for its far end, unless it was reset. Then what it
        /// had sent is dropped, as a kernel drops what is still to be sent when a RST comes.
        static func blocked(_ source: RelayEnd) -> Outcome { source.isBroken ? .failed : .waiting }
    }

    /// Moves what can be moved now, and ends the connection when both directions have.
    func copyBothWays(on worker: RelayWorker) {
        let up = copy(from: clientEnd, to: backendEnd, on: worker)
        guard up != .failed else { return close(.reset, on: worker) }
        let down = copy(from: backendEnd, to: clientEnd, on: worker)
        guard down != .failed else { return close(.reset, on: worker) }
        if clientEnd.isFinished && backendEnd.isFinished { return close(.closed, on: worker) }
        if up == .postponed || down == .postponed, !isPostponed {
            isPostponed = true
            worker.postpone(self)
        }
    }

    private func copy(from source: RelayEnd, to sink: RelayEnd, on worker: RelayWorker) -> Outcome {
        if source.isFinished { return .waiting }
        // One megabyte, then another connection's turn.
        for _ in 0..<16 {
            if let pending = source.pending {
                guard sink.isWritable else { return .blocked(source) }
                let count = pending.end - pending.start
                let written = write(pending.buffer + pending.start, count, to: sink)
                guard written >= 0 else { return .failed }
                guard written == count else {
                    source.pending?.start += written
                    return .blocked(source)
                }
                source.pending = nil
                worker.giveBack(pending.buffer)
            }
            guard source.isReadable, sink.isWritable else { return .blocked(source) }
            let received = recv(source.descriptor, worker.buffers.scratch, BufferPool.size, 0)
            if received < 0 {
                if errno == EINTR { continue }
                guard errno == EAGAIN else { return .failed }
                source.isReadable = false
                if sink.isHeld {
                    // Pushes what was held back for more, of which there is none.
                    SocketOptions.set(sink.descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
                    sink.isHeld = false
                }
                return .waiting
            }
            if received == 0 {
                source.isFinished = true
                return shutdown(sink.descriptor, Int32(SHUT_WR)) == 0 || errno == ENOTCONN ? .waiting : .failed
            }
            source.received += UInt64(received)
            let written = write(worker.buffers.scratch, received, to: sink, hold: received == BufferPool.size)
            guard written >= 0 else { return .failed }
            if written < received {
                source.pending = (worker.takeScratch(), written, received)
                return .blocked(source)
            }
            // Edge-triggered: what comes after a short read has an event of its own, unless that was told already.
            if received < BufferPool.size && !source.isEnding {
                source.isReadable = false
                return .waiting
            }
        }
        return .postponed
    }

    /// How much was taken; -1 when the connection failed. A part only means that the send buffer is full.
    ///
    /// - Parameter hold: a full buffer was read, so that more is on its way: its tail, which fills no segment, waits
    ///   for the next write instead of becoming a small packet of its own.
    private func write(_ bytes: UnsafeMutableRawPointer, _ count: Int, to sink: RelayEnd, hold: Bool = false) -> Int {
        let flags = Int32(MSG_NOSIGNAL) | (hold ? Int32(MSG_MORE) : 0)
        while true {
            let written = send(sink.descriptor, bytes, count, flags)
            sink.isHeld = hold
            if written == count { return written }
            if written >= 0 || errno == EAGAIN {
                sink.isWritable = false
                return max(written, 0)
            }
            if errno != EINTR { return -1 }
        }
    }
}
