internal import CLinux
internal import Glibc

/// A process told apart from a later one with the same number by the time it started.
package struct ProcessIdentity: Hashable, Sendable, Codable {
    package let pid: Int32
    /// Field 22 of /proc/PID/stat: clock ticks since boot.
    package let startTime: UInt64

    /// The process with this number as it is now; nil when there is none.
    package init?(pid: Int32) {
        guard let startTime = Self.startTime(of: pid) else { return nil }
        self.pid = pid
        self.startTime = startTime
    }

    package static var current: ProcessIdentity? { ProcessIdentity(pid: getpid()) }

    /// Whether it still runs. A zombie does not.
    package var isAlive: Bool { Self.startTime(of: pid) == startTime }

    /// Sends a signal if it is still the same process.
    package func send(signal: Int32) {
        if isAlive { kill(pid, signal) }
    }

    private static func startTime(of pid: Int32) -> UInt64? {
        guard let bytes = try? StateFile.read("/proc/\(pid)/stat"),
            let nameEnd = bytes.lastIndex(of: UInt8(ascii: ")"))
        else { return nil }
        // After the name in brackets, which may hold anything, comes the state as field 3.
        let fields = bytes[(nameEnd + 1)...].split(separator: UInt8(ascii: " "))
        guard fields.count > 19, fields[0].first != UInt8(ascii: "Z") else { return nil }
        return UInt64(String(decoding: fields[19], as: UTF8.self))
    }
}
