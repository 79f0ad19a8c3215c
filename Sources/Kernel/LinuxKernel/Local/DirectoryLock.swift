internal import CLinux
internal import Glibc
package import NetworkPlanning

/// A lock on a directory, which the kernel releases when its holder ends, however it ends.
///
/// The directory itself is locked, so that no lock file is left over when it goes.
package final class DirectoryLock: Sendable {
    private let descriptor: FileDescriptor

    /// Makes the directory (0700) if need be, and waits for the lock.
    ///
    /// - Throws: `.notPermitted` when somebody else made the directory (``StateRoot``).
    package init(_ path: String) throws(KernelError) {
        while true {
            let file = try StateRoot.prepare(path)
            let opened = file.rawValue
            do throws(SystemCall.Failure) {
                try SystemCall.check { flock(opened, LOCK_EX) }
            } catch {
                throw KernelError(errno: error.errno, "lock \(path)")
            }
            // Whoever held the lock before may have removed the directory: then this one locks nothing.
            if NamespaceFile.identity(of: opened) == NamespaceIdentity(path: path) {
                descriptor = file
                return
            }
        }
    }
}
