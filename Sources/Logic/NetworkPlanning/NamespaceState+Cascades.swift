import NetworkModel

/// What Linux does to the rest of a namespace when one object changes. Each rule was observed on kernel 6.18.
extension NamespaceState {
    /// Takes an address away.
    ///
    /// With it go its local route, its connected route, the routes of main that use it as `src` (other tables keep
    /// theirs: fib_sync_down_addr looks at main only) and, when it was primary, the secondaries of its network
    /// (`promote_secondaries` is 0). With the last address of a link go all routes and neighbours of the link.
    /// Routes through a gateway that is no longer connected stay.
    mutating func drop(_ address: InterfaceAddress) {
        let isPrimary = primary(of: address) == address
        guard addresses.remove(address) != nil else { return }
        forgetRoutes(of: address, wasPrimary: isPrimary)
        if isPrimary {
            for secondary in addresses.filter({ $0.sharesNetwork(with: address) }) {
                addresses.remove(secondary)
                forgetRoutes(of: secondary, wasPrimary: false)
            }
        }
        if address.prefix.family == .ipv4,
            !addresses.contains(where: { $0.link == address.link && $0.prefix.family == .ipv4 })
        {
            routes = routes.filter { $0.value.link != address.link || $0.value.destination.family != .ipv4 }
            neighbours = neighbours.filter { $0.link != address.link }
        }
    }

    private mutating func forgetRoutes(of address: InterfaceAddress, wasPrimary: Bool) {
        guard address.prefix.family == .ipv4 else { return }
        let host = address.prefix.address
        if wasPrimary, let connected = KernelRoutes.connected(address), routes[connected.key] == connected {
            routes[connected.key] = nil
        }
        let local = KernelRoutes.local(address, primary: address)
        if let twin = addresses.sorted().first(where: { $0.prefix.address == host }) {
            if routes[local.key]?.link == address.link {
                routes[local.key] = KernelRoutes.local(twin, primary: primary(of: twin))
            }
            return
        }
        if let present = routes[local.key], present.protocol == .kernel { routes[local.key] = nil }
        routes = routes.filter { $0.value.table != .main || $0.value.source != host }
    }

    /// Takes a link away with all that stands on it. Ports of a bridge lose their master.
    mutating func drop(_ link: LinkName) {
        guard links.removeValue(forKey: link) != nil else { return }
        for address in addresses.filter({ $0.link == link }).sorted() { drop(address) }
        routes = routes.filter { $0.value.link != link }
        neighbours = neighbours.filter { $0.link != link }
        for (name, port) in links where port.master == link { links[name]?.master = nil }
    }

    /// Changes a link in place.
    ///
    /// Going down takes its routes in every table, but for those of scope host (the local entries of its addresses
    /// stay), and its neighbours. Coming up brings the connected routes back and no others. A new hardware address
    /// or a change of NOARP flushes its neighbours, permanent ones included.
    mutating func change(_ link: LinkName, to wanted: Link) {
        guard let before = links[link] else { return }
        var after = wanted
        after.mac = wanted.mac ?? before.mac
        after.settings = before.settings.merging(wanted.settings) { _, new in new }
        links[link] = after
        if before.mac != after.mac || before.arp != after.arp || (before.isUp && !after.isUp) {
            neighbours = neighbours.filter { $0.link != link }
        }
        if before.isUp, !after.isUp {
            routes = routes.filter { $0.value.link != link || $0.value.scope == .host }
        }
        if !before.isUp, after.isUp {
            for address in addresses.filter({ $0.link == link }).sorted() { addKernelRoutes(for: address) }
        }
    }

    /// Sets a sysctl. Writing `net.ipv4.ip_forward` or its twin overwrites `forwarding` of every link.
    mutating func setSysctl(_ name: String, to value: String) {
        sysctls[name] = value
        guard name == "net.ipv4.ip_forward" || name == "net.ipv4.conf.all.forwarding", let flag = Int(value) else {
            return
        }
        for (name, link) in links where link.settings[.forwarding] != nil {
            links[name]?.settings[.forwarding] = flag
        }
    }
}
