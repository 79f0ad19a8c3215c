/// A routing-table number; `ip route show table N`.
package struct RouteTable: Hashable, Sendable, Codable, Comparable, RawRepresentable, CustomStringConvertible {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let main = RouteTable(rawValue: 254)
    package static let local = RouteTable(rawValue: 255)

    /// The number, or iproute2's word for it.
    package var description: String {
        switch rawValue {
        case 253: "default"
        case 254: "main"
        case 255: "local"
        default: "\(rawValue)"
        }
    }

    package static func < (left: RouteTable, right: RouteTable) -> Bool { left.rawValue < right.rawValue }
}

/// Who installed a route: rtm_protocol.
package struct RouteProtocol: Hashable, Sendable, Codable, RawRepresentable, CustomStringConvertible {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let unspecified = RouteProtocol(rawValue: 0)
    package static let kernel = RouteProtocol(rawValue: 2)
    /// What `ip route add` and Cilium 1.12 use; `ip route` prints no `proto` for it.
    package static let boot = RouteProtocol(rawValue: 3)
    package static let `static` = RouteProtocol(rawValue: 4)

    package var description: String {
        switch rawValue {
        case 1: "redirect"
        case 2: "kernel"
        case 3: "boot"
        case 4: "static"
        default: "\(rawValue)"
        }
    }
}

/// How far a destination is: rtm_scope.
package enum RouteScope: UInt8, Hashable, Sendable, Codable {
    case universe = 0
    case site = 200
    case link = 253
    case host = 254
    case nowhere = 255
}

/// What happens to a packet that matches: rtm_type.
package enum RouteKind: UInt8, Hashable, Sendable, Codable {
    case unicast = 1
    case local = 2
    case broadcast = 3
    case anycast = 4
    case multicast = 5
    case blackhole = 6
    case unreachable = 7
    case prohibit = 8
    case `throw` = 9
}

/// One route with at most one next hop.
package struct Route: Hashable, Sendable, Codable {
    package var table: RouteTable
    /// Always a network; `0.0.0.0/0` is shown as `default`.
    package var destination: IPPrefix
    package var kind: RouteKind
    package var gateway: IPAddress?
    package var link: LinkName?
    /// The preferred source address (`src`).
    package var source: IPAddress?
    package var scope: RouteScope
    package var `protocol`: RouteProtocol
    /// 0 is the kernel's default for IPv4.
    package var metric: UInt32
    /// The route's own MTU in bytes, when it has one.
    package var mtu: UInt32?

    package init(
        _ destination: IPPrefix, table: RouteTable = .main, kind: RouteKind = .unicast, via gateway: IPAddress? = nil,
        dev link: LinkName? = nil, src source: IPAddress? = nil, scope: RouteScope = .universe,
        protocol: RouteProtocol = .boot, metric: UInt32 = 0, mtu: UInt32? = nil
    ) {
        self.table = table
        self.destination = destination.network
        self.kind = kind
        self.gateway = gateway
        self.link = link
        self.source = source
        self.scope = scope
        self.protocol = `protocol`
        self.metric = metric
        self.mtu = mtu
    }

    /// What makes two routes the same entry for the kernel: a second one with this key is refused or replaces.
    package var key: RouteKey { RouteKey(table: table, destination: destination, metric: metric) }
}

/// The identity of a route inside one namespace.
package struct RouteKey: Hashable, Sendable, Comparable {
    package var table: RouteTable
    package var destination: IPPrefix
    package var metric: UInt32

    package init(table: RouteTable, destination: IPPrefix, metric: UInt32) {
        self.table = table
        self.destination = destination
        self.metric = metric
    }

    package static func < (left: RouteKey, right: RouteKey) -> Bool {
        (left.table, left.destination, left.metric) < (right.table, right.destination, right.metric)
    }
}

extension Route: CustomStringConvertible {
    /// The line `ip route show` prints, without the table; trailing blanks left out.
    package var description: String {
        var words: [String] = []
        if kind != .unicast { words.append("\(kind)") }
        words.append(destination == .any(destination.family) ? "default" : destination.hostOrPrefix)
        if let gateway { words += ["via", "\(gateway)"] }
        if let link { words += ["dev", link.rawValue] }
        if `protocol` != .boot { words += ["proto", "\(`protocol`)"] }
        if scope != .universe { words += ["scope", "\(scope)"] }
        if let source { words += ["src", "\(source)"] }
        if metric != 0 { words += ["metric", "\(metric)"] }
        if let mtu { words += ["mtu", "\(mtu)"] }
        return words.joined(separator: " ")
    }
}

extension IPPrefix {
    /// `10.0.0.7` for a host, `10.0.0.0/24` for anything wider: how iproute2 shortens it.
    package var hostOrPrefix: String { isHost ? "\(address)" : "\(self)" }
}
