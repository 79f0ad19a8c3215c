extension FirewallTable {
    /// The same table as the kernel gives it back: a list of hosts or transports is a set there, so it has no order and
    /// no duplicates, and a set of one host is that host.
    ///
    /// A desired table has to be canonical for it to compare equal with an observed one.
    package var canonical: FirewallTable {
        var table = self
        for chain in table.chains.indices {
            for rule in table.chains[chain].rules.indices {
                table.chains[chain].rules[rule].matches = table.chains[chain].rules[rule].matches.map(\.canonical)
            }
        }
        return table
    }
}

extension FirewallMatch {
    fileprivate var canonical: FirewallMatch {
        switch self {
        case .destinationIn(let hosts):
            let hosts = Set(hosts).sorted()
            guard hosts.count == 1, let host = hosts.first else { return .destinationIn(hosts) }
            return .destination(IPPrefix(host: host))
        case .transport(let names): return .transport(Set(names).sorted())
        case .source, .notSource, .destination, .notDestination, .inputLink, .outputLink, .transparentSocket, .reply:
            return self
        }
    }
}
