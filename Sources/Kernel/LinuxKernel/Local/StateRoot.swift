internal import CLinux
internal import Glibc
package import NetworkPlanning

/// The directory that all of netlab's state stands in, and the proof that nobody else can put anything there.
///
/// Everything below it is trusted: the files are read as this program's own, the sockets are connected to, and `down`
/// removes what it finds. So the directory itself is looked at first, through an open descriptor and never through a
/// symbolic link. Its parents belong to root on every system; a link or a stranger's directory there is root's doing.
package enum StateRoot {
    /// Refuses a directory that another user made or could have written to. One that is not there is fine.
    ///
    /// - Throws: `.notPermitted` with advice.
    package static func check(_ path: String) throws(KernelError) {
        _ = try open(path)
    }

    /// Makes the directory when it is not there, and checks it.
    ///
    /// - Returns: the directory, open for locking; it has mode 0700.
    package static func prepare(_ path: String) throws(KernelError) -> FileDescriptor {
        while true {
            if let slash = path.lastIndex(of: "/") { try StateFile.makeDirectory(String(path[..<slash])) }
            if PathKind(of: path) == .absent { try make(path) }
            // It may have gone again meanwhile: the last lab's `down` removes it.
            if let directory = try open(path) { return directory }
        }
    }

    private static func make(_ path: String) throws(KernelError) {
        let operation = "make the directory \(path)"
        do throws(SystemCall.Failure) {
            try FaultPoint.change(operation) { () throws(SystemCall.Failure) in
                try SystemCall.check { mkdir(path, 0o700) }
            }
        } catch {
            // Another process may have been quicker.
            if error.errno == EEXIST { return }
            throw KernelError(errno: error.errno, operation, advice: StateFile.advice(for: error.errno))
        }
    }

    private static func open(_ path: String) throws(KernelError) -> FileDescriptor? {
        let opened = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard opened >= 0 else {
            switch errno {
            case ENOENT: return nil
            // Linux answers ENOTDIR for a link where a directory is asked for, and ELOOP otherwise.
            case ENOTDIR, ELOOP: throw refusal(path, "it is a symbolic link or a file")
            default: throw KernelError(errno: errno, "open \(path)")
            }
        }
        let directory = FileDescriptor(owning: opened)
        var facts = stat()
        guard fstat(opened, &facts) == 0 else { throw KernelError(errno: errno, "look at \(path)") }
        guard facts.st_uid == geteuid() else { throw refusal(path, "it belongs to user \(facts.st_uid)") }
        guard facts.st_mode & 0o022 == 0 else { throw refusal(path, "others can write to it") }
        // Nobody could have changed anything in it; an odd umask, or a hand, made it readable or even less than that.
        if facts.st_mode & 0o7777 != 0o700, fchmod(opened, 0o700) != 0 {
            throw KernelError(errno: errno, "close \(path) to others")
        }
        return directory
    }

    private static func refusal(_ path: String, _ why: String) -> KernelError {
        KernelError(
            .notPermitted, "use \(path) for state", detail: why,
            advice: "somebody may have laid it out as a trap: look at what is in it, then remove it")
    }
}
