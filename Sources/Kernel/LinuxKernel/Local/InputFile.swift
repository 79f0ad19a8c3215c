internal import Glibc
internal import NetworkPlanning

/// Files that people name: whatever stands at the path, reading it ends, and takes no more memory than it may.
package enum InputFile {
    /// Why there are no bytes.
    package enum Failure: Error, Hashable, Sendable {
        case absent
        /// A symbolic link to something that does not exist.
        case danglingLink
        /// Symbolic links that lead to each other.
        case linkLoop
        /// A symbolic link that leads out of the directory it has to stay in.
        case leadsOut
        /// What it is instead of a regular file: `a directory`, `a named pipe`, `a socket` or `a device`.
        case notRegular(String)
        /// Larger than allowed, in bytes.
        case tooLarge(Int)
        /// Anything else, in the system's words.
        case unreadable(String)
    }

    /// A regular file's bytes; a link counts as what it points to.
    ///
    /// What is no regular file is not opened: that alone would wait for a writer, or start something in a device.
    ///
    /// - Parameter limit: in bytes.
    package static func read(_ path: String, limit: Int) throws(Failure) -> [UInt8] {
        var facts = stat()
        guard stat(path, &facts) == 0 else { throw failure(Glibc.errno, path) }
        if let other = kind(of: facts) { throw .notRegular(other) }
        do throws(SystemCall.Failure) {
            // Should it have been exchanged for a pipe meanwhile, opening does not wait either.
            let file = FileDescriptor(
                owning: try SystemCall.check { open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY) })
            try SystemCall.check { fstat(file.rawValue, &facts) }
            guard kind(of: facts) == nil else { throw SystemCall.Failure(errno: EINVAL) }
            // A file under /proc says 0 and holds more, so the size alone is not enough.
            var bytes: [UInt8] = []
            var chunk = [UInt8](repeating: 0, count: 64 << 10)
            while bytes.count <= limit {
                let count = try SystemCall.check { Glibc.read(file.rawValue, &chunk, chunk.count) }
                if count == 0 { return bytes }
                bytes += chunk[..<count]
            }
        } catch {
            throw failure(error.errno, path)
        }
        throw .tooLarge(max(Int(facts.st_size), limit + 1))
    }

    /// The names in a directory, sorted, without `.` and `..`.
    package static func names(in directory: String) throws(Failure) -> [String] {
        do throws(KernelError) {
            return try DirectoryListing.names(in: directory)
        } catch {
            throw failure(error.errno, directory)
        }
    }

    /// What it is, when it is no regular file.
    private static func kind(of facts: stat) -> String? {
        switch facts.st_mode & S_IFMT {
        case S_IFREG: nil
        case S_IFDIR: "a directory"
        case S_IFIFO: "a named pipe"
        case S_IFSOCK: "a socket"
        default: "a device"
        }
    }

    static func failure(_ errno: Int32, _ path: String) -> Failure {
        switch errno {
        case ENOENT, ENOTDIR:
            var facts = stat()
            return lstat(path, &facts) == 0 ? .danglingLink : .absent
        case ELOOP: return .linkLoop
        default: return .unreadable(KernelError.text(for: errno))
        }
    }
}
