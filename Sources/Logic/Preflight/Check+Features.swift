extension Check {
    /// Kernel features, each tried in a nameless namespace where trying changes nothing.
    static let features: [Check] = [version] + (required + conditional + later).map(\.check)

    private static let version = Check(
        "kernel.version", .kernel, "version", need: .everyLab, cost: "no process descriptors: pods cannot be watched",
        isEssential: true
    ) { facts, _ in
        let numbers = facts.kernelRelease.split { !$0.isNumber }.prefix(2).compactMap { Int($0) }
        guard numbers.count == 2 else { return .unseen("\"\(facts.kernelRelease)\"", fix: "") }
        return (numbers[0], numbers[1]) >= (5, 3)
            ? .fine(facts.kernelRelease)
            : .missing("\(facts.kernelRelease), 5.3 is the oldest", fix: "boot a newer one")
    }

    private static let required: [Row] = [
        Row(.networkNamespace, "network namespaces", .everyLab, "no lab at all", option: "CONFIG_NET_NS"),
        Row(
            .mountNamespace, "mount namespaces", .everyLab, "no hosts file of a pod's own", option: "CONFIG_NAMESPACES"),
        Row(.hostNameNamespace, "UTS namespaces", .everyLab, "no host name of a node's own", option: "CONFIG_UTS_NS"),
        Row(.processNamespace, "PID namespaces", .everyLab, "pods cannot be ended as a whole", option: "CONFIG_PID_NS"),
        Row(.processDescriptor, "pidfd_open", .everyLab, "pods cannot be watched", option: "Linux 5.3"),
        Row(.eventPoll, "epoll", .everyLab, "no ClusterIP", option: "CONFIG_EPOLL"),
        Row(.socketMemory, "SO_MEMINFO", .nobody("no lab"), "no figures of sockets' memory", option: "Linux 4.12"),
        Row(.sysctl, "sysctls of a namespace", .everyLab, "nodes cannot route for their pods", option: "CONFIG_SYSCTL"),
        Row(.veth, "veth", .everyLab, "no links between nodes and pods", module: "veth"),
        Row(.bridge, "bridge", .everyLab, "no network between nodes", module: "bridge"),
        Row(
            .policyRule, "policy routing", .everyLab, "no delivery table for pods (ip rule)",
            option: "CONFIG_IP_MULTIPLE_TABLES"),
    ]

    private static let masquerading = "labs with enableIPv4Masquerade"
    private static let preserving = "labs with sourceIP: preserve"

    private static let conditional: [Row] = [
        Row(.nftTable, "nftables", .lab(masquerading), "no masquerading", module: "nf_tables"),
        Row(
            .nftMasquerade, "nftables masquerade", .lab(masquerading), "pods keep their address when they leave",
            module: "nft_masq nft_chain_nat"),
        Row(
            .transparentSocket, "transparent sockets", .lab(preserving), "backends see the proxy's address",
            option: "CONFIG_INET"),
        Row(
            .portRule, "policy routing by protocol and port", .lab(preserving),
            "the form of sourceIP: preserve by port ranges is not to be had", option: "Linux 4.17"),
        Row(
            .nftSocket, "nftables socket expression", .lab(preserving),
            "the form of sourceIP: preserve by nftables is not to be had", module: "nft_socket"),
    ]

    private static let later: [Row] = [
        Row(.nftFib, "nftables fib expression", .none, "no check of the reverse path in rules", module: "nft_fib_ipv4"),
        Row(.vxlan, "vxlan", .none, "no overlay by VXLAN", module: "vxlan"),
        Row(.geneve, "geneve", .none, "no overlay by Geneve", module: "geneve"),
        Row(.dummy, "dummy", .none, "no dummy links", module: "dummy"),
        Row(.vrf, "vrf", .none, "no VRFs", module: "vrf"),
        Row(.tun, "tun", .none, "no delay without netem", module: "tun"),
        Row(.netem, "netem", .none, "no delay and loss by tc", module: "sch_netem"),
        Row(.ipvs, "IPVS", .none, "nothing: the proxy does without", module: "ip_vs"),
    ]

    /// A feature and its words.
    private struct Row {
        enum Need {
            case everyLab, none
            case lab(String)
            case nobody(String)
        }

        var feature: KernelFeature
        var name: String
        var need: Need
        var cost: String
        var fix: String

        init(
            _ feature: KernelFeature, _ name: String, _ need: Need, _ cost: String, module: String = "",
            option: String = ""
        ) {
            self.feature = feature
            self.name = name
            self.need = need
            self.cost = cost
            fix =
                module.isEmpty
                ? "a kernel with \(option)" : module.contains(" ") ? "modprobe -a \(module)" : "modprobe \(module)"
        }

        var check: Check {
            let feature = feature
            let fix = fix
            let need: Check.Need =
                switch self.need {
                case .everyLab: .everyLab
                case .none: .nobody("no lab of this version")
                case .lab(let which): .labs(which) { $0.features.contains(feature) }
                case .nobody(let which): .nobody(which)
                }
            return Check(feature.rawValue, .kernel, name, need: need, cost: cost) { facts, _ in
                switch facts.features[feature] {
                case .works: .fine("works")
                case .loadable(let module): .fine("not tried: the kernel loads \(module) when a lab first uses it")
                case .absent(let words): .missing(words.isEmpty ? "not in this kernel" : words, fix: fix)
                case .refused(let words):
                    .missing(words, fix: "run it outside the container, or give that --privileged")
                case .untried(let reason): .unseen(reason, fix: facts.isRoot ? "" : "run it again with sudo")
                case nil: .unseen("not tried", fix: "")
                }
            }
        }
    }
}
