extension Check {
    static let limits: [Check] = [openFiles, filesOnMachine, processes, threads, groupProcesses] + namespaceLimits

    /// Judges a limit.
    ///
    /// - Parameters:
    ///   - certain: what is surely used; below it nothing is worth trying.
    ///   - likely: what will be used beside what is in use now; without room for it the check warns.
    static func room(
        _ limit: Int?, inUse: Int, certain: Int, likely: Int, _ needs: LabNeeds, fix: (Int) -> String
    ) -> Judgement {
        guard let limit else { return .fine("unlimited") }
        let use = inUse > 0 ? ", \(inUse) in use" : ""
        let aim = powerOfTwo(atLeast: inUse + 2 * max(likely, certain))
        if limit < certain {
            return .missing("\(limit), and \(needs.lab ?? "every lab") needs \(certain)", fix: fix(aim))
        }
        if limit - inUse < likely {
            return .harmful("\(limit)\(use), and \(needs.phrase) about \(likely)", fix: fix(aim))
        }
        return .fine("\(limit)\(use)")
    }

    static func powerOfTwo(atLeast number: Int) -> Int {
        var power = 1024
        while power < number { power *= 2 }
        return power
    }

    private static let openFiles = Check(
        "limit.open-files", .limits, "open files of a process", need: .everyLab,
        cost: "two for each connection through a ClusterIP; when they are used up, new ones wait", isEssential: true
    ) { facts, needs in
        guard case .known(let limit) = facts.openFiles else { return .unseen("not known", fix: "") }
        let comfortable = needs.comfortable
        let ceiling = facts.number("fs.nr_open").value ?? 1 << 20
        let judgement = room(
            limit.hard, inUse: 0, certain: 20 + needs.networkNamespaces, likely: comfortable.descriptors + 1_000, needs
        ) { aim in "ulimit -n \(min(aim, ceiling)), as root, before netlab" }
        guard case .fine = judgement, let hard = limit.hard else { return judgement }
        let connections = (hard - comfortable.descriptors) / 2
        return .fine(
            "\(hard) (soft \(limit.soft ?? hard), which the daemon raises): \(connections) proxied connections")
    }

    private static let filesOnMachine = Check(
        "limit.file-max", .limits, "open files of the machine", need: .everyLab,
        cost: "every program gets \"too many open files in system\"", isEssential: true
    ) { facts, needs in
        guard case .known(let maximum) = facts.number("fs.file-max") else { return .unseen("not known", fix: "") }
        return room(
            maximum, inUse: facts.filesInUse.value ?? 0, certain: 20 + needs.networkNamespaces,
            likely: needs.comfortable.descriptors + 1_000, needs
        ) { "sysctl -w fs.file-max=\($0)" }
    }

    private static let processes = Check(
        "limit.processes", .limits, "processes of the user", need: .everyLab, cost: "pods do not start",
        isEssential: true
    ) { facts, needs in
        guard case .known(let limit) = facts.processes else { return .unseen("not known", fix: "") }
        // The kernel asks neither root nor CAP_SYS_RESOURCE; in a user namespace root is somebody else outside.
        if facts.isRoot, facts.isInitialUserNamespace != .known(false) {
            return .fine("\(limit.soft.map { "\($0)" } ?? "unlimited"); root is not held to it")
        }
        return room(
            limit.soft, inUse: 0, certain: 4 + 2 * needs.containers, likely: needs.comfortable.threads, needs
        ) { "ulimit -u \($0)" }
    }

    private static let threads = Check(
        "limit.pid-max", .limits, "processes of the machine", need: .everyLab, cost: "pods do not start",
        isEssential: true
    ) { facts, needs in
        let names = ["kernel.pid_max", "kernel.threads-max"]
        let values = names.compactMap { name in facts.number(name).value.map { (name, $0) } }
        guard let (name, limit) = values.min(by: { $0.1 < $1.1 }) else { return .unseen("not known", fix: "") }
        return room(
            limit, inUse: facts.threads.value ?? 0, certain: 4 + 2 * needs.containers,
            likely: needs.comfortable.threads, needs
        ) { "sysctl -w \(name)=\(min($0, 4_194_304))" }
    }

    private static let groupProcesses = Check(
        "limit.cgroup-pids", .limits, "processes of the control group", need: .everyLab, cost: "pods do not start",
        isEssential: true
    ) { facts, needs in
        switch facts.groupProcesses {
        case .known(let group):
            room(
                group.maximum, inUse: group.current, certain: 4 + 2 * needs.containers,
                likely: needs.comfortable.threads, needs
            ) { "echo \($0) > \(group.path)" }
        case .absent: .fine("no limit")
        default: .unseen("not known", fix: "")
        }
    }

    private static let namespaceLimits: [Check] = [
        namespaces("net", "network", "no further node or pod") { $0.networkNamespaces },
        namespaces("mnt", "mount", "pods do not start") { $0.containers + 4 },
        namespaces("uts", "UTS", "pods do not start") { $0.containers + 4 },
        namespaces("pid", "PID", "pods do not start") { $0.containers + 2 },
    ]

    /// `user.max_*_namespaces`, counted for each user and each user namespace.
    private static func namespaces(
        _ kind: String, _ word: String, _ cost: String, count: @escaping @Sendable (LabNeeds) -> Int
    ) -> Check {
        Check(
            "limit.\(kind)-namespaces", .limits, "\(word) namespaces of the user", need: .everyLab, cost: cost,
            isEssential: true
        ) { facts, needs in
            let name = "user.max_\(kind)_namespaces"
            guard case .known(let maximum) = facts.number(name) else { return .unseen("not known", fix: "") }
            return room(maximum, inUse: 0, certain: count(needs), likely: count(needs.comfortable), needs) {
                "sysctl -w \(name)=\($0)"
            }
        }
    }
}
