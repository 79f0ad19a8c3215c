internal import ServiceRouting
internal import Synchronization

/// The newest flows of one worker: a ring that forgets the oldest rather than grow.
final class FlowLog: Sendable {
    private struct Ring {
        var records: [FlowRecord] = []
        /// Where the oldest stands once the ring is full.
        var oldest = 0
    }

    private let capacity: Int
    private let ring = Mutex(Ring())

    init(capacity: Int) { self.capacity = capacity }

    func append(_ record: FlowRecord) {
        ring.withLock { ring in
            if ring.records.count < capacity {
                ring.records.append(record)
            } else {
                ring.records[ring.oldest] = record
                ring.oldest = (ring.oldest + 1) % capacity
            }
        }
    }

    /// Takes all out, oldest first.
    func drain() -> [FlowRecord] {
        let taken = ring.withLock { ring in
            defer { ring = Ring() }
            return ring
        }
        return Array(taken.records[taken.oldest...] + taken.records[..<taken.oldest])
    }
}
