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

    /// The capabilities in force, as bits; none when /proc does not say.
    static var effectiveSet: UInt64 { read("CapEff:") }

    /// Those that could be put in force.
    static var permittedSet: UInt64 { read("CapPrm:") }

    private static func read(_ name: String) -> UInt64 {
        let descriptor = FileDescriptor(owning: open("/proc/thread-self/status", O_RDONLY | O_CLOEXEC))
        var buffer = [UInt8](repeating: 0, count: 8192)
        let count = max(0, Glibc.read(descriptor.rawValue, &buffer, buffer.count))
        for line in String(decoding: buffer[..<count], as: UTF8.self).split(separator: "\n") {
            guard line.hasPrefix(name) else { continue }
            return UInt64(line.dropFirst(name.count).filter { !$0.isWhitespace }, radix: 16) ?? 0
        }
        return 0
    }
}
