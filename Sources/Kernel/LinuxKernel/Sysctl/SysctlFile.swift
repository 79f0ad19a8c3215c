internal import CLinux
internal import Glibc
internal import NetworkPlanning

/// One sysctl below `net.`, read and written through /proc/sys from a thread inside the namespace it is about.
///
/// The kernel shows in /proc/sys/net the network namespace of the task that looks, whichever /proc it is.
struct SysctlFile {
    let name: String
    private let path: String

    /// - Parameter name: dotted; a dot inside an interface's name is written as `/`, as sysctl(8) has it.
    /// - Throws: `.invalid` for a name outside `net.`, which would change the machine and not the lab.
    init(_ name: String) throws(KernelError) {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count >= 2, parts[0] == "net", !parts.contains(""), !name.contains("\0"), !name.contains("//"),
            !name.hasPrefix("/"), !name.hasSuffix("/")
        else {
            throw KernelError(
                .invalid, "use sysctl \(name)", detail: "not a name like net.ipv4.ip_forward",
                advice: "only sysctls of a network namespace can be set in a lab")
        }
        self.name = name
        path =
            "/proc/sys/"
            + String(name.map { character in character == "." ? "/" : character == "/" ? "." : character })
    }

    /// The value with runs of white space as one blank; nil when this kernel has no such sysctl.
    func read() throws(KernelError) -> String? {
        let descriptor = FileDescriptor(owning: open(path, O_RDONLY | O_CLOEXEC))
        guard descriptor.rawValue >= 0 else {
            if errno == ENOENT { return nil }
            throw KernelError(errno: errno, "read sysctl \(name)")
        }
        var buffer = [UInt8](repeating: 0, count: 4096)
        do throws(SystemCall.Failure) {
            let count = try SystemCall.check { Glibc.read(descriptor.rawValue, &buffer, buffer.count) }
            return Self.words(String(decoding: buffer.prefix(count), as: UTF8.self))
        } catch {
            throw KernelError(errno: error.errno, "read sysctl \(name)")
        }
    }

    func write(_ value: String, _ operation: String) throws(KernelError) {
        do throws(SystemCall.Failure) {
            let descriptor = FileDescriptor(
                owning: try SystemCall.check { open(path, O_WRONLY | O_CLOEXEC) })
            var text = value
            try FaultPoint.change(operation) { () throws(SystemCall.Failure) in
                try SystemCall.check { text.withUTF8 { Glibc.write(descriptor.rawValue, $0.baseAddress, $0.count) } }
            }
        } catch {
            throw KernelError(errno: error.errno, operation)
        }
    }

    private static func words(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
