import NetworkModel

/// What is added or changed once nothing stands in the way, but for routes.
extension Planner {
    /// Makes missing links, a bridge before its ports, then changes the present ones that differ.
    mutating func planLinks() {
        for (name, link) in missingLinks() {
            if case .veth = link.kind { continue }
            take(.addLink(name, link), linkReason(name, link.name))
        }
        for (name, link) in missingLinks() {
            guard case .veth(let peer) = link.kind, let other = otherEnd(of: name, link, at: peer) else { continue }
            take(.addVethPair(LinkAt(name, link), other), linkReason(name, link.name))
        }
        for name in names {
            guard let wanted = desired.namespaces[name]?.links else { continue }
            for (linkName, link) in wanted.sorted(by: { $0.key < $1.key }) {
                guard let present = working.namespaces[name]?.links[linkName] else { continue }
                let differences = present.differences(to: link)
                if differences.isEmpty { continue }
                var changed = link
                changed.mac = link.mac ?? present.mac
                changed.settings = present.settings.merging(link.settings) { _, new in new }
                take(.changeLink(name, from: present, to: changed), .differs(differences))
            }
        }
    }

    private func missingLinks() -> [(NamespaceName, Link)] {
        var missing: [(NamespaceName, Link)] = []
        for name in names {
            guard let wanted = desired.namespaces[name]?.links else { continue }
            for (linkName, link) in wanted.sorted(by: { $0.key < $1.key })
            where working.namespaces[name]?.links[linkName] == nil {
                missing.append((name, link))
            }
        }
        return missing
    }

    private func linkReason(_ namespace: NamespaceName, _ link: LinkName) -> Reason {
        additionReason(wasObserved: observed.namespaces[namespace]?.links[link] != nil)
    }

    /// The end to make together with this one; nil when the pair is made from the other end or cannot be made because
    /// the other namespace is foreign.
    ///
    /// A desired state that names an end it does not hold gets a plain one there, and the kernel's answer if that
    /// namespace does not exist.
    private func otherEnd(of name: NamespaceName, _ link: Link, at peer: LinkEnd) -> LinkAt? {
        let end = LinkEnd(namespace: name, name: link.name)
        guard let other = desired.namespaces[peer.namespace]?.links[peer.name] else {
            return LinkAt(peer.namespace, Link(name: peer.name, kind: .veth(peer: end), mtu: link.mtu))
        }
        let isForeign = working.namespaces[peer.namespace]?.mark != desired.namespaces[peer.namespace]?.mark
        return end < peer && !isForeign ? LinkAt(peer.namespace, other) : nil
    }

    /// Adds addresses, per link in ascending order, so that the lowest of a network is its primary.
    mutating func planAddresses() {
        for name in names {
            guard let wanted = desired.namespaces[name]?.addresses, let present = working.namespaces[name]?.addresses
            else { continue }
            for address in wanted.subtracting(present).sorted() + bystanders[name, default: []].sorted() {
                let wasObserved = observed.namespaces[name]?.addresses.contains(address) == true
                take(.addAddress(name, address), additionReason(wasObserved: wasObserved))
            }
        }
    }

    mutating func planNewRules() {
        for name in names {
            guard let wanted = desired.namespaces[name]?.rules, let present = working.namespaces[name]?.rules else {
                continue
            }
            for rule in wanted.subtracting(present).sorted() {
                let wasObserved = observed.namespaces[name]?.rules.contains(rule) == true
                take(.addRule(name, rule), additionReason(wasObserved: wasObserved))
            }
        }
    }

    mutating func planNeighbours() {
        for name in names {
            guard let wanted = desired.namespaces[name]?.neighbours,
                let present = working.namespaces[name]?.neighbours
            else { continue }
            for neighbour in wanted.subtracting(present).sorted() {
                let wasObserved = observed.namespaces[name]?.neighbours.contains(neighbour) == true
                take(.addNeighbour(name, neighbour), additionReason(wasObserved: wasObserved))
            }
        }
    }

    mutating func planFirewall() {
        for name in names {
            guard let wanted = desired.namespaces[name]?.firewall else { continue }
            for (key, table) in wanted.sorted(by: { $0.key < $1.key }) {
                let present = working.namespaces[name]?.firewall[key]
                if present == table { continue }
                let reason: Reason =
                    present.map { .differs($0.differences(to: table)) }
                    ?? additionReason(wasObserved: observed.namespaces[name]?.firewall[key] != nil)
                take(.setFirewall(name, table), reason)
            }
        }
    }
}

/// Removals that can wait until what replaces them is there.
extension Planner {
    /// The kernel's default rules belong to whoever made the namespace: a lab that does not list one wants it gone.
    /// Those of IPv6 are left alone, because a desired state lists IPv4's only.
    mutating func planOldRules() {
        for name in names {
            guard let wanted = desired.namespaces[name]?.rules, let present = working.namespaces[name]?.rules else {
                continue
            }
            for rule in present.subtracting(wanted).sorted() {
                if Rule.kernelDefaults(.ipv6).contains(rule) { continue }
                let isOwned =
                    owned.namespaces[name]?.rules.contains(rule) == true
                    || Rule.kernelDefaults(.ipv4).contains(rule)
                if let reason = removalReason(isOwned: isOwned) {
                    take(.removeRule(name, rule), reason)
                } else {
                    foreign.append(.rule(name, rule))
                }
            }
        }
    }

    mutating func planOldFirewall() {
        for name in names {
            guard let wanted = desired.namespaces[name]?.firewall,
                let present = working.namespaces[name]?.firewall
            else { continue }
            for (key, table) in present.sorted(by: { $0.key < $1.key }) where wanted[key] == nil {
                if let reason = removalReason(isOwned: owned.namespaces[name]?.firewall.contains(key) == true) {
                    take(.removeFirewall(name, table), reason)
                } else {
                    foreign.append(.firewall(name, table))
                }
            }
        }
    }
}
