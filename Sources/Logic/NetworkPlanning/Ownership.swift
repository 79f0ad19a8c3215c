package import NetworkModel

/// What a lab has made or is about to make: the names of objects, not their values.
///
/// It tells a route the lab no longer wants from one that a student added. It is small on purpose: routes are kept as
/// keys and written as one text per namespace, because the journal is saved before every change.
package struct Ownership: Hashable, Sendable, Codable {
    package var namespaces: [NamespaceName: OwnedObjects]

    package init(namespaces: [NamespaceName: OwnedObjects] = [:]) { self.namespaces = namespaces }

    /// Everything a desired state names.
    package init(_ state: NetworkState) {
        namespaces = state.namespaces.mapValues { OwnedObjects($0) }
    }

    /// Adds what another desired state owns.
    package func union(_ other: Ownership) -> Ownership {
        Ownership(namespaces: namespaces.merging(other.namespaces) { $0.union($1) })
    }

    package var isEmpty: Bool { namespaces.isEmpty }
}

/// The objects of one namespace that are a lab's.
package struct OwnedObjects: Hashable, Sendable {
    /// The marks the lab gave the namespace; usually one.
    package var marks: Set<OwnershipMark>
    package var links: Set<LinkName>
    package var addresses: Set<InterfaceAddress>
    package var routes: Set<RouteKey>
    package var rules: Set<Rule>
    package var neighbours: Set<Neighbour>
    package var firewall: Set<String>
    /// Names of the sysctls the lab has set, so that they are looked at before a namespace is taken away.
    package var sysctls: Set<String>

    package init(_ state: NamespaceState) {
        marks = state.mark.map { [$0] } ?? []
        links = Set(state.links.keys)
        addresses = state.addresses
        routes = Set(state.routes.keys)
        rules = state.rules
        neighbours = state.neighbours
        firewall = Set(state.firewall.keys)
        sysctls = Set(state.sysctls.keys)
    }

    func union(_ other: OwnedObjects) -> OwnedObjects {
        var both = self
        both.marks.formUnion(other.marks)
        both.links.formUnion(other.links)
        both.addresses.formUnion(other.addresses)
        both.routes.formUnion(other.routes)
        both.rules.formUnion(other.rules)
        both.neighbours.formUnion(other.neighbours)
        both.firewall.formUnion(other.firewall)
        both.sysctls.formUnion(other.sysctls)
        return both
    }
}

extension OwnedObjects: Codable {
    private enum CodingKeys: String, CodingKey {
        case marks, links, addresses, routes, rules, neighbours, firewall, sysctls
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        marks = Set(try container.decode([OwnershipMark].self, forKey: .marks))
        links = Set(try container.decode([LinkName].self, forKey: .links))
        addresses = Set(try container.decode([InterfaceAddress].self, forKey: .addresses))
        let text = try container.decode(String.self, forKey: .routes)
        routes = []
        for part in text.split(separator: ",") {
            guard let key = RouteKey(journal: part) else {
                throw DecodingError.dataCorruptedError(
                    forKey: .routes, in: container, debugDescription: "\"\(part)\" is no route key")
            }
            routes.insert(key)
        }
        rules = Set(try container.decode([Rule].self, forKey: .rules))
        neighbours = Set(try container.decode([Neighbour].self, forKey: .neighbours))
        firewall = Set(try container.decode([String].self, forKey: .firewall))
        sysctls = Set(try container.decode([String].self, forKey: .sysctls))
    }

    /// Sorted, so that equal ownership has equal bytes; the routes as one text, `10.0.0.0/24,0.0.0.0/0@50+5`.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(marks.sorted { $0.text < $1.text }, forKey: .marks)
        try container.encode(links.sorted(), forKey: .links)
        try container.encode(addresses.sorted(), forKey: .addresses)
        try container.encode(routes.sorted().map(\.journalText).joined(separator: ","), forKey: .routes)
        try container.encode(rules.sorted(), forKey: .rules)
        try container.encode(neighbours.sorted(), forKey: .neighbours)
        try container.encode(firewall.sorted(), forKey: .firewall)
        try container.encode(sysctls.sorted(), forKey: .sysctls)
    }
}

extension RouteKey {
    /// `PREFIX[@TABLE][+METRIC]`, where main and 0 are left out.
    var journalText: String {
        var text = "\(destination)"
        if table != .main { text += "@\(table.rawValue)" }
        if metric != 0 { text += "+\(metric)" }
        return text
    }

    init?(journal text: Substring) {
        var rest = text
        var metric: UInt32 = 0
        if let plus = rest.firstIndex(of: "+") {
            guard let number = UInt32(rest[rest.index(after: plus)...]) else { return nil }
            metric = number
            rest = rest[..<plus]
        }
        var table = RouteTable.main
        if let at = rest.firstIndex(of: "@") {
            guard let number = UInt32(rest[rest.index(after: at)...]) else { return nil }
            table = RouteTable(rawValue: number)
            rest = rest[..<at]
        }
        guard let destination = IPPrefix(String(rest)) else { return nil }
        self.init(table: table, destination: destination, metric: metric)
    }
}
