internal import Glibc
internal import Synchronization

/// Whether somebody wants the run to end: Ctrl-C, or a pipeline that is cancelled. What was brought up is taken down
/// first, so nothing but a note may happen when the signal comes.
enum Interruption {
    private static let received = Atomic<Int32>(0)

    /// Notes SIGINT and SIGTERM from now on, which end the program no more.
    static func watch() {
        // Made before a signal can come: making it is more than a signal handler may do.
        received.store(0, ordering: .relaxed)
        for number in [SIGINT, SIGTERM] {
            signal(number) { Interruption.received.store($0, ordering: .relaxed) }
        }
    }

    static var isRequested: Bool { received.load(ordering: .relaxed) != 0 }

    /// As a shell has it: 128 and the signal's number; nil when none came.
    static var exitCode: Int32? {
        let number = received.load(ordering: .relaxed)
        return number == 0 ? nil : 128 + number
    }
}
