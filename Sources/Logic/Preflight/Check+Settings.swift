extension Check {
    /// Sysctls of the host. A new namespace takes some from there; what a lab's routing depends on it sets itself.
    static let settings: [Check] = [
        Check(
            "setting.writable", .settings, "/proc/sys", need: .everyLab, cost: "nodes cannot route for their pods",
            isEssential: true
        ) { facts, _ in
            switch facts.sysctlsAreReadOnly {
            case .known(false): .fine("writable")
            case .known(true): .missing("mounted read-only", fix: "mount -o remount,rw /proc/sys")
            default: .unseen("not known", fix: "")
            }
        },
        Check(
            "setting.congestion", .settings, "TCP congestion control", need: .nobody("no lab"),
            cost: "one stream between namespaces reaches about half of what reno or cubic reach"
        ) { facts, _ in
            let name = "net.ipv4.tcp_congestion_control"
            switch facts.sysctls[name] {
            case .known("bbr"):
                return .harmful("bbr, which every namespace made from now on gets", fix: "sysctl -w \(name)=cubic")
            case .known(let algorithm): return .fine(algorithm)
            default: return .unseen("not known", fix: "")
            }
        },
        indifferent(
            "setting.rp-filter", "reverse path filter",
            ["net.ipv4.conf.all.rp_filter", "net.ipv4.conf.default.rp_filter"], "nodes set their own to 0"),
        indifferent("setting.forwarding", "forwarding", ["net.ipv4.ip_forward"], "nodes set their own to 1"),
        indifferent(
            "setting.inheritance", "settings of new namespaces", ["net.core.devconf_inherit_init_net"],
            "what routing depends on is set in each"),
        indifferent(
            "setting.bridge-filter", "bridged packets to iptables", ["net.bridge.bridge-nf-call-iptables"],
            "the lab's bridge stands where there are no rules"),
        indifferent("setting.ports", "local ports", ["net.ipv4.ip_local_port_range"], "each namespace has its own"),
    ]

    /// One that other tools have to care about.
    private static func indifferent(_ id: String, _ name: String, _ sysctls: [String], _ reason: String) -> Check {
        Check(id, .settings, name, need: .nobody("no lab"), cost: "nothing: \(reason)") { facts, _ in
            let values = sysctls.compactMap { facts.sysctls[$0]?.value }
            return .fine((values.isEmpty ? "not set" : values.joined(separator: ", ")) + "; cannot matter: \(reason)")
        }
    }
}
