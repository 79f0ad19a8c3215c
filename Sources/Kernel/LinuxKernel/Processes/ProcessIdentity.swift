internal import CLinux
internal import Glibc
package import NetworkPlanning

/// A process that cannot be mistaken for another one: its number, and when the kernel started it.
///
/// Numbers are used again. Field 22 of /proc/PID/stat (clock ticks since boot) tells two holders of one apart.
package struct ProcessIdentity: Hashable, Sendable, Codable {
    package let pid: Int32
    /// Clock ticks between the boot and the start of the process.
    package let startTime: UInt64

    package init(pid: Int32, startTime: UInt64) {
        self.pid = pid
        self.startTime = startTime
    }

    /// The process that has this number now; nil when none has.
    package init?(current pid: Int32) {
        guard let startTime = Self.startTime(of: pid) else { return nil }
        self.init(pid: pid, startTime: startTime)
    }

    /// Whether the process still exists, a zombie included.
    package var exists: Bool { Self.startTime(of: pid) == startTime }

    /// A descriptor that is readable once the process has ended; nil when it is gone already.
    ///
    /// The start time is compared after the descriptor is open, so it cannot be of a later process.
    package func open() -> FileDescriptor? {
        let raw = pidfd_open(pid, 0)
        guard raw >= 0 else { return nil }
        let descriptor = FileDescriptor(owning: raw)
        guard exists else { return nil }
        return descriptor
    }

    /// Sends a signal to this process and to no other; false when it has ended.
    ///
    /// - Throws: `.notPermitted`.
    @discardableResult
    package func signal(_ signal: Int32) throws(KernelError) -> Bool {
        guard let descriptor = open() else { return false }
        do throws(SystemCall.Failure) {
            try FaultPoint.change("send signal \(signal) to process \(pid)") { () throws(SystemCall.Failure) in
                try SystemCall.check { pidfd_send_signal(descriptor.rawValue, signal, nil, 0) }
            }
            return true
        } catch {
            if error.errno == ESRCH { return false }
            throw KernelError(errno: error.errno, "send signal \(signal) to process \(pid)")
        }
    }

    /// Waits until the process has ended; false when it has not after `timeout` seconds.
    package func waitForEnd(timeout: Double) -> Bool {
        guard let descriptor = open() else { return true }
        return Poll.wait(descriptor.rawValue, for: Int16(POLLIN), until: Clock.monotonic() + timeout)
    }

    /// Field 22 of /proc/PID/stat, counted from the last `)`: the name before it may hold anything.
    private static func startTime(of pid: Int32) -> UInt64? {
        guard let bytes = try? StateFile.read("/proc/\(pid)/stat"), let end = bytes.lastIndex(of: UInt8(ascii: ")"))
        else { return nil }
        let fields = bytes[(end + 1)...].split(separator: UInt8(ascii: " "))
        guard fields.count > 19 else { return nil }
        return UInt64(String(decoding: fields[19], as: UTF8.self))
    }
}
