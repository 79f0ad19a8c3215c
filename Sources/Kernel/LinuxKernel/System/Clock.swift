internal import CLinux
internal import Glibc

/// The two clocks of the kernel, in seconds.
package enum Clock {
    /// Seconds since the epoch.
    package static func wall() -> Double { read(CLOCK_REALTIME) }

    /// Seconds since the boot; never goes back.
    package static func monotonic() -> Double { read(CLOCK_MONOTONIC) }

    private static func read(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
