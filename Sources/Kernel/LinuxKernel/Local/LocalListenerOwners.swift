internal import Glibc

/// Who listens on a local socket, whatever became of its file.
package enum LocalListenerOwners {
    /// The processes that hold a listening socket bound to the path, as the kernel remembers it: a daemon whose state
    /// directory was deleted can still be found. Only sockets of the caller's network namespace are seen.
    package static func find(path: String) -> [ProcessIdentity] {
        let sockets = Set(listeningInodes(path).map { "socket:[\($0)]" })
        guard !sockets.isEmpty else { return [] }
        return StateFile.list("/proc").compactMap { Int32($0) }.sorted().compactMap { pid in
            guard let process = ProcessIdentity(current: pid) else { return nil }
            let directory = "/proc/\(pid)/fd"
            let holds = StateFile.list(directory).contains { sockets.contains(target(of: "\(directory)/\($0)")) }
            return holds ? process : nil
        }
    }

    /// Lines of /proc/net/unix: `Num RefCount Protocol Flags Type St Inode Path`; flag 0x10000 is SO_ACCEPTCON.
    private static func listeningInodes(_ path: String) -> [String] {
        guard let bytes = try? StateFile.read("/proc/net/unix") else { return [] }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ", maxSplits: 7, omittingEmptySubsequences: true)
            guard fields.count == 8, fields[7] == path, let flags = UInt32(fields[3], radix: 16) else { return nil }
            return flags & 0x10000 != 0 ? String(fields[6]) : nil
        }
    }

    private static func target(of link: String) -> String {
        var buffer = [CChar](repeating: 0, count: 64)
        let count = readlink(link, &buffer, buffer.count)
        return String(decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
