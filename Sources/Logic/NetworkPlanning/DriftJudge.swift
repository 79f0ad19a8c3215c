package import NetworkModel

/// Says of each announced change whether it may have brought a lab away from what is wanted, so that everything else,
/// the reconciler's own changes above all, costs no look at the kernel.
///
/// It errs on the side of looking: a look that finds nothing is harmless, and only a look decides what is drift.
package struct DriftJudge: Sendable {
    /// What every namespace of the lab shall hold; without what the kernel makes by itself.
    package var desired: NetworkState {
        didSet { completed = [:] }
    }
    /// Whether something is there that nobody asked for, whose going is news too.
    package var hasForeign = false
    /// Whether drift is known, whose end is news too: then what is wanted coming about calls for a look as well.
    package var hasDrift = false
    /// Namespaces with what the kernel makes by itself, for those that were asked about.
    private var completed: [NamespaceName: NamespaceState] = [:]

    package init(desired: NetworkState = NetworkState()) { self.desired = desired }

    /// Whether the change calls for a look: something desired went or became different, or something that nobody asked
    /// for came, or went.
    package mutating func callsForLook(_ event: NetworkEvent) -> Bool {
        guard let wanted = state(of: event.namespace) else { return false }
        switch event.object {
        case .namespace: return event.action == .removed
        case .lost: return true
        // Which sysctls a setting stands for is the kernel's business: `ip_forward` is `all.forwarding` and more.
        case .setting(let setting): return setting.family == .ipv4
        case .link(let link):
            if link.name == .loopback { return link.alias != wanted.mark?.text }
            guard let own = wanted.links[link.name] else { return isForeignNews(event) }
            return hasDrift || event.action == .removed || !Self.agree(link, own)
        case .address(let address):
            if wanted.addresses.contains(address) { return hasDrift || event.action == .removed }
            return address.isObserved && isForeignNews(event)
        case .route(let route):
            guard route.destination.family == .ipv4, route.kind != .broadcast, route.kind != .multicast else {
                return false
            }
            if let own = wanted.routes[route.key] { return hasDrift || event.action == .removed || own != route }
            // With an address or a link that is not wanted, which has been announced too.
            return route.protocol != .kernel && isForeignNews(event)
        case .rule(let rule):
            guard rule.family == .ipv4 else { return false }
            return wanted.rules.contains(rule) ? hasDrift || event.action == .removed : isForeignNews(event)
        case .neighbour(let entry): return callsForLook(entry, event, wanted)
        }
    }

    /// Learnt entries come and go with traffic, and are nobody's.
    private func callsForLook(_ entry: NeighbourEntry, _ event: NetworkEvent, _ wanted: NamespaceState) -> Bool {
        let own = wanted.neighbours.first { $0.link == entry.link && $0.address == entry.address }
        if let own {
            return hasDrift || event.action == .removed || entry.mac != own.mac || entry.isPermanent != own.isPermanent
                || entry.isExternallyLearned != own.isExternallyLearned
        }
        if event.action == .removed { return hasForeign }
        return entry.isPermanent || entry.isExternallyLearned
    }

    /// An announcement about an object that is not wanted.
    private func isForeignNews(_ event: NetworkEvent) -> Bool { event.action == .added || hasForeign }

    /// Whether a link is as wanted, as far as an announcement tells: it does not name a veth's far end.
    private static func agree(_ link: Link, _ own: Link) -> Bool {
        (own.mac == nil || link.mac == own.mac) && link.mtu == own.mtu && link.isUp == own.isUp
            && link.master == own.master && link.arp == own.arp && link.alias == own.alias
            && own.settings.allSatisfy { (link.settings[$0.key] ?? $0.value) == $0.value }
    }

    private mutating func state(of name: NamespaceName) -> NamespaceState? {
        if let known = completed[name] { return known }
        guard let state = desired.namespaces[name]?.withKernelRoutes() else { return nil }
        completed[name] = state
        return state
    }
}

extension InterfaceAddress {
    /// Whether it counts when a namespace is observed: `lo`'s own and link-local ones do not.
    fileprivate var isObserved: Bool {
        let isOwn = link == .loopback && scope == .host
        return !isOwn && !(prefix.family == .ipv6 && scope == .link)
    }
}
