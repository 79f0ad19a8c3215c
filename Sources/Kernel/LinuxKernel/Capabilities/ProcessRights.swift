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

    /// The capabilities in force, as bits; none when /proc does not say.
    static var effectiveSet: UInt64 { read("CapEff:") }

    /// Those that could be put in force.
    static var permittedSet: UInt64 { read("CapPrm:") }

    private static func read(_ name: String) -> UInt64 {
        let descriptor = FileDescriptor(owning: open("/proc/thread-self/status", O_RDONLY | O_CLOEXEC))
        var buffer = [UInt8](repeating: 0, count: 8192)
        let count = max(0, Glibc.read(descriptor.rawValue, &buffer, buffer.count))
        for line in String(decoding: buffer[..<count], as: UTF8.self).split(separator: "\n") {
            guard line.hasPrefix(name) else { continue }
            return UInt64(line.dropFirst(name.count).filter { !$0.isWhitespace }, radix: 16) ?? 0
        }
        return 0
    }
}
