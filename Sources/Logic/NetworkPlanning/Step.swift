package import NetworkModel

/// One change to one namespace. A step carries what it changes from, so that it can be explained and refused when the
/// kernel holds something else.
///
/// Order inside a plan is the planner's business; a kernel performs steps strictly in the order given. The rare large
/// cases are indirect, because a plan can hold a million steps and each is as large as the largest case.
package enum Step: Hashable, Sendable, Codable {
    /// Makes the namespace, names it under /run/netns, marks its `lo` and sets `lo` up.
    case addNamespace(NamespaceName, mark: OwnershipMark)
    /// Drops every reference to the namespace. All its links vanish, with the far ends of its veth pairs.
    case removeNamespace(NamespaceName)
    /// Makes a bridge (`veth` is ``addVethPair``).
    case addLink(NamespaceName, Link)
    /// Makes both ends in their namespaces in one message, with MAC, MTU, master, alias and settings set.
    indirect case addVethPair(LinkAt, LinkAt)
    /// Takes a link away; for a veth, its peer too.
    case removeLink(NamespaceName, Link)
    /// Changes MTU, MAC, master, arp, alias, settings or the up flag in place. Name and kind are equal.
    indirect case changeLink(NamespaceName, from: Link, to: Link)
    case addAddress(NamespaceName, InterfaceAddress)
    case removeAddress(NamespaceName, InterfaceAddress)
    case addRoute(NamespaceName, Route)
    /// Replaces the route with the same ``Route/key`` in one message, so that no packet finds a gap.
    indirect case replaceRoute(NamespaceName, from: Route, to: Route)
    case removeRoute(NamespaceName, Route)
    case addRule(NamespaceName, Rule)
    case removeRule(NamespaceName, Rule)
    case addNeighbour(NamespaceName, Neighbour)
    case removeNeighbour(NamespaceName, Neighbour)
    /// `from` nil: the value before is the kernel's default or unknown. `to` nil cannot be asked of a kernel.
    case setSysctl(NamespaceName, name: String, from: String?, to: String)
    /// Puts the whole table, in one transaction, in place of one with its name.
    case setFirewall(NamespaceName, FirewallTable)
    case removeFirewall(NamespaceName, FirewallTable)

    /// The namespace the step is carried out in; for a pair, the first end's.
    package var namespace: NamespaceName {
        switch self {
        case .addNamespace(let name, _), .removeNamespace(let name), .addLink(let name, _), .removeLink(let name, _),
            .changeLink(let name, _, _), .addAddress(let name, _), .removeAddress(let name, _),
            .addRoute(let name, _), .replaceRoute(let name, _, _), .removeRoute(let name, _), .addRule(let name, _),
            .removeRule(let name, _), .addNeighbour(let name, _), .removeNeighbour(let name, _),
            .setSysctl(let name, _, _, _), .setFirewall(let name, _), .removeFirewall(let name, _):
            name
        case .addVethPair(let end, _): end.namespace
        }
    }
}

extension Step {
    /// Lets the kernel forget what it has learnt about routes: path MTUs and redirects.
    package static func flushRouteCache(_ name: NamespaceName) -> Step {
        .setSysctl(name, name: "net.ipv4.route.flush", from: nil, to: "1")
    }
}

/// A link together with the namespace it stands in.
package struct LinkAt: Hashable, Sendable, Codable {
    package var namespace: NamespaceName
    package var link: Link

    package init(_ namespace: NamespaceName, _ link: Link) {
        self.namespace = namespace
        self.link = link
    }
}
