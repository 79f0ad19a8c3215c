internal import Dispatch
internal import Glibc

/// Time as pods see it, so that tests can let ten minutes pass at once.
package protocol WorkloadClock: Sendable {
    /// Seconds since the epoch.
    var now: Double { get }

    /// Calls the body once `now` has reached a time, on a thread that has not entered a namespace.
    func call(at time: Double, _ body: @escaping @Sendable () -> Void)
}

/// The time of day.
package struct SystemClock: WorkloadClock {
    private let queue = DispatchQueue(label: "netlab.workloads.clock")

    package init() {}

    package var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    package func call(at time: Double, _ body: @escaping @Sendable () -> Void) {
        queue.asyncAfter(deadline: .now() + max(0, time - now), execute: body)
    }
}
