internal import CLinux
internal import Glibc
internal import KubernetesModel
internal import NetworkPlanning
internal import PodLifecycle

/// Laying down rights for good: what a process of a container does last before it becomes its program.
///
/// Everything here is of the calling thread, so only for a process that has one.
enum Confinement {
    /// Takes on the user, the groups and the capabilities of a container.
    ///
    /// - Parameter keeping: other capabilities than the container's, for a server that needs fewer.
    /// - Throws: what could not be laid down. The process must end then, never go on with more.
    static func apply(
        _ security: ContainerSecurity, keeping: Set<LinuxCapability>? = nil
    ) throws(KernelError) {
        let wanted = (keeping ?? security.capabilities).bits
        do throws(SystemCall.Failure) {
            if !security.isPrivileged || keeping != nil { try dropBounding(except: wanted) }
            let groups = security.supplementaryGroups
            try SystemCall.check { netlab_setgroups(UInt(groups.count), groups) }
            try SystemCall.check { netlab_setresgid(security.group) }
            // Any other user than root loses its capabilities with this, and what it executes may regain none.
            if security.user != 0 {
                try SystemCall.check { netlab_setresuid(security.user) }
            } else {
                try SystemCall.check { netlab_capset(wanted & supported) }
            }
            if !security.allowsNewPrivileges { try SystemCall.check { netlab_prctl2(PR_SET_NO_NEW_PRIVS, 1, 0) } }
            // The kernel forgets it where the user changes.
            _ = netlab_prctl(PR_SET_PDEATHSIG, UInt(SIGKILL))
        } catch {
            throw KernelError(errno: error.errno, "lay down the rights that a container has not got")
        }
    }

    /// Keeps nothing but the user: for a shim, which from then on waits and writes one file.
    static func keepNothing() throws(KernelError) {
        do throws(SystemCall.Failure) {
            try dropBounding(except: 0)
            try SystemCall.check { netlab_capset(0) }
            try SystemCall.check { netlab_prctl2(PR_SET_NO_NEW_PRIVS, 1, 0) }
        } catch {
            throw KernelError(errno: error.errno, "lay down the rights of a shim")
        }
    }

    /// Keeps what a lab's daemon needs, or hands to the containers it starts: not what loads modules, reaches hardware,
    /// sets clocks, reads the kernel's log or changes the machine's own policies.
    ///
    /// The daemon goes on with more where the kernel does not let it: it listens to root alone.
    static func keepForDaemon() {
        let dropped: Set<LinuxCapability> = [
            .LINUX_IMMUTABLE, .SYS_MODULE, .SYS_RAWIO, .SYS_PACCT, .SYS_BOOT, .SYS_TIME, .SYS_TTY_CONFIG, .LEASE,
            .AUDIT_CONTROL, .MAC_OVERRIDE, .MAC_ADMIN, .SYSLOG, .WAKE_ALARM, .BLOCK_SUSPEND, .AUDIT_READ, .PERFMON,
            .BPF,
            .CHECKPOINT_RESTORE,
        ]
        let kept = Set(LinuxCapability.allCases).subtracting(dropped).bits
        _ = try? dropBounding(except: kept)
        _ = netlab_capset(kept & supported)
    }

    /// Keeps other users' and containers' processes from reading this one through /proc. Executing a program undoes it.
    ///
    /// Left out where root itself may not look into such processes: `netlab ps` and `down` must.
    static func hideFromProc() {
        let effective = ProcessRights.effectiveSet
        if effective & LinuxCapability.SYS_PTRACE.bit != 0 { _ = netlab_prctl(PR_SET_DUMPABLE, 0) }
    }

    /// Of the capabilities there are, those this process was given and the kernel knows.
    private static var supported: UInt64 { ProcessRights.permittedSet }

    private static func dropBounding(except kept: UInt64) throws(SystemCall.Failure) {
        for number in 0..<UInt64(64) where kept & (1 << number) == 0 {
            // The first number that the kernel does not know ends the list.
            guard netlab_prctl(PR_CAPBSET_DROP, UInt(number)) == 0 else {
                let code = Glibc.errno
                if code == EINVAL { return }
                throw SystemCall.Failure(errno: code)
            }
        }
    }
}
