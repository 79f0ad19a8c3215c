extension Check {
    private static let sudo = "run it again with sudo"
    private static let container = "run it outside the container, or give that --privileged"

    static let rights: [Check] = [
        Check(
            "rights.root", .rights, "root", need: .everyLab, cost: "network namespaces need root", isEssential: true
        ) { facts, _ in
            switch facts.userID {
            case .known(0): .fine("the effective user is 0")
            case .known(let user): .missing("the effective user is \(user)", fix: sudo)
            default: .unseen("not known", fix: "")
            }
        },
        Check(
            "rights.capabilities", .rights, "capabilities", need: .everyLab,
            cost: "no namespace, link or route can be made", isEssential: true
        ) { facts, _ in
            guard facts.userID == .known(0) else { return .unseen("come with root", fix: sudo) }
            guard case .known(let effective) = facts.capabilities else { return .unseen("/proc does not say", fix: "") }
            let missing = Capability.needed.filter { effective & (1 << $0.bit) == 0 }.map(\.name)
            let names = Capability.needed.map(\.name).joined(separator: ", ")
            return missing.isEmpty
                ? .fine(names) : .missing("without \(missing.joined(separator: ", "))", fix: container)
        },
        Check(
            "rights.mounts", .rights, "own mounts", need: .everyLab,
            cost: "namespaces cannot be named under /run/netns", isEssential: true
        ) { facts, _ in
            switch facts.ownsMounts {
            case .known(true): .fine("the mount namespace belongs to this user namespace")
            case .known(false):
                .missing(
                    "the mount namespace belongs to another user namespace",
                    fix: "unshare -Urmn sh -c 'mount -t tmpfs tmpfs /run && exec sh', and netlab in there")
            default: .unseen("not seen", fix: facts.isRoot ? "" : sudo)
            }
        },
        Check(
            "rights.confinement", .rights, "AppArmor, SELinux", need: .nobody("no lab"),
            cost: "mounts and namespaces may be refused, whatever the capabilities"
        ) { facts, _ in
            switch facts.confinement {
            case .known(let label) where label.contains("unconfined") || label.hasSuffix("(complain)"): .fine(label)
            case .known(let label): .harmful("confined as \(label)", fix: container)
            default: .fine("not in use")
            }
        },
        Check(
            "rights.seccomp", .rights, "system call filter", need: .nobody("no lab"),
            cost: "unshare, setns and mount may be refused, whatever the capabilities"
        ) { facts, _ in
            switch facts.seccompMode {
            case .known(0): .fine("none")
            case .known(let mode): .harmful("seccomp mode \(mode)", fix: container)
            default: .unseen("/proc does not say", fix: "")
            }
        },
        Check(
            "rights.userns", .rights, "user namespaces", need: .nobody("labs without root, which there are not yet"),
            cost: "no labs without root"
        ) { facts, _ in
            guard case .known(let maximum) = facts.number("user.max_user_namespaces") else {
                return .missing("not in this kernel", fix: "")
            }
            if maximum == 0 { return .missing("switched off by user.max_user_namespaces=0", fix: "") }
            let switches = [
                ("kernel.unprivileged_userns_clone", 0), ("kernel.apparmor_restrict_unprivileged_userns", 1),
            ]
            for (name, closed) in switches where facts.number(name) == .known(closed) {
                return .missing("for root only, by \(name)=\(closed)", fix: "")
            }
            return .fine("\(maximum) at most, also for ordinary users")
        },
    ]
}

/// A capability of capabilities(7) that every lab needs.
package struct Capability: Hashable, Sendable {
    package var name: String
    package var bit: UInt64

    package static let needed = [
        Capability(name: "CAP_NET_ADMIN", bit: 12), Capability(name: "CAP_NET_RAW", bit: 13),
        Capability(name: "CAP_SYS_ADMIN", bit: 21),
    ]
}

extension MachineFacts {
    var isRoot: Bool { userID == .known(0) }
}
