internal import CLinux
internal import Glibc
internal import Preflight

/// Limits and settings of the machine, of the user and of the control group.
enum HostNumbers {
    /// Sysctls that `up` asks for.
    static let essentials = [
        "kernel.pid_max", "kernel.threads-max", "fs.file-max", "fs.nr_open", "user.max_net_namespaces",
        "user.max_mnt_namespaces", "user.max_uts_namespaces", "user.max_pid_namespaces",
        "net.ipv4.neigh.default.gc_thresh3",
    ]

    /// Those that only `doctor` looks at.
    static let others = [
        "user.max_user_namespaces", "kernel.unprivileged_userns_clone", "kernel.apparmor_restrict_unprivileged_userns",
        "net.core.netdev_max_backlog", "net.core.devconf_inherit_init_net", "net.netfilter.nf_conntrack_max",
        "net.ipv4.tcp_congestion_control", "net.ipv4.ip_local_port_range", "net.ipv4.conf.all.rp_filter",
        "net.ipv4.conf.default.rp_filter", "net.ipv4.ip_forward", "net.bridge.bridge-nf-call-iptables",
        "fs.inotify.max_user_instances", "fs.inotify.max_user_watches",
    ]

    static func fill(_ facts: inout MachineFacts, sysctls: [String]) {
        for name in sysctls {
            facts.sysctls[name] = ProcFile.words("/proc/sys/" + String(name.map { $0 == "." ? "/" : $0 }))
        }
        facts.openFiles = limit(RLIMIT_NOFILE)
        // 6 is RLIMIT_NPROC, which the Glibc module does not show.
        facts.processes = limit(__rlimit_resource(rawValue: 6))
        // "0.00 0.01 0.05 RUNNING/THREADS LAST"
        facts.threads = number(in: "/proc/loadavg") {
            $0.split(separator: " ").dropFirst(3).first?.split(separator: "/").last
        }
        facts.filesInUse = number(in: "/proc/sys/fs/file-nr") { $0.split(separator: " ").first }
        if case .known(let memory) = ProcFile.text("/proc/meminfo"),
            let available = ProcFile.value(of: "MemAvailable", in: memory)?.split(separator: " ").first.flatMap({
                Int($0)
            })
        {
            facts.availableMemory = .known(available << 10)
        }
        var sysctlTree = statfs()
        if statfs("/proc/sys", &sysctlTree) == 0 {
            facts.sysctlsAreReadOnly = .known(sysctlTree.f_flags & 1 != 0)
        }
        let groups = ControlGroup.own
        facts.groupProcesses = groups.limit("pids", maximum: ["pids.max"], current: ["pids.current"])
        facts.groupMemory = groups.limit(
            "memory", maximum: ["memory.max", "memory.limit_in_bytes"],
            current: ["memory.current", "memory.usage_in_bytes"])
    }

    private static func limit(_ resource: __rlimit_resource) -> Fact<MachineFacts.Limit> {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0 else { return .absent }
        func value(_ raw: rlim_t) -> Int? { raw == .max ? nil : Int(clamping: raw) }
        return .known(MachineFacts.Limit(soft: value(limit.rlim_cur), hard: value(limit.rlim_max)))
    }

    private static func number(in path: String, _ part: (String) -> Substring?) -> Fact<Int> {
        switch ProcFile.words(path) {
        case .known(let text): part(text).flatMap { Int($0) }.map { .known($0) } ?? .absent
        case .absent: .absent
        case .unseen(let reason): .unseen(reason)
        case .notAsked: .notAsked
        }
    }
}

/// The control groups of this process, version 2 and 1, at the places where every distribution mounts them.
struct ControlGroup {
    /// Directories from the group itself up to the root, by controller; the empty name is version 2.
    private var directories: [Substring: [String]] = [:]

    static var own: ControlGroup {
        var group = ControlGroup()
        guard case .known(let text) = ProcFile.text("/proc/self/cgroup") else { return group }
        for line in text.split(separator: "\n") {
            // "4:memory:/path", and for version 2 "0::/path".
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { continue }
            if parts[1].isEmpty {
                group.directories[""] =
                    upwards(parts[2], below: "/sys/fs/cgroup") + upwards(parts[2], below: "/sys/fs/cgroup/unified")
            }
            for controller in parts[1].split(separator: ",") {
                group.directories[controller] = upwards(parts[2], below: "/sys/fs/cgroup/\(controller)")
            }
        }
        return group
    }

    private static func upwards(_ path: Substring, below root: String) -> [String] {
        let parts = path.split(separator: "/")
        return (0...parts.count).reversed().map { ([root] + parts.prefix($0).map(String.init)).joined(separator: "/") }
    }

    /// The smallest limit on the way up; absent where none of the files is there, as in the root group.
    func limit(_ controller: Substring, maximum: [String], current: [String]) -> Fact<MachineFacts.GroupLimit> {
        var found: MachineFacts.GroupLimit?
        for directory in (directories[controller] ?? []) + (directories[""] ?? []) {
            for (file, use) in zip(maximum, current) {
                guard case .known(let text) = ProcFile.words("\(directory)/\(file)") else { continue }
                // Version 1 writes "no limit" as the largest multiple of a page.
                let value = Int(text).flatMap { $0 >= 1 << 60 ? nil : $0 }
                let inUse = ProcFile.words("\(directory)/\(use)").value.flatMap { Int($0) } ?? 0
                let limit = MachineFacts.GroupLimit(maximum: value, current: inUse, path: "\(directory)/\(file)")
                if let known = found, (known.maximum ?? .max) <= (value ?? .max) { continue }
                found = limit
            }
        }
        return found.map { .known($0) } ?? .absent
    }
}
