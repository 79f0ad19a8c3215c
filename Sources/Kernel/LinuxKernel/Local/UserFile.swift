internal import CLinux
internal import Glibc
internal import NetworkPlanning

/// A file that is a user's own, changed on their behalf by root: it keeps its owner and its mode.
package struct UserFile {
    /// Absolute.
    package let path: String

    /// - Parameter path: relative ones start at the working directory.
    package init(_ path: String) {
        self.path = path.hasPrefix("/") ? path : ProcessEnvironment.workingDirectory + "/" + path
    }

    /// Replaces the text by what `change` makes of it, whole or not at all.
    ///
    /// Holds `PATH.lock` meanwhile, as client-go and kind do. A new file has mode 0600 and belongs to whom sudo was
    /// called by.
    ///
    /// - Parameter ifThere: do nothing when there is no file; otherwise an absent file is an empty one.
    /// - Throws: what the system refuses, what `change` throws.
    package func rewrite(ifThere: Bool = false, _ change: (String) throws -> String) throws {
        let lock = path + ".lock"
        let descriptor = open(lock, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw KernelError(
                errno: errno, "lock \(lock)",
                advice: errno == EEXIST ? "somebody writes \(path); if nobody does, remove \(lock)" : "")
        }
        close(descriptor)
        defer { unlink(lock) }
        var found = stat()
        let exists = stat(path, &found) == 0
        if ifThere, !exists { return }
        let old = try StateFile.read(path).map { String(decoding: $0, as: UTF8.self) } ?? ""
        let new = try change(old)
        let draft = path + ".netlab"
        let file = open(draft, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw KernelError(errno: errno, "write \(draft)") }
        defer { close(file) }
        let user = exists ? found.st_uid : ProcessEnvironment["SUDO_UID"].flatMap { uid_t($0) } ?? getuid()
        let group = exists ? found.st_gid : ProcessEnvironment["SUDO_GID"].flatMap { gid_t($0) } ?? getgid()
        let bytes = Array(new.utf8)
        guard fchown(file, user, group) == 0, fchmod(file, exists ? found.st_mode & 0o777 : 0o600) == 0,
            bytes.withUnsafeBytes({ write(file, $0.baseAddress, $0.count) }) == bytes.count, rename(draft, path) == 0
        else {
            let code = errno
            unlink(draft)
            throw KernelError(errno: code, "write \(path)")
        }
    }
}
