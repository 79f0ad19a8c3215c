import NetworkModel

/// Removals that must come before anything is added: links that cannot be changed in place, links and addresses that
/// are no longer wanted, neighbours with another value.
extension Planner {
    /// Links are decided first, addresses on what is left then, neighbours last, so that nothing is removed by hand
    /// that falls by itself. They are carried out the other way round.
    mutating func planObstacles() {
        let before = steps.count
        planOldLinks()
        let links = steps[before...]
        steps.removeSubrange(before...)
        planOldAddresses()
        let addresses = steps[before...]
        steps.removeSubrange(before...)
        planOldNeighbours()
        steps += addresses
        steps += links
    }

    private mutating func planOldLinks() {
        for name in names {
            guard let present = working.namespaces[name]?.links, !present.isEmpty else { continue }
            for (linkName, link) in present.sorted(by: { $0.key < $1.key }) {
                // The other end may have taken it along.
                guard working.namespaces[name]?.links[linkName] != nil else { continue }
                if let wanted = desired.namespaces[name]?.links[linkName] {
                    if let difference = obstacle(LinkEnd(namespace: name, name: linkName), link, wanted) {
                        take(.removeLink(name, link), .replaced([difference]))
                    }
                } else if let reason = removalReason(
                    isOwned: owned.namespaces[name]?.links.contains(linkName) == true)
                {
                    take(.removeLink(name, link), reason)
                } else {
                    foreign.append(.link(name, link))
                }
            }
        }
    }

    /// What keeps a link from being changed in place: its kind, its peer, or a peer that is not there.
    private func obstacle(_ end: LinkEnd, _ present: Link, _ wanted: Link) -> Difference? {
        guard present.kind == wanted.kind else {
            return Difference("kind", observed: present.kind.text, desired: wanted.kind.text)
        }
        guard case .veth(let peer) = wanted.kind, desired.namespaces[peer.namespace]?.links[peer.name] != nil,
            working.namespaces[peer.namespace]?.links[peer.name]?.kind != .veth(peer: end)
        else { return nil }
        return Difference("peer", observed: nil, desired: "\(peer.namespace) \(peer.name)")
    }

    private mutating func planOldAddresses() {
        for name in names {
            guard let present = working.namespaces[name], let wanted = desired.namespaces[name]?.addresses,
                !present.addresses.isSubset(of: wanted)
            else { continue }
            var removals: [InterfaceAddress: Reason] = [:]
            for address in present.addresses.subtracting(wanted) {
                if let twin = wanted.first(where: { $0.link == address.link && $0.prefix == address.prefix }) {
                    let scopes = Difference("scope", observed: "\(address.scope)", desired: "\(twin.scope)")
                    removals[address] = .replaced([scopes])
                } else if let reason = removalReason(
                    isOwned: owned.namespaces[name]?.addresses.contains(address) == true)
                {
                    removals[address] = reason
                } else {
                    foreign.append(.address(name, address))
                }
            }
            for address in removals.keys.sorted() where present.mayBePrimary(address) {
                for secondary in present.addresses
                where secondary.sharesNetwork(with: address) && removals[secondary] == nil {
                    let fall = Difference("primary", observed: "\(address.prefix)", desired: nil)
                    removals[secondary] = .replaced([fall])
                    if !wanted.contains(secondary) { bystanders[name, default: []].append(secondary) }
                }
            }
            takeOff(removals, from: present, in: name)
        }
    }

    /// Secondaries go before their primary: whether they fall with it depends on `promote_secondaries`, which a
    /// namespace takes from the host.
    private mutating func takeOff(
        _ removals: [InterfaceAddress: Reason], from present: NamespaceState, in name: NamespaceName
    ) {
        let ordered = removals.sorted { left, right in
            let leftIsPrimary = present.primary(of: left.key) == left.key
            let rightIsPrimary = present.primary(of: right.key) == right.key
            return leftIsPrimary == rightIsPrimary ? left.key > right.key : rightIsPrimary
        }
        for (address, reason) in ordered { take(.removeAddress(name, address), reason) }
    }

    private mutating func planOldNeighbours() {
        for name in names {
            guard let present = working.namespaces[name]?.neighbours,
                let wanted = desired.namespaces[name]?.neighbours, !present.isSubset(of: wanted)
            else { continue }
            for neighbour in present.subtracting(wanted).sorted() {
                if let twin = wanted.first(where: { $0.link == neighbour.link && $0.address == neighbour.address }) {
                    take(.removeNeighbour(name, neighbour), .replaced(neighbour.differences(to: twin)))
                } else if let reason = removalReason(
                    isOwned: owned.namespaces[name]?.neighbours.contains(neighbour) == true)
                {
                    take(.removeNeighbour(name, neighbour), reason)
                } else {
                    foreign.append(.neighbour(name, neighbour))
                }
            }
        }
    }
}

extension NamespaceState {
    /// Whether the kernel may count this address as the primary of its network. Sure is only the connected route.
    fileprivate func mayBePrimary(_ address: InterfaceAddress) -> Bool {
        guard let connected = KernelRoutes.connected(address), let present = routes[connected.key],
            present.protocol == .kernel, present.link == address.link, let source = present.source,
            addresses.contains(where: { $0.sharesNetwork(with: address) && $0.prefix.address == source })
        else { return true }
        return source == address.prefix.address
    }
}
