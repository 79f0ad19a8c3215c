internal import CLinux
internal import Glibc
package import NetworkPlanning

/// Small files, such as those under /run/netlab: written for root alone, whole or not at all, and read whole.
package enum StateFile {
    /// Makes a directory with mode 0700, and its parents; one that exists stays as it is.
    package static func makeDirectory(_ path: String, lane: FaultPoint.Lane = .own) throws(KernelError) {
        var prefix = ""
        for part in path.split(separator: "/") {
            prefix += "/" + part
            if isDirectory(prefix) { continue }
            do throws(SystemCall.Failure) {
                try FaultPoint.change("make the directory \(prefix)", lane: lane) { () throws(SystemCall.Failure) in
                    try SystemCall.check { mkdir(prefix, 0o700) }
                }
            } catch {
                // Another process may have been quicker.
                if error.errno == EEXIST, isDirectory(prefix) { continue }
                throw KernelError(
                    errno: error.errno, "make the directory \(prefix)", advice: advice(for: error.errno))
            }
        }
    }

    /// Puts these bytes in place of the file's, so that a reader or a crash sees the old ones or the new ones.
    ///
    /// The mode is 0600 whatever the umask.
    ///
    /// - Parameter isShown: mode 0644, for a file that is mounted where any user of a container or a node reads it.
    package static func write(
        _ bytes: [UInt8], to path: String, isShown: Bool = false, lane: FaultPoint.Lane = .own
    ) throws(KernelError) {
        let draft = path + ".new"
        let mode: mode_t = isShown ? 0o644 : 0o600
        do throws(SystemCall.Failure) {
            try FaultPoint.change("write \(draft)", lane: lane) { () throws(SystemCall.Failure) in
                let file = FileDescriptor(
                    owning: try SystemCall.check {
                        open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
                    })
                // The umask may have taken bits away, and a draft that a crash left keeps the mode it has.
                try SystemCall.check { fchmod(file.rawValue, mode) }
                try writeAll(bytes, to: file.rawValue)
            }
            try FaultPoint.change("rename to \(path)", lane: lane) { () throws(SystemCall.Failure) in
                try SystemCall.check { rename(draft, path) }
            }
        } catch {
            unlink(draft)
            throw KernelError(errno: error.errno, "write \(path)", advice: advice(for: error.errno))
        }
    }

    /// The file's bytes; nil when there is no such file.
    package static func read(_ path: String) throws(KernelError) -> [UInt8]? {
        do throws(SystemCall.Failure) {
            let file = FileDescriptor(owning: try SystemCall.check { open(path, O_RDONLY | O_CLOEXEC) })
            var bytes: [UInt8] = []
            // Small at first: most files are, and hundreds below /proc are read at every start.
            var chunk = [UInt8](repeating: 0, count: 4 << 10)
            while true {
                let count = try SystemCall.check { Glibc.read(file.rawValue, &chunk, chunk.count) }
                if count == 0 { return bytes }
                bytes += chunk[..<count]
                if bytes.count == 4 << 10 { chunk = [UInt8](repeating: 0, count: 64 << 10) }
            }
        } catch {
            if error.errno == ENOENT || error.errno == ENOTDIR { return nil }
            throw KernelError(errno: error.errno, "read \(path)")
        }
    }

    /// The names in a directory, sorted, without `.` and `..`; empty when it cannot be read.
    package static func list(_ path: String) -> [String] {
        (try? DirectoryListing.names(in: path)) ?? []
    }

    /// Whether it is a directory, not following a symbolic link.
    package static func isDirectory(_ path: String) -> Bool {
        var facts = stat()
        return lstat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFDIR
    }

    /// Whether there is such a file or directory.
    package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Whether this user may execute the file.
    package static func isExecutable(_ path: String) -> Bool { access(path, X_OK) == 0 }

    /// Removes a file or a directory with all it holds. Symbolic links are removed, never followed. It is no error
    /// when there is none.
    ///
    /// - Throws: the first thing that could not be removed; what comes after it is still there.
    package static func removeAll(_ path: String) throws(KernelError) {
        let isDirectory = isDirectory(path)
        if !isDirectory, !isThere(path) { return }
        if isDirectory { for name in list(path) { try removeAll("\(path)/\(name)") } }
        do throws(SystemCall.Failure) {
            try FaultPoint.change("remove \(path)") { () throws(SystemCall.Failure) in
                try SystemCall.check { isDirectory ? rmdir(path) : unlink(path) }
            }
        } catch {
            if error.errno == ENOENT, !isThere(path) { return }
            throw KernelError(errno: error.errno, "remove \(path)")
        }
    }

    /// Whether there is anything of this name, a symbolic link that leads nowhere included.
    private static func isThere(_ path: String) -> Bool {
        var facts = stat()
        return lstat(path, &facts) == 0
    }

    /// Removes a directory, unless something is in it or it is gone already.
    package static func removeIfEmpty(_ path: String) throws(KernelError) {
        guard isDirectory(path), list(path).isEmpty else { return }
        do throws(SystemCall.Failure) {
            try FaultPoint.change("remove \(path)") { () throws(SystemCall.Failure) in
                try SystemCall.check { rmdir(path) }
            }
        } catch {
            // Another lab may have begun or ended in it meanwhile.
            if [ENOTEMPTY, EEXIST, ENOENT].contains(error.errno) { return }
            throw KernelError(errno: error.errno, "remove \(path)")
        }
    }

    static func writeAll(_ bytes: [UInt8], to descriptor: Int32) throws(SystemCall.Failure) {
        var written = 0
        while written < bytes.count {
            written += try SystemCall.check {
                bytes[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            }
        }
    }

    static func advice(for errno: Int32) -> String {
        errno == ENOSPC ? "the file system is full: make room under /run" : ""
    }
}

/// A file that only grows, one `write` per record, so that a record that was acknowledged survives this process.
package final class AppendFile: Sendable {
    private let descriptor: FileDescriptor
    private let path: String

    /// Opens or makes the file, mode 0600.
    package init(_ path: String) throws(KernelError) {
        self.path = path
        do throws(SystemCall.Failure) {
            descriptor = FileDescriptor(
                owning: try SystemCall.check {
                    open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
                })
            try SystemCall.check { fchmod(descriptor.rawValue, 0o600) }
        } catch {
            throw KernelError(errno: error.errno, "open \(path)", advice: StateFile.advice(for: error.errno))
        }
    }

    /// Adds the bytes, or leaves the file as it was. A crash inside may leave a part of them at the end.
    package func append(_ bytes: [UInt8]) throws(KernelError) {
        do throws(SystemCall.Failure) {
            try FaultPoint.change("append to \(path)") { () throws(SystemCall.Failure) in
                var facts = stat()
                try SystemCall.check { fstat(descriptor.rawValue, &facts) }
                do throws(SystemCall.Failure) {
                    try StateFile.writeAll(bytes, to: descriptor.rawValue)
                } catch {
                    // What went in before the disk was full would tear every record behind it off.
                    ftruncate(descriptor.rawValue, facts.st_size)
                    throw error
                }
            }
        } catch {
            throw KernelError(
                errno: error.errno, "append to \(path)", advice: StateFile.advice(for: error.errno))
        }
    }
}
