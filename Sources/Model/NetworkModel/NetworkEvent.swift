/// One change in a network namespace, as the kernel announced it.
package struct NetworkEvent: Hashable, Sendable {
    /// What became of the object.
    package enum Action: String, Hashable, Sendable, Codable {
        /// It was made, or it was changed and is now as shown: the kernel announces both alike.
        case added
        case removed
    }

    /// What was changed.
    package enum Object: Hashable, Sendable {
        /// The namespace itself: its name came to stand for it, or no longer does.
        case namespace
        /// The far end of a veth is not known here: its kind is `.other("veth")`.
        case link(Link)
        case address(InterfaceAddress)
        /// Of a multipath route the first next hop.
        case route(Route)
        case rule(Rule)
        case neighbour(NeighbourEntry)
        case setting(InterfaceSetting)
        /// Changes came faster than they were read, and some were dropped by the kernel: only a full look tells what is
        /// there now.
        case lost
    }

    package var namespace: NamespaceName
    /// When it was read, in seconds since the boot.
    package var monotonic: Double
    /// The same in seconds since the epoch.
    package var wall: Double
    package var action: Action
    package var object: Object

    package init(_ namespace: NamespaceName, monotonic: Double, wall: Double, _ action: Action, _ object: Object) {
        self.namespace = namespace
        self.monotonic = monotonic
        self.wall = wall
        self.action = action
        self.object = object
    }
}

/// A neighbour entry in any state, learnt ones included, as `ip monitor neigh` shows it.
package struct NeighbourEntry: Hashable, Sendable, Codable {
    package var link: LinkName
    package var address: IPAddress
    /// nil while it is not known.
    package var mac: MACAddress?
    /// `NUD_*` bits.
    package var state: UInt16
    package var isExternallyLearned: Bool

    package init(
        link: LinkName, address: IPAddress, mac: MACAddress?, state: UInt16, isExternallyLearned: Bool = false
    ) {
        self.link = link
        self.address = address
        self.mac = mac
        self.state = state
        self.isExternallyLearned = isExternallyLearned
    }

    /// NUD_PERMANENT.
    package var isPermanent: Bool { state & 0x80 != 0 }

    /// The words ip(8) has for the state, such as `REACHABLE`.
    package var stateText: String {
        let words = ["INCOMPLETE", "REACHABLE", "STALE", "DELAY", "PROBE", "FAILED", "NOARP", "PERMANENT"]
        let set = words.indices.filter { state & 1 << UInt16($0) != 0 }.map { words[$0] }
        return set.isEmpty ? "NONE" : set.joined(separator: ",")
    }
}

/// An address family's setting of one interface that the kernel announces when it changes (RTM_NEWNETCONF): the sysctls
/// `net.ipv4.conf.LINK.NAME` and their like for IPv6. Others change unannounced.
package struct InterfaceSetting: Hashable, Sendable, Codable {
    package var family: IPFamily
    /// `all` and `default` are words of sysctl(8), not links.
    package var link: String
    /// The sysctl's last part, such as `forwarding`.
    package var name: String
    package var value: Int

    package init(family: IPFamily, link: String, name: String, value: Int) {
        self.family = family
        self.link = link
        self.name = name
        self.value = value
    }
}
