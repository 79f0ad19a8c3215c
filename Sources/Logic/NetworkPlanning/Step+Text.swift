import NetworkModel

extension Step {
    /// What a step does to its object.
    package enum Action: String, Hashable, Sendable, Codable { case add, change, remove }

    package var action: Action {
        switch self {
        case .addNamespace, .addLink, .addVethPair, .addAddress, .addRoute, .addRule, .addNeighbour: .add
        case .changeLink, .replaceRoute, .setSysctl, .setFirewall: .change
        case .removeNamespace, .removeLink, .removeAddress, .removeRoute, .removeRule, .removeNeighbour,
            .removeFirewall:
            .remove
        }
    }

    /// The kind of object, in the words of ip(8), sysctl(8) and nft(8).
    package var kind: String {
        switch self {
        case .addNamespace, .removeNamespace: "netns"
        case .addLink, .addVethPair, .removeLink, .changeLink: "link"
        case .addAddress, .removeAddress: "address"
        case .addRoute, .replaceRoute, .removeRoute: "route"
        case .addRule, .removeRule: "rule"
        case .addNeighbour, .removeNeighbour: "neighbour"
        case .setSysctl: "sysctl"
        case .setFirewall, .removeFirewall: "table"
        }
    }

    /// The object as the command line that makes it would name it, without its kind and namespace.
    package var object: String {
        switch self {
        case .addNamespace(let name, _), .removeNamespace(let name): "\(name)"
        case .addLink(_, let link), .removeLink(_, let link): link.text
        case .changeLink(_, _, let link): link.text
        case .addVethPair(let end, _): end.link.text
        case .addAddress(_, let address), .removeAddress(_, let address): address.text
        case .addRoute(_, let route), .replaceRoute(_, _, let route), .removeRoute(_, let route): route.text
        case .addRule(_, let rule), .removeRule(_, let rule): "\(rule)"
        case .addNeighbour(_, let neighbour), .removeNeighbour(_, let neighbour): neighbour.text
        case .setSysctl(_, let name, _, let value): "\(name)=\(value)"
        case .setFirewall(_, let table), .removeFirewall(_, let table): table.text
        }
    }
}

extension ForeignObject {
    /// The kind of object, as ``Step/kind``.
    package var kind: String {
        switch self {
        case .namespace: "netns"
        case .link: "link"
        case .address: "address"
        case .route: "route"
        case .rule: "rule"
        case .neighbour: "neighbour"
        case .firewall: "table"
        }
    }

    /// The object as ``Step/object`` writes it.
    package var object: String {
        switch self {
        case .namespace(let name, let mark): mark.map { "\(name) marked \($0.text)" } ?? "\(name) without a mark"
        case .link(_, let link): link.text
        case .address(_, let address): address.text
        case .route(_, let route): route.text
        case .rule(_, let rule): "\(rule)"
        case .neighbour(_, let neighbour): neighbour.text
        case .firewall(_, let table): table.text
        }
    }
}

extension ForeignObject: Comparable {
    /// By namespace, then kind, then text.
    package static func < (left: ForeignObject, right: ForeignObject) -> Bool {
        (left.namespace, left.kind, left.object) < (right.namespace, right.kind, right.object)
    }
}

extension LinkKind {
    /// `type bridge`, `type veth peer eth0 netns NAME`.
    var text: String {
        switch self {
        case .loopback: "loopback"
        case .bridge: "bridge"
        case .veth(let peer): "veth peer \(peer.name) netns \(peer.namespace)"
        case .other(let kind): kind
        }
    }
}

extension Link {
    var text: String {
        var words = ["\(name)", "type", kind.text]
        if let mac { words += ["address", "\(mac)"] }
        words += ["mtu", "\(mtu)"]
        if let master { words += ["master", "\(master)"] }
        if !arp { words += ["arp", "off"] }
        words.append(isUp ? "up" : "down")
        return words.joined(separator: " ")
    }
}

extension InterfaceAddress {
    var text: String { "\(prefix) dev \(link)" + (scope == .universe ? "" : " scope \(scope)") }
}

extension Route {
    var text: String { table == .main ? "\(self)" : "\(self) table \(table)" }
}

extension Neighbour {
    var text: String {
        "\(address) dev \(link) lladdr \(mac)" + (isPermanent ? " nud permanent" : "")
            + (isExternallyLearned ? " extern_learn" : "")
    }
}

extension FirewallTable {
    var text: String { (family == .ipv4 ? "ip " : "ip6 ") + name }
}
