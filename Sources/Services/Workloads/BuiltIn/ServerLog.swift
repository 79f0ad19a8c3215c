internal import Glibc

/// Lines on standard error as Go's log package writes them: `2022/12/01 10:00:00 Server listening on port 8080`, UTC.
enum ServerLog {
    static func write(_ message: String) {
        let line = Array("\(stamp(time(nil))) \(message)\n".utf8)
        _ = Glibc.write(2, line, line.count)
    }

    /// `2022/12/01 10:00:00`.
    static func stamp(_ seconds: Int) -> String {
        let date = utc(seconds)
        return "\(date.tm_year + 1900)/\(two(date.tm_mon + 1))/\(two(date.tm_mday)) \(clock(date))"
    }

    /// `Thu, 01 Dec 2022 10:00:00 GMT`, the Date header of HTTP (RFC 9110 5.6.7).
    static func httpDate(_ seconds: Int) -> String {
        let date = utc(seconds)
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let day = "\(days[Int(date.tm_wday)]), \(two(date.tm_mday)) \(months[Int(date.tm_mon)])"
        return "\(day) \(date.tm_year + 1900) \(clock(date)) GMT"
    }

    private static func utc(_ seconds: Int) -> tm {
        var seconds = seconds
        var date = tm()
        gmtime_r(&seconds, &date)
        return date
    }

    private static func clock(_ date: tm) -> String { "\(two(date.tm_hour)):\(two(date.tm_min)):\(two(date.tm_sec))" }

    private static func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
}

/// The host name of the UTS namespace the process is in: a pod's name.
enum HostName {
    static func current() -> String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count) == 0 else { return "" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
