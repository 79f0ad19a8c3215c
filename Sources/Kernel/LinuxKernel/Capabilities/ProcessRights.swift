internal import CLinux
internal import Glibc

/// The capabilities(7) netlab works with.
enum ProcessRights {
    private static let needed: [(name: String, bit: UInt64)] = [
        ("CAP_NET_ADMIN", 12), ("CAP_NET_RAW", 13), ("CAP_SYS_ADMIN", 21),
    ]

    /// Those the process has not got; all of them when /proc does not say.
    static var missing: [String] {
        let effective = effectiveSet
        return needed.filter { effective & (1 << $0.bit) == 0 }.map(\.name)
    }

    private static var effectiveSet: UInt64 {
        let descriptor = FileDescriptor(owning: open("/proc/self/status", O_RDONLY | O_CLOEXEC))
        var buffer = [UInt8](repeating: 0, count: 8192)
        let count = max(0, read(descriptor.rawValue, &buffer, buffer.count))
        for line in String(decoding: buffer[..<count], as: UTF8.self).split(separator: "\n") {
            guard line.hasPrefix("CapEff:") else { continue }
            return UInt64(line.dropFirst(7).filter { !$0.isWhitespace }, radix: 16) ?? 0
        }
        return 0
    }
}
