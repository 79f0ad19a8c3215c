/// The network of a whole lab at one moment, in the words of ip(8), nft(8) and sysctl(8).
///
/// Equal networks have equal snapshots: lists are sorted, and what differs between two runs of one lab (indexes,
/// counters, ages, learnt neighbours, the instance in ownership marks) is not in it. Namespaces are called by what
/// follows the lab's name, so that a lab called by `--name` has the snapshot of its directory.
package struct Snapshot: Hashable, Sendable {
    /// Raised whenever a line of an unchanged network would read differently.
    package static let schemaVersion = 1
    static let kind = "NetlabSnapshot"

    /// Whose it is; not compared.
    package var lab: String
    package var namespaces: [String: NamespaceSnapshot]
    /// What the ClusterIP proxy forwards, a line for each port of a Service; nil when no daemon answered.
    package var proxy: [String]?

    package init(lab: String, namespaces: [String: NamespaceSnapshot] = [:], proxy: [String]? = nil) {
        self.lab = lab
        self.namespaces = namespaces
        self.proxy = proxy
    }

    /// What a lab's namespace is called in its snapshots: `kind-worker` for `three-node.kind-worker`.
    package static func name(of namespace: String, in lab: String) -> String {
        namespace.hasPrefix(lab + ".") ? String(namespace.dropFirst(lab.count + 1)) : namespace
    }
}

/// One network namespace, as lines.
package struct NamespaceSnapshot: Hashable, Sendable, Codable {
    package var links: [String]
    package var addresses: [String]
    /// Permanent and externally learnt ones only.
    package var neighbours: [String]
    package var rules: [String]
    /// Of every table and both families.
    package var routes: [String]
    /// In nft's order, which matters.
    package var firewall: [String]
    package var sysctls: [String]

    package init(
        links: [String] = [], addresses: [String] = [], neighbours: [String] = [], rules: [String] = [],
        routes: [String] = [], firewall: [String] = [], sysctls: [String] = []
    ) {
        self.links = links
        self.addresses = addresses
        self.neighbours = neighbours
        self.rules = rules
        self.routes = routes
        self.firewall = firewall
        self.sysctls = sysctls
    }

    /// The lines of one kind; none for the kinds that are not a namespace's own.
    package subscript(kind: Fact.Kind) -> [String] {
        switch kind {
        case .link: links
        case .address: addresses
        case .neighbour: neighbours
        case .rule: rules
        case .route: routes
        case .nft: firewall
        case .sysctl: sysctls
        case .namespace, .service: []
        }
    }
}

/// One line of a snapshot with the place it stands in.
package struct Fact: Hashable, Sendable, Codable {
    /// In the order in which differences are told.
    package enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        /// The namespace as a whole.
        case namespace
        case link, address, neighbour, rule, route, nft, sysctl
        /// A port of a Service in the proxy's forwarding table.
        case service
    }

    /// `-` for what is the lab's and no namespace's.
    package var namespace: String
    package var kind: Kind
    package var text: String

    package init(namespace: String, kind: Kind, text: String) {
        self.namespace = namespace
        self.kind = kind
        self.text = text
    }
}

/// Why a file is not a snapshot that can be compared.
package enum SnapshotRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// A JSON document of another kind.
    case notASnapshot
    case otherVersion(Int)

    package var description: String {
        switch self {
        case .notASnapshot: "is not a snapshot of netlab"
        case .otherVersion(let version):
            "is a snapshot of schemaVersion \(version), this netlab reads \(Snapshot.schemaVersion)"
        }
    }
}

extension Snapshot: Codable {
    private enum CodingKeys: String, CodingKey { case kind, schemaVersion, lab, namespaces, proxy }

    /// - Throws: ``SnapshotRefusal`` for another kind of document or another version, before the rest is looked at.
    package init(from decoder: any Decoder) throws {
        guard let container = try? decoder.container(keyedBy: CodingKeys.self),
            (try? container.decode(String.self, forKey: .kind)) == Self.kind,
            let version = try? container.decode(Int.self, forKey: .schemaVersion)
        else { throw SnapshotRefusal.notASnapshot }
        guard version == Self.schemaVersion else { throw SnapshotRefusal.otherVersion(version) }
        self.init(
            lab: try container.decode(String.self, forKey: .lab),
            namespaces: try container.decode([String: NamespaceSnapshot].self, forKey: .namespaces),
            proxy: try container.decodeIfPresent([String].self, forKey: .proxy))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(Self.kind, forKey: .kind)
        try container.encode(Self.schemaVersion, forKey: .schemaVersion)
        try container.encode(lab, forKey: .lab)
        try container.encode(namespaces, forKey: .namespaces)
        try container.encode(proxy, forKey: .proxy)
    }
}
