/// Everything in one network namespace that the lab wants or that was observed.
///
/// Objects the kernel makes by itself (connected routes, the local table, default rules, `127.0.0.1`) are not part
/// of a desired state; ``NetworkPlanning`` knows which observed ones to expect.
package struct NamespaceState: Hashable, Sendable, Codable {
    /// The ownership mark, kept as the ifalias of `lo`; nil for a namespace that is not a lab's.
    package var mark: OwnershipMark?
    /// All but `lo`, which every namespace has and every lab namespace has up.
    package var links: [LinkName: Link]
    package var addresses: Set<InterfaceAddress>
    package var routes: [RouteKey: Route]
    package var rules: Set<Rule>
    package var neighbours: Set<Neighbour>
    /// Sysctls of the namespace by dotted name (`net.ipv4.ip_forward`), only those that must have a value.
    package var sysctls: [String: String]
    package var firewall: [String: FirewallTable]

    package init(
        mark: OwnershipMark? = nil, links: [Link] = [], addresses: Set<InterfaceAddress> = [], routes: [Route] = [],
        rules: Set<Rule> = Set(Rule.kernelDefaults(.ipv4)), neighbours: Set<Neighbour> = [],
        sysctls: [String: String] = [:], firewall: [FirewallTable] = []
    ) {
        self.mark = mark
        self.links = Dictionary(links.map { ($0.name, $0) }) { _, last in last }
        self.addresses = addresses
        self.routes = Dictionary(routes.map { ($0.key, $0) }) { _, last in last }
        self.rules = rules
        self.neighbours = neighbours
        self.sysctls = sysctls
        self.firewall = Dictionary(firewall.map { ($0.name, $0) }) { _, last in last }
    }

    /// Adds a route, replacing one with the same key.
    package mutating func insert(_ route: Route) { routes[route.key] = route }
}

extension NamespaceState {
    private enum CodingKeys: String, CodingKey {
        case mark, links, addresses, routes, rules, neighbours, sysctls, firewall
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            mark: try container.decodeIfPresent(OwnershipMark.self, forKey: .mark),
            links: try container.decode([Link].self, forKey: .links),
            addresses: Set(try container.decode([InterfaceAddress].self, forKey: .addresses)),
            routes: try container.decode([Route].self, forKey: .routes),
            rules: Set(try container.decode([Rule].self, forKey: .rules)),
            neighbours: Set(try container.decode([Neighbour].self, forKey: .neighbours)),
            sysctls: try container.decode([String: String].self, forKey: .sysctls),
            firewall: try container.decode([FirewallTable].self, forKey: .firewall))
    }

    /// Sorted lists, so that equal states have equal bytes.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(mark, forKey: .mark)
        try container.encode(links.values.sorted { $0.name < $1.name }, forKey: .links)
        try container.encode(addresses.sorted(), forKey: .addresses)
        try container.encode(routes.values.sorted { $0.key < $1.key }, forKey: .routes)
        try container.encode(rules.sorted(), forKey: .rules)
        try container.encode(neighbours.sorted(), forKey: .neighbours)
        try container.encode(sysctls, forKey: .sysctls)
        try container.encode(firewall.values.sorted { $0.name < $1.name }, forKey: .firewall)
    }
}

/// An address on a link.
package struct InterfaceAddress: Hashable, Sendable, Codable, Comparable {
    package var link: LinkName
    /// With host bits: `172.18.0.2/16`.
    package var prefix: IPPrefix
    package var scope: RouteScope

    package init(link: LinkName, prefix: IPPrefix, scope: RouteScope = .universe) {
        self.link = link
        self.prefix = prefix
        self.scope = scope
    }

    package static func < (left: InterfaceAddress, right: InterfaceAddress) -> Bool {
        (left.link, left.prefix) < (right.link, right.prefix)
    }
}

/// The namespaces of a lab, by name.
package struct NetworkState: Hashable, Sendable, Codable {
    package var namespaces: [NamespaceName: NamespaceState]

    package init(namespaces: [NamespaceName: NamespaceState] = [:]) { self.namespaces = namespaces }

    package var isEmpty: Bool { namespaces.isEmpty }
}

extension NamespaceName: CodingKeyRepresentable {
    package var codingKey: any CodingKey { NameCodingKey(stringValue: rawValue) }
    package init?(codingKey: some CodingKey) { self.init(rawValue: codingKey.stringValue) }
}

/// A coding key that is just its text.
private struct NameCodingKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
