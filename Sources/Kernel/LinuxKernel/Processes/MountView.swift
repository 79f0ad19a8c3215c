internal import CLinux
internal import Glibc
internal import NetworkPlanning

/// The file system as a container or a node's command sees it: the host's, with a few files of its own.
///
/// Every call acts on the mount namespace the caller has made with `unshare(CLONE_NEWNS)`; nothing reaches the host.
enum MountView {
    /// Cuts the new mount namespace off: what is mounted here stays here.
    ///
    /// The mounts are slaves, as `ip netns exec` has it, so that what the host unmounts goes away here too. The named
    /// namespaces are let go of at once: a copy of their mounts would keep every other lab's namespaces alive.
    static func makePrivate() throws(KernelError) {
        do throws(SystemCall.Failure) {
            try FaultPoint.change("make mounts private") { () throws(SystemCall.Failure) in
                try SystemCall.check { mount("", "/", "none", UInt(MS_SLAVE) | UInt(MS_REC), nil) }
            }
        } catch {
            throw KernelError(errno: error.errno, "make mounts private")
        }
        while umount2(NamespaceFile.directory, Int32(MNT_DETACH)) == 0 {}
    }

    /// Shows `source` where the program looks for `target`, following the target's symbolic links.
    ///
    /// - Returns: why it was left out: a target that does not exist (a dangling link of a resolver that does not run,
    ///   say) cannot be mounted over, and is never made, for it would be made on the host.
    static func bind(_ source: String, over target: String) -> String? {
        guard let resolved = realpath(target, nil) else {
            return "\(target): \(KernelError.text(for: Glibc.errno)); left as on the host"
        }
        defer { free(resolved) }
        return outcome(of: target) { mount(source, resolved, nil, UInt(MS_BIND), nil) }
    }

    /// A /sys that shows the links of the caller's network namespace, read-only where the host's is.
    static func mountSys() -> String? {
        var facts = statvfs()
        let isReadOnly = statvfs("/sys", &facts) == 0 && facts.f_flag & UInt(ST_RDONLY) != 0
        return outcome(of: "/sys") { mount("sysfs", "/sys", "sysfs", isReadOnly ? UInt(MS_RDONLY) : 0, nil) }
    }

    /// A /proc of the caller's PID namespace: only its first process can mount it.
    ///
    /// - Parameter isReadOnly: then nothing under /proc/sys, /proc/irq and the like can be set, nor /proc/sysrq-trigger
    ///   pulled; root may do that without any capability.
    static func mountProc(isReadOnly: Bool) -> String? {
        let flags = UInt(MS_NOSUID | MS_NODEV | MS_NOEXEC) | (isReadOnly ? UInt(MS_RDONLY) : 0)
        return outcome(of: "/proc") { mount("proc", "/proc", "proc", flags, nil) }
    }

    /// nil when it was mounted, else why it was left out.
    private static func outcome(of target: String, _ body: () -> Int32) -> String? {
        do throws(SystemCall.Failure) {
            try FaultPoint.change("mount \(target)") { () throws(SystemCall.Failure) in try SystemCall.check(body) }
            return nil
        } catch {
            return "\(target): \(KernelError.text(for: error.errno)); left as on the host"
        }
    }
}
