internal import CLinux
internal import Glibc
package import NetworkPlanning

/// Reading a file of a directory that a stranger may have put together.
package enum LabDirectoryFile {
    /// The file's bytes, if it is a regular file that stands in the directory.
    ///
    /// A symbolic link may lead to another file of the directory, but not out of it: else a lab unpacked by root could
    /// name /etc/shadow its kind.yaml, and what is wrong with it would be printed. The kernel resolves and checks in
    /// one go (openat2, Linux 5.6), so that nobody swaps the file in between; nothing is waited for (a FIFO), and a
    /// device is not read.
    ///
    /// - Parameters:
    ///   - name: a path inside the directory.
    ///   - directory: as the user named it: links on the way to it are the user's own.
    ///   - limit: a longer file is read up to one byte more, for the caller to refuse.
    /// - Throws: `.notPermitted` for one that leads out, `.invalid` for one that is no regular file, `.notFound`.
    package static func read(
        _ name: String, in directory: String, limit: Int
    ) throws(KernelError) -> [UInt8] {
        let path = "\(directory)/\(name)"
        let home = FileDescriptor(owning: open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC))
        guard home.rawValue >= 0 else { throw KernelError(errno: errno, "open \(directory)") }
        let flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC
        var opened = netlab_open_beneath(home.rawValue, name, flags)
        if opened < 0, errno == ENOSYS { opened = try openChecked(path, below: directory, flags) }
        guard opened >= 0 else {
            // ENXIO is what a socket answers.
            if errno == ENXIO { throw notRegular(path) }
            guard errno == EXDEV || errno == ELOOP else { throw KernelError(errno: errno, "read \(path)") }
            throw leadsOut(path)
        }
        let file = FileDescriptor(owning: opened)
        var facts = stat()
        guard fstat(opened, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { throw notRegular(path) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        do throws(SystemCall.Failure) {
            while bytes.count <= limit {
                let count = try SystemCall.check { Glibc.read(file.rawValue, &chunk, chunk.count) }
                if count == 0 { break }
                bytes += chunk[..<count]
            }
        } catch {
            throw KernelError(errno: error.errno, "read \(path)")
        }
        return bytes
    }

    /// Where the kernel cannot do it: looked up first, opened then.
    private static func openChecked(_ path: String, below directory: String, _ flags: Int32) throws(KernelError)
        -> Int32
    {
        guard let home = resolved(directory), let target = resolved(path) else {
            throw KernelError(errno: errno, "read \(path)")
        }
        guard target.hasPrefix(home == "/" ? "/" : home + "/") else { throw leadsOut(path) }
        return open(target, flags | O_NOFOLLOW)
    }

    private static func resolved(_ path: String) -> String? {
        guard let text = realpath(path, nil) else { return nil }
        defer { free(text) }
        return String(cString: text)
    }

    private static func leadsOut(_ path: String) -> KernelError {
        KernelError(
            .notPermitted, "read \(path)", detail: "it is a symbolic link that leads out of the lab's directory")
    }

    private static func notRegular(_ path: String) -> KernelError {
        KernelError(.invalid, "read \(path)", detail: "it is not a regular file")
    }
}
