package import NetworkModel

/// Something read from the machine, or why not.
package enum Fact<Value: Hashable & Sendable>: Hashable, Sendable {
    case known(Value)
    /// This kernel or machine has no such thing.
    case absent
    /// It is there, but this process may not see it: the reason in words.
    case unseen(String)
    /// Nobody looked: the survey was the short one.
    case notAsked

    package var value: Value? {
        guard case .known(let value) = self else { return nil }
        return value
    }
}

/// Everything the checks judge, as values: read by the kernel layer, or written by hand in a test.
package struct MachineFacts: Hashable, Sendable {
    /// A soft and a hard limit of setrlimit(2); nil is unlimited.
    package struct Limit: Hashable, Sendable {
        package var soft: Int?
        package var hard: Int?
        package init(soft: Int?, hard: Int?) {
            self.soft = soft
            self.hard = hard
        }
    }

    /// A limit of the own control group, the smallest on the way up, and what stands against it. nil is unlimited.
    package struct GroupLimit: Hashable, Sendable {
        package var maximum: Int?
        package var current: Int
        /// The file that holds it.
        package var path: String
        package init(maximum: Int?, current: Int, path: String) {
            self.maximum = maximum
            self.current = current
            self.path = path
        }
    }

    /// The file system /run is on.
    package struct RunDirectory: Hashable, Sendable {
        package var isReadOnly: Bool
        package var isWritable: Bool
        package var freeBytes: Int
        /// nil where the file system does not count inodes.
        package var freeFiles: Int?
        /// `nosuid`, `nodev`, `noexec` as far as they are set.
        package var options: [String]
        package init(isReadOnly: Bool, isWritable: Bool, freeBytes: Int, freeFiles: Int?, options: [String]) {
            self.isReadOnly = isReadOnly
            self.isWritable = isWritable
            self.freeBytes = freeBytes
            self.freeFiles = freeFiles
            self.options = options
        }
    }

    /// /run/netns.
    package struct NamedNamespaces: Hashable, Sendable {
        /// How mounts made there spread; nil when it is no mount point of its own.
        package var propagation: String?
        /// Names that stand for a living namespace.
        package var count: Int
        /// Names that stand for none: empty files.
        package var stale: [String]
        package init(propagation: String?, count: Int, stale: [String]) {
            self.propagation = propagation
            self.count = count
            self.stale = stale
        }
    }

    /// An address of the host.
    package struct HostAddress: Hashable, Sendable {
        package var link: String
        package var prefix: IPPrefix
        package init(link: String, prefix: IPPrefix) {
            self.link = link
            self.prefix = prefix
        }
    }

    /// Another program called netlab.
    package struct OtherProgram: Hashable, Sendable {
        package var path: String
        /// Whether a shell finds it before this one.
        package var comesFirst: Bool
        package init(path: String, comesFirst: Bool) {
            self.path = path
            self.comesFirst = comesFirst
        }
    }

    /// The effective user.
    package var userID: Fact<Int> = .notAsked
    /// `CapEff` of /proc/self/status.
    package var capabilities: Fact<UInt64> = .notAsked
    /// Whether the mount namespace belongs to the user namespace this process has its capabilities in.
    package var ownsMounts: Fact<Bool> = .notAsked
    /// False in the user namespace of a container or of `unshare -U`.
    package var isInitialUserNamespace: Fact<Bool> = .notAsked
    /// The label of AppArmor or SELinux; absent without either.
    package var confinement: Fact<String> = .notAsked
    /// `Seccomp` of /proc/self/status: 0 none, 2 a filter.
    package var seccompMode: Fact<Int> = .notAsked
    /// `uname -r`.
    package var kernelRelease = ""
    package var features: [KernelFeature: FeatureFact] = [:]
    /// By dotted name, as in /proc/sys of the host.
    package var sysctls: [String: Fact<String>] = [:]
    /// Whether /proc/sys is mounted read-only, as container engines do.
    package var sysctlsAreReadOnly: Fact<Bool> = .notAsked
    package var openFiles: Fact<Limit> = .notAsked
    package var processes: Fact<Limit> = .notAsked
    /// Threads there are on the machine.
    package var threads: Fact<Int> = .notAsked
    /// Open files on the machine.
    package var filesInUse: Fact<Int> = .notAsked
    package var groupProcesses: Fact<GroupLimit> = .notAsked
    package var groupMemory: Fact<GroupLimit> = .notAsked
    /// Bytes that can be had without swapping.
    package var availableMemory: Fact<Int> = .notAsked
    package var run: Fact<RunDirectory> = .notAsked
    package var namedNamespaces: Fact<NamedNamespaces> = .notAsked
    /// What `netlab gc` would remove.
    package var leftovers: Fact<[String]> = .notAsked
    package var hostAddresses: Fact<[HostAddress]> = .notAsked
    /// Of docker, NetworkManager, systemd-networkd and firewalld, those that run.
    package var networkServices: Fact<[String]> = .notAsked
    package var otherPrograms: Fact<[OtherProgram]> = .notAsked
    /// Files of ipspace.net's tool of the same name.
    package var namesakeFiles: Fact<[String]> = .notAsked
    /// Where each program was found.
    package var tools: [String: Fact<String>] = [:]

    package init() {}

    /// A sysctl as a number; its first when it holds several.
    package func number(_ sysctl: String) -> Fact<Int> {
        switch sysctls[sysctl] ?? .notAsked {
        case .known(let text):
            text.split(separator: " ").first.flatMap { Int($0) }.map { .known($0) } ?? .unseen("it reads \"\(text)\"")
        case .absent: .absent
        case .unseen(let reason): .unseen(reason)
        case .notAsked: .notAsked
        }
    }
}
