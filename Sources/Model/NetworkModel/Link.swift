/// A network interface as desired or observed. Compared by name, never by index: indexes exist only when observed.
package struct Link: Hashable, Sendable, Codable {
    package var name: LinkName
    package var kind: LinkKind
    /// nil: any address will do (loopback has none that matters).
    package var mac: MACAddress?
    package var mtu: Int
    package var isUp: Bool
    /// The bridge this link is a port of, in the same namespace.
    package var master: LinkName?
    /// False shows as NOARP.
    package var arp: Bool
    /// The kernel's ifalias; nil when there is none.
    package var alias: String?
    /// The interface's own IPv4 settings (`net.ipv4.conf.NAME.*`) that differ from, or must be, a given value.
    package var settings: [IPv4Setting: Int]

    /// A port of a bridge that passes nothing to other isolated ports (`bridge link set dev NAME isolated on`).
    package var isIsolated = false

    package init(
        name: LinkName, kind: LinkKind, mac: MACAddress? = nil, mtu: Int = 1500, isUp: Bool = true,
        master: LinkName? = nil, arp: Bool = true, alias: String? = nil, settings: [IPv4Setting: Int] = [:]
    ) {
        self.name = name
        self.kind = kind
        self.mac = mac
        self.mtu = mtu
        self.isUp = isUp
        self.master = master
        self.arp = arp
        self.alias = alias
        self.settings = settings
    }
}

/// What a link is made of.
package enum LinkKind: Hashable, Sendable, Codable {
    case loopback
    /// A bridge without STP, so that its ports forward at once.
    case bridge
    /// One end of a pair; the other end is named here.
    case veth(peer: LinkEnd)
    /// Something the lab did not make, by its rtnetlink kind.
    case other(String)
}

/// One end of a veth pair.
package struct LinkEnd: Hashable, Sendable, Codable, Comparable {
    package var namespace: NamespaceName
    package var name: LinkName

    package init(namespace: NamespaceName, name: LinkName) {
        self.namespace = namespace
        self.name = name
    }

    package static func < (left: LinkEnd, right: LinkEnd) -> Bool {
        (left.namespace, left.name) < (right.namespace, right.name)
    }
}

/// A per-interface IPv4 setting, settable through IFLA_INET_CONF; the raw value is the sysctl's own name.
package enum IPv4Setting: String, Hashable, Sendable, Codable, CaseIterable, Comparable, CodingKeyRepresentable {
    case forwarding
    case reversePathFilter = "rp_filter"
    case acceptLocal = "accept_local"
    case sendRedirects = "send_redirects"
    case proxyARP = "proxy_arp"
    case arpIgnore = "arp_ignore"

    package static func < (left: IPv4Setting, right: IPv4Setting) -> Bool { left.rawValue < right.rawValue }
}
