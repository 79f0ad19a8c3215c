/// A right out of capabilities(7), by the name Kubernetes gives it: without `CAP_`.
///
/// In the kernel's order, so that the position of a case is the capability's number.
package enum LinuxCapability: String, CaseIterable, Hashable, Sendable, Codable {
    case CHOWN, DAC_OVERRIDE, DAC_READ_SEARCH, FOWNER, FSETID, KILL, SETGID, SETUID, SETPCAP, LINUX_IMMUTABLE
    case NET_BIND_SERVICE, NET_BROADCAST, NET_ADMIN, NET_RAW, IPC_LOCK, IPC_OWNER, SYS_MODULE, SYS_RAWIO, SYS_CHROOT
    case SYS_PTRACE, SYS_PACCT, SYS_ADMIN, SYS_BOOT, SYS_NICE, SYS_RESOURCE, SYS_TIME, SYS_TTY_CONFIG, MKNOD, LEASE
    case AUDIT_WRITE, AUDIT_CONTROL, SETFCAP, MAC_OVERRIDE, MAC_ADMIN, SYSLOG, WAKE_ALARM, BLOCK_SUSPEND, AUDIT_READ
    case PERFMON, BPF, CHECKPOINT_RESTORE

    /// The capability's bit in the kernel's sets.
    package var bit: UInt64 { 1 << UInt64(Self.allCases.firstIndex(of: self) ?? 63) }

    /// Those that reach no further than the container's own namespaces, or than a container's root reaches anyway:
    /// the only ones a container may have that is not privileged. SYS_PTRACE is none of them: it would open a command
    /// on its way into the container (`netlab exec`) that has not laid down its rights yet.
    package var isConfined: Bool {
        switch self {
        case .CHOWN, .DAC_OVERRIDE, .FOWNER, .FSETID, .KILL, .SETGID, .SETUID, .SETPCAP, .NET_BIND_SERVICE,
            .NET_BROADCAST, .NET_ADMIN, .NET_RAW, .IPC_LOCK, .IPC_OWNER, .SYS_CHROOT, .AUDIT_WRITE:
            true
        default: false
        }
    }
}

extension Sequence<LinuxCapability> {
    /// The kernel's form of a set.
    package var bits: UInt64 { reduce(0) { $0 | $1.bit } }
}
