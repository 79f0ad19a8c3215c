/// Deadlines of one worker: a queue for each delay in use. The relay has few different delays, and among equal delays
/// the first asked for is the first due, so no heap is needed and a deadline costs an append.
struct RelayTimers {
    private struct Deadline {
        let time: Double
        let handler: EventHandler
        let serial: UInt64
    }

    private struct Queue {
        let delay: Double
        var deadlines: [Deadline] = []
        var first = 0
    }

    private var queues: [Queue] = []

    /// Remembers a call. It cannot be taken back: the handler compares the serial with what it waits for now.
    mutating func add(_ handler: EventHandler, now: Double, delay: Double, serial: UInt64) {
        let deadline = Deadline(time: now + delay, handler: handler, serial: serial)
        if let index = queues.firstIndex(where: { $0.delay == delay }) {
            queues[index].deadlines.append(deadline)
        } else {
            queues.append(Queue(delay: delay, deadlines: [deadline]))
        }
    }

    /// How long epoll may sleep: -1 for ever, otherwise rounded up so that it does not wake too early.
    func milliseconds(now: Double) -> Int32 {
        var earliest = Double.infinity
        for queue in queues where queue.first < queue.deadlines.count {
            earliest = min(earliest, queue.deadlines[queue.first].time)
        }
        return earliest == .infinity ? -1 : Int32(max(0, ((earliest - now) * 1000).rounded(.up)))
    }

    /// The next call that is due, or nil.
    mutating func popDue(now: Double) -> (handler: EventHandler, serial: UInt64)? {
        for index in queues.indices {
            let first = queues[index].first
            guard first < queues[index].deadlines.count, queues[index].deadlines[first].time <= now else { continue }
            let due = queues[index].deadlines[first]
            queues[index].first += 1
            if queues[index].first * 2 > queues[index].deadlines.count {
                queues[index].deadlines.removeFirst(queues[index].first)
                queues[index].first = 0
            }
            return (due.handler, due.serial)
        }
        return nil
    }
}
