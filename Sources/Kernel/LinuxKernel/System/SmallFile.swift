internal import CLinux
internal import Glibc
package import NetworkPlanning

/// Small files read and written whole.
package enum SmallFile {
    /// The bytes of a file.
    ///
    /// - Throws: `.notFound`, `.notPermitted` or what reading answered.
    package static func read(_ path: String) throws(KernelError) -> [UInt8] {
        do throws(SystemCall.Failure) {
            let file = FileDescriptor(owning: try SystemCall.check { Glibc.open(path, O_RDONLY | O_CLOEXEC) })
            return try readAll(file.rawValue)
        } catch {
            throw KernelError(errno: error.errno, "read \(path)")
        }
    }

    /// Replaces a file by one of mode 0600, or leaves the old one: written beside it, then renamed over it.
    ///
    /// - Throws: `.exhausted` on a full disk, or what writing answered.
    package static func write(_ bytes: [UInt8], to path: String) throws(KernelError) {
        let temporary = path + ".new"
        do throws(SystemCall.Failure) {
            let flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW
            let file = FileDescriptor(owning: try SystemCall.check { Glibc.open(temporary, flags, 0o600) })
            try writeAll(bytes, to: file.rawValue)
            try SystemCall.check { rename(temporary, path) }
        } catch {
            unlink(temporary)
            throw KernelError(errno: error.errno, "write \(path)")
        }
    }

    /// Makes a directory of mode 0700, and those above it that are missing.
    package static func makeDirectory(_ path: String) throws(KernelError) {
        if mkdir(path, 0o700) == 0 || Glibc.errno == EEXIST { return }
        let code = Glibc.errno
        if code == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex {
            try makeDirectory(String(path[..<slash]))
            if mkdir(path, 0o700) == 0 || Glibc.errno == EEXIST { return }
        }
        throw KernelError(errno: code, "make directory \(path)")
    }

    /// The names in a directory, sorted; none when it is missing.
    package static func names(in path: String) -> [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    static func readAll(_ descriptor: Int32, limit: Int = .max) throws(SystemCall.Failure) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while bytes.count < limit {
            let count = try SystemCall.check { Glibc.read(descriptor, &chunk, chunk.count) }
            if count == 0 { break }
            bytes += chunk[..<count]
        }
        return bytes
    }

    static func writeAll(_ bytes: [UInt8], to descriptor: Int32) throws(SystemCall.Failure) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = try SystemCall.check {
                rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            }
            rest = rest.dropFirst(count)
        }
    }
}
