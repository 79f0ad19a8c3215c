import Foundation
import Testing

/// Things on a machine that are not netlab's and look as if they were: by name, by address, by place.
struct ForeignHost {
    let machine: Machine
    /// The lab whose names they resemble.
    let lab: String
    private let processes: [Int]

    private var namespaces: [String] { ["\(lab).kind-worker9", "\(lab)x.kind-worker", "kind", "netlab"] }
    /// Names in /run/netns that lead to no network namespace, or to one that has another name.
    private var entries: [String] {
        ["empty", "notes", "dangling", "alias", "link", "stale", "uts"].map { "\(lab).\($0)" }
    }

    /// Makes them all; ``remove()`` takes them away.
    init(on machine: Machine, like lab: String) throws {
        self.machine = machine
        self.lab = lab
        try machine.shell(
            """
            set -e
            sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
            sysctl -qw net.ipv4.ip_forward=0 net.ipv4.conf.all.rp_filter=1 net.ipv4.ip_local_port_range='20000 30000'
            ip link add kind type bridge mcast_snooping 0; ip addr add 172.18.0.1/16 dev kind; ip link set kind up
            ip link add veth0 type veth peer name eth0; ip addr add 10.244.0.1/16 dev veth0
            ip link set veth0 up; ip link set eth0 up
            ip route add 10.96.0.0/12 via 10.244.0.2; ip route add default via 10.244.0.3
            ip rule add pref 50 lookup 50; ip route add blackhole 10.0.0.0/8 table 50
            nft add table ip netlab; nft add chain ip netlab postrouting '{ type nat hook postrouting priority 100; }'
            nft add rule ip netlab postrouting ip saddr 10.0.0.0/8 masquerade
            cd /run/netns
            for n in \(lab).kind-worker9 \(lab)x.kind-worker kind netlab; do ip netns add $n; done
            ip -n kind link set lo alias netlab; ip -n netlab link set lo alias not-netlab:\(lab):00000000
            ip -n netlab link set lo up; ip -n netlab addr add 172.18.0.2/16 dev lo
            touch \(lab).empty; echo precious > \(lab).notes
            ln -s /nowhere \(lab).dangling; ln -s /run/netns/\(lab).kind-worker \(lab).alias
            ln -s /run/netns/kind \(lab).link
            echo stale > /run/stale; touch \(lab).stale; mount --bind /run/stale \(lab).stale
            touch \(lab).uts; unshare --uts=/run/netns/\(lab).uts true
            """)
        let decoys = [
            "exec -a netlab sleep 1000001", "exec -a 'netlab daemon --lab other' sleep 1000002",
            "exec ip netns exec netlab sleep 1000003",
        ]
        processes = try decoys.map { decoy in
            let text = try machine.shell("bash -c \"\(decoy)\" </dev/null >/dev/null 2>&1 & echo $!")
            return Int(text.trimmedLines.first ?? "") ?? 0
        }
        try eventually("the decoys run") { try machine.processes().count { $0.contains(" 100000") } == 3 }
    }

    /// Everything about them that a reader could see, line by line.
    func listing() throws -> [String] {
        let script = """
            ip -o link; ip -o addr; ip route show table all; ip rule; ip neigh; nft list ruleset
            sysctl net.ipv4.ip_forward net.ipv4.ip_local_port_range net.ipv4.conf
            cd /run/netns
            for n in \((namespaces + entries).joined(separator: " ")); do
                stat -c '%n %i %F %s %a %Y' $n; readlink $n || true
            done
            for n in \(namespaces.joined(separator: " ")); do
                stat -Lc %i $n; ip -n $n -o link; ip -n $n -o addr; ip -n $n route show table all
                ip netns exec $n nft list ruleset
            done
            cat \(lab).notes \(lab).stale
            grep -E ' /run/netns/(\((namespaces + entries).joined(separator: "|"))) ' /proc/self/mountinfo
            for p in \(processes.map(String.init).joined(separator: " ")); do
                tr '\\0' ' ' < /proc/$p/cmdline; cut -d' ' -f1,22 /proc/$p/stat; readlink /proc/$p/ns/net
            done
            """
        return try machine.shell(script).trimmedLines
    }

    func remove() throws {
        try machine.shell(
            """
            kill \(processes.map(String.init).joined(separator: " "))
            cd /run/netns; umount \(lab).stale \(lab).uts; rm \(entries.joined(separator: " ")) /run/stale
            rm -rf /run/mount  # umount's own
            for n in \(namespaces.joined(separator: " ")); do ip netns delete $n; done
            ip link delete kind; ip link delete veth0; ip rule delete pref 50; ip route flush table 50
            nft delete table ip netlab
            """)
        let names = processes.map { "/proc/\($0)" }.joined(separator: " ")
        try eventually("the decoys end") { try machine.run(["bash", "-c", "ls -d \(names)"]).output == "" }
    }
}
