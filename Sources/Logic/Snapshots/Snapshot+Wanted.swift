package import NetworkModel
internal import NetworkPlanning

extension Snapshot {
    /// What a snapshot of the lab would be if it stood as it is wanted.
    ///
    /// A wanted network does not say everything: what it leaves open (a sysctl, a MAC address, what the kernel makes by
    /// itself, the proxy's table) is taken from the live one, and so is no difference. All else that is live and not
    /// wanted is one, also what the model of the reconciler does not have, such as an IPv6 route.
    ///
    /// - Parameters:
    ///   - wanted: the lab's desired state.
    ///   - observed: the model's view of the live lab: the tables of nftables are judged by it.
    ///   - live: the lab's snapshot, taken at the same time.
    package init(wanted: NetworkState, observed: NetworkState, live: Snapshot) {
        self.init(lab: live.lab, proxy: live.proxy)
        for (name, state) in wanted.withKernelRoutes().namespaces {
            let key = Snapshot.name(of: name.rawValue, in: live.lab)
            namespaces[key] = NamespaceSnapshot(
                wanted: state, observed: observed.namespaces[name], live: live.namespaces[key] ?? NamespaceSnapshot(),
                lab: live.lab)
        }
    }
}

extension NamespaceSnapshot {
    fileprivate init(wanted: NamespaceState, observed: NamespaceState?, live: NamespaceSnapshot, lab: String) {
        self.init()
        var complete: [Link] = wanted.links.values.map { link in
            var link = link
            if link.mac == nil { link.mac = observed?.links[link.name]?.mac }
            return link
        }
        complete.append(Link(name: .loopback, kind: .loopback, mtu: 65536))
        links = complete.map { SnapshotLine.link($0, lab: lab) }.sorted()
        let own = InterfaceAddress(
            link: .loopback, prefix: IPPrefix(IPAddress(127, 0, 0, 1), 8), scope: .host)
        addresses = Self.joined(
            wanted.addresses.union([own]).map(SnapshotLine.address),
            live.addresses.filter { $0 == "inet6 ::1/128 scope host lo" })
        neighbours = wanted.neighbours.map(SnapshotLine.neighbour).sorted()
        let defaults = Rule.kernelDefaults(.ipv6).map(SnapshotLine.rule)
        rules = Self.joined(wanted.rules.map(SnapshotLine.rule), live.rules.filter { defaults.contains($0) })
        routes = Self.joined(
            wanted.routes.values.map { SnapshotLine.route($0) }, live.routes.filter(Self.isKernelMade))
        let settings = wanted.links.values.flatMap(SnapshotLine.settings)
        let named = settings + wanted.sysctls.map { SnapshotLine.sysctl($0.key, $0.value) }
        let names = Set(named.map(Self.name))
        sysctls = Self.joined(named, live.sysctls.filter { !names.contains(Self.name($0)) })
        firewall = Self.firewall(wanted, observed, live)
    }

    private static func joined(_ first: [String], _ second: [String]) -> [String] {
        Set(first).union(second).sorted()
    }

    /// What stands before the equals sign.
    private static func name(_ sysctl: String) -> Substring { sysctl.prefix { $0 != " " } }

    /// Entries that the kernel makes with an address or a link, and which the model does not foresee: table local's,
    /// and IPv6's.
    private static func isKernelMade(_ line: String) -> Bool {
        let words = line.split(separator: " ")
        guard let proto = words.firstIndex(of: "proto"), proto + 1 < words.count, words[proto + 1] == "kernel" else {
            return false
        }
        let isLocal = line.hasSuffix(" table local") || line.contains(" table local ")
        return isLocal || words.prefix(2).contains { $0.contains(":") }
    }

    /// The live lines of each table that is as wanted, and the wanted lines of each that is not.
    private static func firewall(
        _ wanted: NamespaceState, _ observed: NamespaceState?, _ live: NamespaceSnapshot
    ) -> [String] {
        wanted.firewall.values.sorted { $0.name < $1.name }.flatMap { table in
            let isAsWanted = observed?.firewall[table.name] == table.canonical
            guard isAsWanted else { return SnapshotLine.nft(table) }
            let place = "table \(table.family == .ipv4 ? "ip" : "ip6") \(table.name)"
            return live.firewall.filter { $0 == place || $0.hasPrefix(place + " ") || $0.hasPrefix(place + ":") }
        }
    }
}
