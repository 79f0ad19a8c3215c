internal import NetworkModel

extension Check {
    static let files: [Check] = [runDirectory, runSpace, namedNamespaces, staleNames, leftovers]

    private static let runDirectory = Check(
        "run.directory", .files, "/run", need: .everyLab, cost: "no state can be kept", isEssential: true
    ) { facts, _ in
        switch facts.run {
        case .known(let run):
            let options = run.options.isEmpty ? "" : ", \(run.options.joined(separator: ", ")), which cannot matter"
            if run.isReadOnly { return .missing("mounted read-only", fix: "mount -o remount,rw /run") }
            if run.isWritable { return .fine("writable" + options) }
            return facts.isRoot
                ? .missing("not writable", fix: "mount -t tmpfs tmpfs /run")
                : .unseen("for root to write", fix: "run it again with sudo")
        case .absent: return .missing("not there", fix: "mkdir -m 755 /run")
        default: return .unseen("not known", fix: "")
        }
    }

    private static let runSpace = Check(
        "run.space", .files, "room under /run", need: .everyLab, cost: "state cannot be written: changes are refused",
        isEssential: true
    ) { facts, needs in
        guard case .known(let run) = facts.run else { return .unseen("not known", fix: "") }
        let likely = needs.comfortable
        let fix = "mount -o remount,size=\(max(64, powerOfTwo(atLeast: likely.stateBytes) >> 20))M /run"
        let free = "\(run.freeBytes >> 10) KiB free"
        if run.freeBytes < 64 << 10 { return .missing(free, fix: fix) }
        if run.freeBytes < likely.stateBytes {
            return .harmful("\(free), and \(needs.phrase) about \(likely.stateBytes >> 10) KiB", fix: fix)
        }
        let files = 16 * (likely.networkNamespaces + likely.containers)
        if let left = run.freeFiles, left < files {
            return .harmful(
                "\(left) files free, and \(needs.phrase) about \(files)",
                fix: "remount with nr_inodes=\(powerOfTwo(atLeast: 2 * files))")
        }
        return .fine(free)
    }

    private static let namedNamespaces = Check(
        "run.netns", .files, "/run/netns", need: .nobody("no lab"), cost: "nothing: netlab does what `ip netns` does"
    ) { facts, _ in
        switch facts.namedNamespaces {
        case .known(let names):
            let spread = names.propagation.map { "mounted \($0)" } ?? "no mount of its own yet"
            let end = names.propagation == "shared" ? "" : "; becomes shared, as `ip netns` makes it"
            return .fine("\(spread), \(names.count) namespaces\(end)")
        case .absent: return .fine("not there yet; made shared, as `ip netns` makes it")
        default: return .unseen("not known", fix: "")
        }
    }

    private static let staleNames = Check(
        "run.stale", .files, "names without a namespace", need: .nobody("no lab"),
        cost: "`ip netns` shows them; a lab that needs the name takes it"
    ) { facts, _ in
        switch facts.namedNamespaces {
        case .known(let names) where !names.stale.isEmpty:
            .fine("\(list(names.stale)); none has a lab's mark, left alone (`ip netns del NAME`)")
        case .unseen, .notAsked: .unseen("not known", fix: "")
        default: .fine("none")
        }
    }

    private static let leftovers = Check(
        "leftovers.labs", .files, "leftovers of labs", need: .nobody("no lab"),
        cost: "they hold memory, names and processes"
    ) { facts, _ in
        switch facts.leftovers {
        case .known([]): .fine("none")
        case .known(let objects): .harmful(list(objects), fix: "netlab gc --dry-run, then netlab gc")
        case .unseen(let reason): .unseen(reason, fix: facts.isRoot ? "" : "run it again with sudo")
        default: .unseen("not known", fix: "")
        }
    }

    static let surroundings: [Check] = [
        Check(
            "conflict.subnet", .surroundings, "networks like the lab's", need: .nobody("no lab"),
            cost: "nothing: the lab's network stands in namespaces of its own"
        ) { facts, needs in
            guard case .known(let addresses) = facts.hostAddresses else { return .unseen("not known", fix: "") }
            let same = addresses.filter { $0.prefix.network.overlaps(needs.subnet) }.map {
                "\($0.link) has \($0.prefix)"
            }
            return .fine(
                same.isEmpty
                    ? "none" : list(same) + "; cannot matter: the lab's network stands in namespaces of its own")
        },
        Check(
            "conflict.services", .surroundings, "what manages the host's network", need: .nobody("no lab"),
            cost: "nothing: the host's namespace gets no link, address, route or rule"
        ) { facts, _ in
            guard case .known(let services) = facts.networkServices else { return .unseen("not known", fix: "") }
            return .fine(
                services.isEmpty ? "none seen" : list(services) + "; cannot matter: the lab is not on the host")
        },
        Check(
            "conflict.program", .surroundings, "other programs called netlab", need: .nobody("no lab"),
            cost: "the word netlab runs the other one (ipspace.net's lab tool has the name too)"
        ) { facts, _ in
            guard case .known(let programs) = facts.otherPrograms else { return .unseen("not known", fix: "") }
            let first = programs.filter(\.comesFirst).map(\.path)
            if !first.isEmpty { return .harmful(list(first), fix: "scripts/install --name another-word") }
            return .fine(programs.isEmpty ? "none" : list(programs.map(\.path)) + "; this one is found first")
        },
        Check(
            "conflict.files", .surroundings, "files of ipspace.net's netlab", need: .nobody("no lab"),
            cost: "nothing: netlab reads and writes neither"
        ) { facts, _ in
            guard case .known(let files) = facts.namesakeFiles else { return .unseen("not known", fix: "") }
            return .fine(files.isEmpty ? "none" : list(files) + "; not read, not written")
        },
    ]

    static let tools: [Check] = [
        tool("ip", package: "iproute2", "no `ip netns exec` and no `netlab exec NODE -- ip route`"),
        tool("nft", package: "nftables", "masquerading cannot be looked at with `nft list ruleset`"),
        tool(
            "curl", package: "curl",
            "the tutorial's `netlab exec NODE -- curl http://CLUSTERIP` has to use something else"),
    ]

    /// A program that only people need.
    private static func tool(_ name: String, package: String, _ cost: String) -> Check {
        Check("tool.\(name)", .tools, name, need: .nobody("no lab"), cost: cost) { facts, _ in
            switch facts.tools[name] {
            case .known(let path): .fine(path)
            case .absent: .harmful("not found in PATH or /usr/sbin", fix: "apt-get install \(package)")
            default: .unseen("not looked for", fix: "")
            }
        }
    }

    /// The first few, and how many more.
    private static func list(_ items: [String]) -> String {
        let shown = items.prefix(5).joined(separator: ", ")
        return items.count > 5 ? "\(shown) and \(items.count - 5) more" : shown
    }
}
