internal import CLinux
internal import CNetlink
internal import Glibc
internal import NetworkModel
internal import NetworkPlanning
internal import Preflight

/// What is asked of the calling thread's namespace, which must be a nameless one.
extension KernelProbe {
    /// Makes a link of this kind, named after it.
    static func link(_ kind: String, _ data: ((MessageBuilder) -> Void)? = nil) throws(KernelError) {
        try send { queue, builder in
            builder.append(
                to: &queue, step: 0, type: Int(RTM_NEWLINK), flags: NLM_F_CREATE | NLM_F_EXCL,
                header: LinkMessages.head(0)
            ) { message in
                message.put(IFLA_IFNAME, kind)
                message.nest(IFLA_LINKINFO) {
                    message.put(Int(IFLA_INFO_KIND), kind)
                    if let data { message.nest(Int(IFLA_INFO_DATA)) { data(message) } }
                }
            }
        }
    }

    /// `ip rule add pref 50 [ipproto tcp dport 61000-65534] lookup 50`
    static func rule(withPorts: Bool) throws(KernelError) {
        let header = fib_rule_hdr(
            family: UInt8(AF_INET), dst_len: 0, src_len: 0, tos: 0, table: 50, res1: 0, res2: 0,
            action: UInt8(FR_ACT_TO_TBL), flags: 0)
        try send { queue, builder in
            builder.append(
                to: &queue, step: 0, type: Int(RTM_NEWRULE), flags: NLM_F_CREATE | NLM_F_EXCL, header: header
            ) { message in
                message.put(Int(FRA_PRIORITY), UInt32(withPorts ? 51 : 50))
                guard withPorts else { return }
                message.put(Int(FRA_IP_PROTO), UInt8(IPPROTO_TCP))
                let range = fib_rule_port_range(start: 61_000, end: 65_534)
                withUnsafeBytes(of: range) { message.put(Int(FRA_DPORT_RANGE), bytes: Array($0)) }
            }
        }
    }

    /// Asks for netem on `lo` with no settings: EINVAL comes from netem itself, ENOENT from its absence.
    static func netem() throws(KernelError) {
        do throws(KernelError) {
            try send { queue, builder in
                let header = tcmsg(
                    tcm_family: UInt8(AF_UNSPEC), tcm__pad1: 0, tcm__pad2: 0, tcm_ifindex: 1, tcm_handle: 0,
                    // TC_H_ROOT of <linux/pkt_sched.h>
                    tcm_parent: UInt32.max, tcm_info: 0)
                builder.append(
                    to: &queue, step: 0, type: Int(RTM_NEWQDISC), flags: NLM_F_CREATE | NLM_F_EXCL, header: header
                ) { $0.put(Int(TCA_KIND), "netem") }
            }
        } catch  where error.errno == EINVAL {}
    }

    static func transparentSocket() throws(KernelError) {
        let socket = FileDescriptor(owning: Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
        var on: Int32 = 1
        // 19 is IP_TRANSPARENT.
        if setsockopt(socket.rawValue, Int32(IPPROTO_IP), 19, &on, 4) != 0 {
            throw KernelError(errno: errno, "set IP_TRANSPARENT")
        }
    }

    /// One message over a socket of the calling thread's namespace.
    private static func send(_ encode: (inout MessageQueue, MessageBuilder) -> Void) throws(KernelError) {
        let exchange = NetlinkExchange()
        var queue = MessageQueue()
        encode(&queue, exchange.builder)
        if let failure = exchange.transmit(&queue, over: try NetlinkSocket(), name: { _ in "probe" }) {
            throw KernelError(errno: failure.errno, "probe the kernel", words: failure.text)
        }
    }

    // MARK: nftables

    /// Each expression in a table of its own, since a transaction fails as a whole.
    static let firewall: [(KernelFeature, [Module], Probe)] = [
        (.nftTable, [core], { @Sendable () throws(KernelError) in try Nftables.probe("add table ip probe") }),
        (
            .nftMasquerade, [core, Module("net/netfilter/nft_chain_nat"), Module("net/netfilter/nft_masq")],
            { @Sendable () throws(KernelError) in
                try Nftables.probe(chain("nat", "postrouting", "masquerade"))
            }
        ),
        (
            .nftSocket, [core, Module("net/netfilter/nft_socket")],
            { @Sendable () throws(KernelError) in
                try Nftables.probe(chain("filter", "prerouting", "socket transparent 1 meta mark set 1"))
            }
        ),
        (
            .nftFib, [core, Module("net/ipv4/netfilter/nft_fib_ipv4")],
            { @Sendable () throws(KernelError) in
                try Nftables.probe(chain("filter", "prerouting", "fib saddr oif missing drop"))
            }
        ),
    ]

    private static let core = Module("net/netfilter/nf_tables")

    private static func chain(_ type: String, _ hook: String, _ rule: String) -> String {
        "add table ip \(hook); add chain ip \(hook) c { type \(type) hook \(hook) priority 0 ; }; add rule ip \(hook) c \(rule)"
    }
}
