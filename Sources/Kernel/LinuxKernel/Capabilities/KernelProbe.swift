internal import CLinux
internal import CNetlink
internal import Glibc
internal import NetworkModel
internal import NetworkPlanning

/// Finds out what the kernel and this process's rights allow by doing it, in a nameless namespace that goes away with
/// the probe. The host's namespace is not touched.
package enum KernelProbe {
    /// All capabilities, required ones first. Never throws: what fails is missing.
    package static func run() -> [KernelCapability] {
        var results = [rights(), namedNamespaces(), descriptors()]
        var inside: [KernelCapability] = []
        do throws(KernelError) {
            try NamespaceThread.run { () throws(KernelError) in
                try NamespaceThread.enterNew()
                inside = probes.map { $0.result() }
            }
            results.append(Probe.namespaces.capability(nil))
        } catch {
            results.append(Probe.namespaces.capability(error))
            inside = probes.map { $0.capability(error) }
        }
        return (results + inside).sorted { $0.isRequired && !$1.isRequired }
    }

    private struct Probe {
        var name: String
        var cost: String
        var advice: String
        var isRequired: Bool
        var body: () throws(KernelError) -> Void

        func result() -> KernelCapability {
            do throws(KernelError) {
                try body()
                return capability(nil)
            } catch {
                return capability(error)
            }
        }

        func capability(_ error: KernelError?) -> KernelCapability {
            let words = error.map { $0.detail.isEmpty ? "\($0.code): " : "\($0.detail): " } ?? ""
            return KernelCapability(
                name: name, isAvailable: error == nil, cost: cost, advice: error == nil ? "" : words + advice,
                isRequired: isRequired)
        }

        static var namespaces: Probe {
            Probe(
                name: "network namespaces", cost: "no lab at all", advice: "run netlab as root (CAP_SYS_ADMIN)",
                isRequired: true
            ) {}
        }
    }

    private static var probes: [Probe] {
        [
            Probe(
                name: "veth", cost: "no links between nodes and pods", advice: "modprobe veth", isRequired: true
            ) { () throws(KernelError) in
                try send { queue, builder in
                    guard let near = LinkName(rawValue: "a"), let far = LinkName(rawValue: "b") else { return }
                    LinkMessages.addVethPair(
                        Link(name: near, kind: .other("veth")), index: 0, Link(name: far, kind: .other("veth")),
                        index: 0, namespace: nil, to: &queue, builder, step: 0)
                }
            },
            Probe(
                name: "bridge", cost: "no network between nodes", advice: "modprobe bridge", isRequired: true
            ) { () throws(KernelError) in
                try send { queue, builder in
                    guard let name = LinkName(rawValue: "c") else { return }
                    LinkMessages.addBridge(Link(name: name, kind: .bridge), index: 0, to: &queue, builder, step: 0)
                }
            },
            Probe(
                name: "policy routing", cost: "no delivery table for pods (ip rule)",
                advice: "the kernel needs CONFIG_IP_MULTIPLE_TABLES", isRequired: true
            ) { () throws(KernelError) in
                try send { queue, builder in
                    let rule = Rule(priority: 50, table: RouteTable(rawValue: 50))
                    RuleMessages.append(rule, adding: true, to: &queue, builder, step: 0)
                }
            },
            Probe(
                name: "net.ipv4.ip_forward", cost: "nodes cannot route for their pods",
                advice: "mount /proc/sys writable", isRequired: true
            ) { () throws(KernelError) in
                try SysctlFile("net.ipv4.ip_forward").write("1", "set net.ipv4.ip_forward")
            },
            Probe(
                name: "nftables masquerade", cost: "no bpf.masquerade=true: pods keep their address when they leave",
                advice: "modprobe nft_masq nft_chain_nat", isRequired: false
            ) { () throws(KernelError) in
                let rule = FirewallRule([.source(IPPrefix(IPAddress(10, 0, 0, 0), 8))], .masquerade)
                let chain = FirewallChain(name: "post", kind: .nat, hook: .postrouting, priority: 100, rules: [rule])
                let table = FirewallTable(name: "probe", chains: [chain])
                try Nftables.replace(table, NetlinkExchange(), "set an nftables table")
            },
        ]
    }

    /// One message over a socket of the calling thread's namespace.
    private static func send(
        _ encode: (inout MessageQueue, MessageBuilder) -> Void
    ) throws(KernelError) {
        let exchange = NetlinkExchange()
        var queue = MessageQueue()
        encode(&queue, exchange.builder)
        if let failure = exchange.transmit(&queue, over: try NetlinkSocket()) {
            throw KernelError(errno: failure.errno, "probe the kernel", words: failure.text)
        }
    }

    /// Looks at the effective capabilities, to name the missing ones rather than a failed call.
    private static func rights() -> KernelCapability {
        let missing = ProcessRights.missing
        return KernelCapability(
            name: "rights", isAvailable: missing.isEmpty, cost: "no lab at all",
            advice: missing.isEmpty ? "" : "run netlab as root; missing: \(missing.joined(separator: ", "))",
            isRequired: true)
    }

    private static func namedNamespaces() -> KernelCapability {
        Probe(
            name: NamespaceFile.directory, cost: "namespaces cannot be named", advice: "run netlab as root",
            isRequired: true
        ) { () throws(KernelError) in try NamespaceDirectory.prepare() }.result()
    }

    /// One per namespace is kept, and the proxy needs some per service.
    private static func descriptors() -> KernelCapability {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        let isEnough = limit.rlim_max >= 4096
        return KernelCapability(
            name: "open files", isAvailable: isEnough, cost: "labs of more than some hundred nodes get slow or fail",
            advice: isEnough ? "" : "the hard limit is \(limit.rlim_max): ulimit -Hn 20000", isRequired: false)
    }
}
