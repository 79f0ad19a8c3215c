package import NetworkModel

/// The routes Linux makes by itself, so that a desired state need not name them and an observed one can be explained.
///
/// IPv4 only: that is what a kernel observes today. Broadcast entries are left out, as they are when observing.
enum KernelRoutes {
    /// `local 127.0.0.0/8` and `local 127.0.0.1`, made when `lo` of a new namespace comes up.
    static let loopback: [Route] = [
        local(IPPrefix(IPAddress(127, 0, 0, 0), 8), on: .loopback, source: IPAddress(127, 0, 0, 1)),
        local(IPPrefix(host: IPAddress(127, 0, 0, 1)), on: .loopback, source: IPAddress(127, 0, 0, 1)),
    ]

    /// The entry of table local that makes an address the host's own. It is made even while the link is down.
    ///
    /// - Parameter primary: the first address of the same network on the link, which the kernel puts in as `src`.
    static func local(_ address: InterfaceAddress, primary: InterfaceAddress) -> Route {
        local(IPPrefix(host: address.prefix.address), on: address.link, source: primary.prefix.address)
    }

    /// The route to the network an address stands in; nil for a host prefix, which has none.
    ///
    /// On `lo` it is a local route (`ip address add 10.1.1.0/24 dev lo` makes all of it local).
    static func connected(_ address: InterfaceAddress) -> Route? {
        let prefix = address.prefix
        guard prefix.family == .ipv4, !prefix.isHost else { return nil }
        if address.link == .loopback { return local(prefix.network, on: .loopback, source: prefix.address) }
        return Route(
            prefix.network, dev: address.link, src: prefix.address, scope: .link, protocol: .kernel)
    }

    private static func local(_ prefix: IPPrefix, on link: LinkName, source: IPAddress) -> Route {
        Route(
            prefix, table: .local, kind: .local, dev: link, src: source, scope: .host, protocol: .kernel)
    }
}

extension InterfaceAddress {
    /// Whether both lie in one network of one link, so that one is primary and the other secondary for the kernel.
    func sharesNetwork(with other: InterfaceAddress) -> Bool {
        link == other.link && prefix.length == other.prefix.length && prefix.contains(other.prefix.address)
    }
}

extension NamespaceState {
    /// The address of this one's network and link that the kernel counts as primary.
    ///
    /// The kernel's is the one added first. A set has no order, so it is the one the connected route names as `src`,
    /// or, while there is no such route, the lowest: plans add addresses in ascending order.
    func primary(of address: InterfaceAddress) -> InterfaceAddress {
        let group = addresses.filter { $0.sharesNetwork(with: address) }
        if group.count < 2 { return address }
        if let connected = KernelRoutes.connected(address), let present = routes[connected.key],
            present.protocol == .kernel, present.link == address.link,
            let named = group.first(where: { $0.prefix.address == present.source })
        {
            return named
        }
        return group.min() ?? address
    }

    /// Whether the link can carry routes. `lo` is up in every namespace of a lab.
    func isUp(_ link: LinkName) -> Bool { link == .loopback || links[link]?.isUp == true }

    /// The state with everything added that the kernel makes by itself: connected and local routes of the addresses.
    ///
    /// Of a desired state this is what can be observed once it stands. What is named explicitly stays as it is. Do not
    /// apply it to an observed state: it would put back what someone deleted.
    package func withKernelRoutes() -> NamespaceState {
        var complete = self
        for route in KernelRoutes.loopback { complete.insertUnlessPresent(route) }
        for address in addresses.sorted() { complete.addKernelRoutes(for: address) }
        return complete
    }

    /// Adds what the kernel makes when an address appears or its link comes up.
    mutating func addKernelRoutes(for address: InterfaceAddress) {
        guard address.prefix.family == .ipv4 else { return }
        let primary = primary(of: address)
        insertUnlessPresent(KernelRoutes.local(address, primary: primary))
        if primary == address, isUp(address.link), let connected = KernelRoutes.connected(address) {
            insertUnlessPresent(connected)
        }
    }

    /// The kernel appends its own route behind one with the same key, and the first is the one used and modelled.
    private mutating func insertUnlessPresent(_ route: Route) {
        let key = route.key
        if routes[key] == nil { routes[key] = route }
    }

    /// Whether the kernel made this route by itself, going by the addresses of this state.
    ///
    /// Every entry of table local with `proto kernel` is; a connected route only while one of these addresses stands
    /// behind it, because Cilium puts `proto kernel scope link` on routes of its own.
    package func isKernelMade(_ route: Route) -> Bool {
        guard route.protocol == .kernel else { return false }
        if route.table == .local { return true }
        guard route.table == .main, route.scope == .link, route.gateway == nil, let source = route.source,
            let link = route.link
        else { return false }
        let implied = InterfaceAddress(link: link, prefix: IPPrefix(source, route.destination.length))
        return implied.prefix.network == route.destination
            && addresses.contains { $0.link == link && $0.prefix == implied.prefix }
    }
}

extension NetworkState {
    /// Every namespace completed with the routes the kernel makes by itself; see
    /// ``NetworkModel/NamespaceState/withKernelRoutes()``.
    package func withKernelRoutes() -> NetworkState {
        NetworkState(namespaces: namespaces.mapValues { $0.withKernelRoutes() })
    }
}
