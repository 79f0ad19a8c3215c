internal import CLinux
internal import Glibc

/// Reading a file of a directory that a stranger may have put together.
extension InputFile {
    /// A regular file's bytes, if it stands in the directory.
    ///
    /// A symbolic link may lead to another file of the directory, but not out of it: else a lab unpacked by root could
    /// name /etc/shadow its kind.yaml, and what is wrong with it would be printed. The kernel resolves and checks in
    /// one go (openat2, Linux 5.6), so that nobody swaps the file in between.
    ///
    /// - Parameters:
    ///   - name: a path inside the directory.
    ///   - directory: as the user named it: links on the way to it are the user's own.
    ///   - limit: in bytes.
    package static func read(_ name: String, in directory: String, limit: Int) throws(Failure) -> [UInt8] {
        let path = "\(directory)/\(name)"
        let home = FileDescriptor(owning: open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC))
        guard home.rawValue >= 0 else { throw failure(errno, directory) }
        // A handle on whatever it is: only what turns out to be a regular file is opened.
        let flags = NETLAB_O_PATH | O_CLOEXEC
        var found = netlab_open_beneath(home.rawValue, name, flags)
        if found < 0, errno == ENOSYS { found = try openChecked(path, below: directory, flags) }
        guard found >= 0 else {
            if errno == EXDEV { throw .leadsOut }
            throw failure(errno, path)
        }
        let file = FileDescriptor(owning: found)
        return try read("/proc/self/fd/\(file.rawValue)", limit: limit)
    }

    /// Where the kernel cannot do it: looked up first, opened then.
    private static func openChecked(_ path: String, below directory: String, _ flags: Int32) throws(Failure) -> Int32 {
        guard let home = resolved(directory), let target = resolved(path) else { throw failure(errno, path) }
        guard target.hasPrefix(home == "/" ? "/" : home + "/") else { throw .leadsOut }
        return open(target, flags | O_NOFOLLOW)
    }

    private static func resolved(_ path: String) -> String? {
        guard let text = realpath(path, nil) else { return nil }
        defer { free(text) }
        return String(cString: text)
    }
}
