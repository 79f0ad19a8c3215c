internal import CLinux
internal import Glibc

/// Waiting for one descriptor.
enum Poll {
    /// True once one of the events, an error or a hang-up stands; false when `deadline` (monotonic seconds) passed.
    static func wait(_ descriptor: Int32, for events: Int16, until deadline: Double) -> Bool {
        var entry = pollfd(fd: descriptor, events: events, revents: 0)
        while true {
            let left = max(0, deadline - Clock.monotonic())
            let count = poll(&entry, 1, Int32(min(left * 1000, 1e9).rounded(.up)))
            if count > 0 { return true }
            if count == 0 && Clock.monotonic() >= deadline { return false }
            if count < 0 && Glibc.errno != EINTR { return true }
        }
    }
}
