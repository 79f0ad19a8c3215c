import NetworkModel

@testable import Preflight

extension MachineFacts {
    /// A machine with nothing to complain about, for tests to spoil.
    static let good: MachineFacts = {
        var facts = MachineFacts()
        facts.userID = .known(0)
        facts.capabilities = .known(0x1ff_ffff_ffff)
        facts.ownsMounts = .known(true)
        facts.isInitialUserNamespace = .known(true)
        facts.confinement = .known("unconfined")
        facts.seccompMode = .known(0)
        facts.kernelRelease = "6.1.0-18-amd64"
        for feature in KernelFeature.allCases { facts.features[feature] = .works }
        facts.sysctls = [
            "kernel.pid_max": "4194304", "kernel.threads-max": "192731", "fs.file-max": "2466183",
            "fs.nr_open": "1048576", "user.max_net_namespaces": "96365", "user.max_mnt_namespaces": "96365",
            "user.max_uts_namespaces": "96365", "user.max_pid_namespaces": "96365",
            "user.max_user_namespaces": "96365", "net.ipv4.neigh.default.gc_thresh3": "1024",
            "net.core.netdev_max_backlog": "1000", "net.core.devconf_inherit_init_net": "0",
            "net.netfilter.nf_conntrack_max": "262144", "net.ipv4.tcp_congestion_control": "cubic",
            "net.ipv4.ip_local_port_range": "32768 60999", "net.ipv4.conf.all.rp_filter": "2",
            "net.ipv4.conf.default.rp_filter": "2", "net.ipv4.ip_forward": "1",
            "net.bridge.bridge-nf-call-iptables": "1", "fs.inotify.max_user_instances": "128",
            "fs.inotify.max_user_watches": "65536",
        ].mapValues { .known($0) }
        facts.sysctlsAreReadOnly = .known(false)
        facts.openFiles = .known(Limit(soft: 1024, hard: 1_048_576))
        facts.processes = .known(Limit(soft: 96365, hard: 96365))
        facts.threads = .known(200)
        facts.filesInUse = .known(1_000)
        facts.groupProcesses = .known(GroupLimit(maximum: nil, current: 3, path: "/sys/fs/cgroup/a/pids.max"))
        facts.groupMemory = .known(GroupLimit(maximum: nil, current: 1 << 20, path: "/sys/fs/cgroup/a/memory.max"))
        facts.availableMemory = .known(8 << 30)
        facts.run = .known(
            RunDirectory(
                isReadOnly: false, isWritable: true, freeBytes: 800 << 20, freeFiles: 800_000,
                options: ["nosuid", "nodev"]))
        facts.namedNamespaces = .known(NamedNamespaces(propagation: "shared", count: 2, stale: []))
        facts.leftovers = .known([])
        facts.hostAddresses = .known([])
        facts.networkServices = .known([])
        facts.otherPrograms = .known([])
        facts.namesakeFiles = .known([])
        for tool in ["ip", "nft", "curl"] { facts.tools[tool] = .known("/usr/sbin/\(tool)") }
        return facts
    }()

    /// The same machine with one thing changed.
    func with(_ change: (inout MachineFacts) -> Void) -> MachineFacts {
        var facts = self
        change(&facts)
        return facts
    }
}

/// The tutorial's lab in numbers.
let threeNode = LabNeeds(lab: "three-node", nodes: 3, pods: 2, servicePorts: 2)
