internal import CLinux
internal import Glibc
internal import NetworkModel
internal import NetworkPlanning

/// Names under /run/netns: the same files, mounts and propagation as `ip netns` makes, so that either can undo the
/// other's work.
enum NamespaceDirectory {
    /// Makes /run/netns a shared mount, so that names made here are seen in, and can be taken away from, every mount
    /// namespace that came from this one (iproute2's create_netns_dir and its MS_SHARED loop).
    static func prepare() throws(KernelError) {
        let path = NamespaceFile.directory
        let operation = "prepare \(path)"
        do throws(SystemCall.Failure) {
            if !StateFile.isDirectory(path) {
                try FaultPoint.change("make the directory \(path)") { () throws(SystemCall.Failure) in
                    if mkdir(path, 0o755) != 0, errno != EEXIST { throw SystemCall.Failure(errno: errno) }
                }
            }
            // Two programs preparing at once would each bind the directory onto itself: one at a time.
            let lock = FileDescriptor(
                owning: try SystemCall.check { open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) })
            try SystemCall.check { flock(lock.rawValue, LOCK_EX) }
            if mount("", path, "none", UInt(MS_SHARED | MS_REC), nil) == 0 { return }
            guard errno == EINVAL else { throw SystemCall.Failure(errno: errno) }
            try FaultPoint.change("bind \(path) onto itself") { () throws(SystemCall.Failure) in
                try SystemCall.check { mount(path, path, "none", UInt(MS_BIND | MS_REC), nil) }
            }
            try FaultPoint.change("share \(path)") { () throws(SystemCall.Failure) in
                try SystemCall.check { mount("", path, "none", UInt(MS_SHARED | MS_REC), nil) }
            }
        } catch {
            throw KernelError(errno: error.errno, operation)
        }
    }

    /// Names the calling thread's namespace.
    ///
    /// An empty file left by a crash is used as it is; a name that stands for a living namespace is refused.
    ///
    /// - Throws: `.exists`, or why the name could not be made; then no new file is left.
    static func bindCurrent(_ name: NamespaceName, _ operation: String) throws(KernelError) {
        let path = NamespaceFile.path(of: name)
        do throws(SystemCall.Failure) {
            try FaultPoint.change("make the file \(path)") { () throws(SystemCall.Failure) in
                let created = try SystemCall.check { open(path, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0) }
                close(created)
            }
        } catch {
            if error.errno != EEXIST || !StateFile.exists(path) || isNamespace(name) {
                throw KernelError(errno: error.errno, operation, advice: StateFile.advice(for: error.errno))
            }
        }
        do throws(SystemCall.Failure) {
            try FaultPoint.change("bind the namespace to \(path)") { () throws(SystemCall.Failure) in
                try SystemCall.check { mount("/proc/thread-self/ns/net", path, "none", UInt(MS_BIND), nil) }
            }
        } catch {
            unlink(path)
            throw KernelError(errno: error.errno, operation)
        }
    }

    /// Whether the name stands for a living namespace.
    static func isNamespace(_ name: NamespaceName) -> Bool {
        let file = FileDescriptor(owning: open(NamespaceFile.path(of: name), O_RDONLY | O_CLOEXEC))
        return file.rawValue >= 0 && NamespaceFile.isNamespace(file.rawValue)
    }

    /// Takes the name away; one that is absent, or names nothing, is only tidied.
    static func remove(_ name: NamespaceName, _ operation: String) throws(KernelError) {
        let path = NamespaceFile.path(of: name)
        // A name may have been bound more than once; each mount hides the one below.
        do throws(SystemCall.Failure) {
            try FaultPoint.change("unmount \(path)") { () throws(SystemCall.Failure) in
                while umount2(path, Int32(MNT_DETACH)) == 0 {}
                if errno != EINVAL, errno != ENOENT { throw SystemCall.Failure(errno: errno) }
            }
            try FaultPoint.change("remove \(path)") { () throws(SystemCall.Failure) in
                if unlink(path) != 0, errno != ENOENT { throw SystemCall.Failure(errno: errno) }
            }
        } catch {
            throw KernelError(errno: error.errno, operation)
        }
    }

    /// The names there are, sorted; none when the directory is absent.
    static func list() throws(KernelError) -> [NamespaceName] {
        do throws(KernelError) {
            return try DirectoryListing.names(in: NamespaceFile.directory).compactMap { NamespaceName(rawValue: $0) }
        } catch {
            if error.code == .notFound { return [] }
            throw error
        }
    }
}
