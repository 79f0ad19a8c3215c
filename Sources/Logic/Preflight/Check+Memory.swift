extension Check {
    /// What the kernel and the machine hold at most: warnings only, since what a lab takes of these is an estimate.
    static let memory: [Check] = [available, groupMemory, neighbours, conntrack, backlog, inotify]

    private static let estimate = "the kernel ends processes when it runs out"

    private static let available = Check(
        "limit.memory", .limits, "memory", need: .nobody("no lab"), cost: estimate, isEssential: true
    ) { facts, needs in
        guard case .known(let bytes) = facts.availableMemory else { return .unseen("not known", fix: "") }
        let likely = needs.comfortable.memory
        return bytes < likely
            ? .harmful(
                "\(bytes >> 20) MiB available, and \(needs.phrase) about \(likely >> 20) MiB",
                fix: "end other programs, or start fewer pods")
            : .fine("\(bytes >> 20) MiB available")
    }

    private static let groupMemory = Check(
        "limit.cgroup-memory", .limits, "memory of the control group", need: .nobody("no lab"), cost: estimate,
        isEssential: true
    ) { facts, needs in
        switch facts.groupMemory {
        case .known(let group):
            guard let maximum = group.maximum else { return .fine("unlimited") }
            let likely = needs.comfortable.memory
            return maximum < likely
                ? .harmful(
                    "\(maximum >> 20) MiB, and \(needs.phrase) about \(likely >> 20) MiB",
                    fix: "echo \(powerOfTwo(atLeast: likely)) > \(group.path)")
                : .fine("\(maximum >> 20) MiB")
        case .absent: return .fine("no limit")
        default: return .unseen("not known", fix: "")
        }
    }

    private static let neighbours = Check(
        "limit.neighbours", .limits, "neighbours of all namespaces", need: .nobody("no lab"),
        cost: "packets are lost, and the kernel logs \"neighbour table overflow\"", isEssential: true
    ) { facts, needs in
        let name = "net.ipv4.neigh.default.gc_thresh3"
        switch facts.number(name) {
        case .known(let maximum):
            return room(maximum, inUse: 0, certain: 0, likely: needs.comfortable.neighbours, needs) {
                "sysctl -w \(name)=\($0)"
            }
        case .absent: return .unseen("shown in the host's own network namespace only", fix: "")
        default: return .unseen("not known", fix: "")
        }
    }

    private static let conntrack = Check(
        "limit.conntrack", .limits, "tracked connections", need: .nobody("no lab"),
        cost: "masquerading nodes drop new connections beyond it"
    ) { facts, _ in
        let name = "net.netfilter.nf_conntrack_max"
        switch facts.number(name) {
        case .known(let maximum) where maximum != 0 && maximum < 8_192:
            return .harmful("\(maximum) on each node", fix: "sysctl -w \(name)=65536")
        case .known(let maximum): return .fine("\(maximum) on each node")
        default: return .fine("no connection tracking yet: it comes with the first lab that masquerades")
        }
    }

    private static let backlog = Check(
        "limit.backlog", .limits, "packets waiting on a veth", need: .nobody("no lab"),
        cost: "packets are lost between namespaces under load"
    ) { facts, _ in
        let name = "net.core.netdev_max_backlog"
        switch facts.number(name) {
        case .known(let maximum) where maximum < 1_000:
            return .harmful("\(maximum)", fix: "sysctl -w \(name)=1000")
        case .known(let maximum): return .fine("\(maximum)")
        case .absent: return .unseen("shown in the host's own network namespace only", fix: "")
        default: return .unseen("not known", fix: "")
        }
    }

    private static let inotify = Check(
        "limit.inotify", .limits, "inotify", need: .nobody("no lab"), cost: "nothing: netlab watches no files"
    ) { facts, _ in
        guard let instances = facts.number("fs.inotify.max_user_instances").value,
            let watches = facts.number("fs.inotify.max_user_watches").value
        else { return .fine("netlab uses none") }
        return .fine("\(instances) instances, \(watches) watches; netlab uses none")
    }
}
