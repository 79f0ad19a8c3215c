internal import CLinux
internal import Glibc

/// The two clocks of the kernel, in seconds.
package enum Clock {
    /// Seconds since the epoch.
    package static func wall() -> Double { read(CLOCK_REALTIME) }

    /// Seconds since the boot; never goes back.
    package static func monotonic() -> Double { read(CLOCK_MONOTONIC) }

    /// A wall time as `ip -ts monitor` prints it, in the local time zone: `2024-05-03T10:20:30.123456`.
    package static func localText(_ wall: Double) -> String {
        let micros = Int((wall * 1e6).rounded())
        var seconds = time_t(micros / 1_000_000)
        var parts = tm()
        localtime_r(&seconds, &parts)
        func padded(_ number: Int, _ width: Int) -> String {
            let text = "\(number)"
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        let date = [Int(parts.tm_year) + 1900, Int(parts.tm_mon) + 1, Int(parts.tm_mday)].map { padded($0, 2) }
        let clock = [parts.tm_hour, parts.tm_min, parts.tm_sec].map { padded(Int($0), 2) }
        return date.joined(separator: "-") + "T" + clock.joined(separator: ":") + "." + padded(micros % 1_000_000, 6)
    }

    private static func read(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
