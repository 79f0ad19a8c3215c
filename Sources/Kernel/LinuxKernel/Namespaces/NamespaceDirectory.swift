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
            if mkdir(path, 0o755) != 0, errno != EEXIST { throw SystemCall.Failure(errno: errno) }
            // Two programs preparing at once would each bind the directory onto itself: one at a time.
            let lock = FileDescriptor(
                owning: try SystemCall.check { open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) })
            try SystemCall.check { flock(lock.rawValue, LOCK_EX) }
            if mount("", path, "none", UInt(MS_SHARED | MS_REC), nil) == 0 { return }
            guard errno == EINVAL else { throw SystemCall.Failure(errno: errno) }
            try SystemCall.check { mount(path, path, "none", UInt(MS_BIND | MS_REC), nil) }
            try SystemCall.check { mount("", path, "none", UInt(MS_SHARED | MS_REC), nil) }
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
        let created = open(path, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0)
        if created >= 0 {
            close(created)
        } else {
            guard errno == EEXIST else { throw KernelError(errno: errno, operation) }
            if isNamespace(name) { throw KernelError(errno: EEXIST, operation) }
        }
        guard mount("/proc/thread-self/ns/net", path, "none", UInt(MS_BIND), nil) == 0 else {
            let error = KernelError(errno: errno, operation)
            unlink(path)
            throw error
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
        while umount2(path, Int32(MNT_DETACH)) == 0 {}
        guard errno == EINVAL || errno == ENOENT else { throw KernelError(errno: errno, operation) }
        guard unlink(path) == 0 || errno == ENOENT else { throw KernelError(errno: errno, operation) }
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
