internal import CLinux
internal import Glibc
internal import Preflight

/// Who this process is to the kernel.
enum ProcessRights {
    static func fill(_ facts: inout MachineFacts) {
        facts.userID = .known(Int(geteuid()))
        if case .known(let status) = ProcFile.text("/proc/self/status") {
            facts.capabilities =
                ProcFile.value(of: "CapEff", in: status).flatMap { UInt64($0, radix: 16) }.map { .known($0) } ?? .absent
            facts.seccompMode =
                ProcFile.value(of: "Seccomp", in: status).flatMap { Int($0) }.map { .known($0) } ?? .absent
        }
        facts.ownsMounts = ownsMounts
        if case .known(let map) = ProcFile.words("/proc/self/uid_map") {
            facts.isInitialUserNamespace = .known(map == "0 0 4294967295")
        }
    }

    /// NS_GET_USERNS (ioctl_ns(2)) answers EPERM for an owner that is not this user namespace or one below it, and
    /// capabilities count in those only.
    private static var ownsMounts: Fact<Bool> {
        let mounts = FileDescriptor(owning: open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC))
        guard mounts.rawValue >= 0 else { return .absent }
        let owner = ioctl(mounts.rawValue, 0xb701)
        if owner >= 0 {
            close(owner)
            return .known(true)
        }
        return errno == EPERM ? .known(false) : .absent
    }
}
