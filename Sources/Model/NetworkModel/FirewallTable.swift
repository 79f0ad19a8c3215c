/// An nftables table with the few expressions a lab needs, as a value that can be compared and rendered.
package struct FirewallTable: Hashable, Sendable, Codable {
    package var family: IPFamily
    package var name: String
    package var chains: [FirewallChain]

    package init(family: IPFamily = .ipv4, name: String, chains: [FirewallChain]) {
        self.family = family
        self.name = name
        self.chains = chains
    }
}

/// A base chain.
package struct FirewallChain: Hashable, Sendable, Codable {
    package enum Kind: String, Hashable, Sendable, Codable { case filter, nat, route }
    package enum Hook: String, Hashable, Sendable, Codable { case prerouting, input, forward, output, postrouting }

    package var name: String
    package var kind: Kind
    package var hook: Hook
    package var priority: Int
    package var rules: [FirewallRule]

    package init(name: String, kind: Kind, hook: Hook, priority: Int, rules: [FirewallRule]) {
        self.name = name
        self.kind = kind
        self.hook = hook
        self.priority = priority
        self.rules = rules
    }
}

/// All matches must hold, then the packet is marked, if it is to be, and the verdict is taken.
package struct FirewallRule: Hashable, Sendable, Codable {
    package var matches: [FirewallMatch]
    /// `meta mark set`: what `ip rule ... fwmark` asks for afterwards; nil leaves the packet's mark alone.
    package var mark: UInt32?
    package var verdict: FirewallVerdict
    /// Why the rule is there; shown by `nft list ruleset`.
    package var comment: String?

    package init(
        _ matches: [FirewallMatch], mark: UInt32? = nil, _ verdict: FirewallVerdict, comment: String? = nil
    ) {
        self.matches = matches
        self.mark = mark
        self.verdict = verdict
        self.comment = comment
    }
}

/// One condition.
package enum FirewallMatch: Hashable, Sendable, Codable {
    case source(IPPrefix)
    case notSource(IPPrefix)
    case destination(IPPrefix)
    case notDestination(IPPrefix)
    /// The destination is one of these hosts, as an anonymous set.
    case destinationIn([IPAddress])
    case inputLink(LinkName)
    case outputLink(LinkName)
    /// `meta l4proto { tcp, udp, icmp }`: names as nftables knows them.
    case transport([String])
    /// `socket transparent 1`: the packet belongs to a socket of this namespace that has IP_TRANSPARENT.
    case transparentSocket
    /// `ct direction reply`: an answer in a connection that the kernel tracks; makes it track and defragment.
    case reply
}

/// What a rule does.
package enum FirewallVerdict: String, Hashable, Sendable, Codable {
    case accept
    case drop
    case `return`
    case masquerade
}
