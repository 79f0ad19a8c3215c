internal import CNetlink
internal import NetworkModel
package import NetworkPlanning
package import Snapshots

extension LinuxNetwork {
    /// Reads all of a lab's namespaces as they are now, both families, every table; asks no daemon, so without what the
    /// proxy forwards.
    ///
    /// - Throws: that a namespace could not be read. One that goes meanwhile is left out.
    package func snapshot(lab: String) throws(KernelError) -> Snapshot {
        let names = LabNamespaces(lab: lab).find().sorted()
        return try withState { state throws(KernelError) in
            try SnapshotReading(lab: lab, sockets: state.sockets, exchange: state.exchange).read(names)
        }
    }
}

/// Takes a snapshot: dumps over each namespace's socket, from home, then one thread through all of them for sysctls and
/// nftables.
private struct SnapshotReading {
    let lab: String
    let sockets: NamespaceSockets
    let exchange: NetlinkExchange

    /// What netlab sets or depends upon; those of links are read with the links.
    static let sysctls = [
        "net.ipv4.conf.all.arp_ignore", "net.ipv4.conf.all.rp_filter", "net.ipv4.conf.all.src_valid_mark",
        "net.ipv4.fib_multipath_hash_policy", "net.ipv4.icmp_echo_ignore_all", "net.ipv4.icmp_ratemask",
        "net.ipv4.ip_forward",
        "net.ipv4.ip_local_port_range", "net.ipv4.ip_no_pmtu_disc", "net.ipv6.conf.all.disable_ipv6",
        "net.ipv6.conf.all.forwarding",
    ]

    func read(_ names: [NamespaceName]) throws(KernelError) -> Snapshot {
        var found: [PeerResolution.Namespace] = []
        for name in names {
            do throws(KernelError) {
                let socket = try sockets.socket(of: name)
                let links = try LinkDump(socket, exchange, of: name.rawValue).links
                found.append(PeerResolution.Namespace(name: name, socket: socket, links: links))
            } catch {
                guard error.code == .notFound || error.code == .invalid else { throw error }
            }
        }
        var peers = PeerResolution(found, exchange)
        var result: [NamespaceSnapshot] = []
        for position in found.indices { result.append(try dumps(found[position], try peers.links(of: position))) }
        let files = try Self.sysctls.map { name throws(KernelError) in try SysctlFile(name) }
        do throws(StepFailure) {
            try NamespaceVisit.run(found.map(\.name)) { position throws(KernelError) in
                for file in files {
                    guard let value = try file.read() else { continue }
                    result[position].sysctls.append(SnapshotLine.sysctl(file.name, value))
                }
                result[position].sysctls.sort()
                result[position].firewall = SnapshotLine.nft(listing: try Nftables.listing(exchange))
            }
        } catch {
            throw error.error
        }
        let keys = found.map { Snapshot.name(of: $0.name.rawValue, in: lab) }
        return Snapshot(lab: lab, namespaces: Dictionary(zip(keys, result)) { _, last in last })
    }

    private func dumps(
        _ namespace: PeerResolution.Namespace, _ resolved: [Link]
    ) throws(KernelError) -> NamespaceSnapshot {
        let (socket, name) = (namespace.socket, namespace.name.rawValue)
        let names = Dictionary(namespace.links.map { ($0.index, $0.link.name) }) { _, last in last }
        let byName = Dictionary(resolved.map { ($0.name, $0) }) { _, last in last }
        var snapshot = NamespaceSnapshot()
        for found in namespace.links {
            let link = byName[found.link.name] ?? found.link
            snapshot.links.append(SnapshotLine.link(link, lab: lab))
            snapshot.sysctls += SnapshotLine.settings(link)
        }
        snapshot.links.sort()
        let neighbours = try NeighbourMessages.dump(socket, exchange, of: name, names: names)
        snapshot.neighbours = neighbours.sorted().map(SnapshotLine.neighbour)
        snapshot.addresses = try addresses(socket, name, names)
        for family in [IPFamily.ipv4, .ipv6] {
            snapshot.rules += try rules(socket, name, family)
            snapshot.routes += try routes(socket, name, family, names)
        }
        return snapshot
    }

    private func addresses(
        _ socket: NetlinkSocket, _ name: String, _ names: [Int32: LinkName]
    ) throws(KernelError) -> [String] {
        var found: [InterfaceAddress] = []
        let header = ifaddrmsg(ifa_family: UInt8(AF_UNSPEC), ifa_prefixlen: 0, ifa_flags: 0, ifa_scope: 0, ifa_index: 0)
        try exchange.ask(
            socket, "list the addresses of \(name)", type: Int(RTM_GETADDR), flags: NLM_F_DUMP, header: header,
            begin: { found = [] }
        ) { message in
            if let address = AddressMessages.decode(message, names: names, all: true) { found.append(address) }
        }
        return found.sorted().map(SnapshotLine.address)
    }

    private func rules(
        _ socket: NetlinkSocket, _ name: String, _ family: IPFamily
    ) throws(KernelError) -> [String] {
        var found: [(rule: Rule, text: String)] = []
        let header = fib_rule_hdr(
            family: family.number, dst_len: 0, src_len: 0, tos: 0, table: 0, res1: 0, res2: 0, action: 0, flags: 0)
        try exchange.ask(
            socket, "list the rules of \(name)", type: Int(RTM_GETRULE), flags: NLM_F_DUMP, header: header,
            begin: { found = [] }
        ) { message in
            if let rule = RuleMessages.decode(message, all: true) {
                found.append((rule, RuleMessages.line(rule, message)))
            }
        }
        return found.sorted { ($0.rule.priority, $0.text) < ($1.rule.priority, $1.text) }.map(\.text)
    }

    private func routes(
        _ socket: NetlinkSocket, _ name: String, _ family: IPFamily, _ names: [Int32: LinkName]
    ) throws(KernelError) -> [String] {
        var found: [(key: RouteKey, text: String)] = []
        let header = rtmsg(
            rtm_family: family.number, rtm_dst_len: 0, rtm_src_len: 0, rtm_tos: 0, rtm_table: 0, rtm_protocol: 0,
            rtm_scope: 0, rtm_type: 0, rtm_flags: 0)
        try exchange.ask(
            socket, "list the routes of \(name)", type: Int(RTM_GETROUTE), flags: NLM_F_DUMP, header: header,
            begin: { found = [] }
        ) { message in
            if let route = RouteMessages.decode(message, names: names, all: true) {
                found.append((route.key, RouteMessages.line(route, message, names: names)))
            }
        }
        return found.sorted { $0.key == $1.key ? $0.text < $1.text : $0.key < $1.key }.map(\.text)
    }
}
