package import NetworkModel

/// A line of `ip route` as a check writes it: `10.0.2.0/24 via 172.18.0.3 dev eth0`.
///
/// Order of the attributes does not matter. What is left out is left open by ``allows(_:)``, and has the kernel's
/// default for ``equals(_:)``.
package struct RoutePattern: Hashable, Sendable {
    package var kind: RouteKind?
    package var destination: IPPrefix
    package var gateway: IPAddress?
    package var link: String?
    package var `protocol`: String?
    package var scope: String?
    package var source: IPAddress?
    package var metric: UInt32?
    package var mtu: UInt32?

    /// nil when the text is no such line.
    package init?(_ text: String) {
        var words = text.split(separator: " ").map(String.init)[...]
        if let first = words.first, let kind = Self.kinds[first] {
            self.kind = kind
            words = words.dropFirst()
        }
        guard let destination = words.popFirst() else { return nil }
        if destination == "default" {
            self.destination = .any(.ipv4)
        } else if let prefix = IPPrefix(destination), prefix.network == prefix {
            self.destination = prefix
        } else if let address = IPAddress(destination) {
            self.destination = IPPrefix(host: address)
        } else {
            return nil
        }
        while let key = words.popFirst() {
            guard let value = words.popFirst(), take(key, value) else { return nil }
        }
    }

    private mutating func take(_ key: String, _ value: String) -> Bool {
        switch key {
        case "via": gateway = IPAddress(value)
        case "dev": link = LinkName(rawValue: value)?.rawValue
        case "proto": `protocol` = value
        case "scope": scope = value == "global" ? "universe" : value
        case "src": source = IPAddress(value)
        case "metric": metric = UInt32(value)
        case "mtu": mtu = UInt32(value)
        default: return false
        }
        switch key {
        case "via": return gateway != nil
        case "dev": return link != nil
        case "src": return source != nil
        case "metric": return metric != nil
        case "mtu": return mtu != nil
        default: return true
        }
    }

    /// Whether the route has everything the line names.
    package func allows(_ route: Route) -> Bool {
        destination == route.destination && (kind == nil || kind == route.kind)
            && (gateway == nil || gateway == route.gateway) && (link == nil || link == route.link?.rawValue)
            && (`protocol` == nil || `protocol` == "\(route.protocol)")
            && (scope == nil || scope == "\(route.scope)") && (source == nil || source == route.source)
            && (metric == nil || metric == route.metric) && (mtu == nil || mtu == route.mtu)
    }

    /// Whether the route is this line and nothing more.
    package func equals(_ route: Route) -> Bool {
        var full = self
        full.kind = kind ?? .unicast
        full.protocol = `protocol` ?? "\(RouteProtocol.boot)"
        full.scope = scope ?? "\(RouteScope.universe)"
        full.metric = metric ?? 0
        return full.allows(route) && gateway == route.gateway && link == route.link?.rawValue && source == route.source
            && mtu == route.mtu
    }

    private static let kinds: [String: RouteKind] = [
        "unicast": .unicast, "local": .local, "blackhole": .blackhole, "unreachable": .unreachable,
        "prohibit": .prohibit, "throw": .throw,
    ]
}
