package import NetworkModel
package import NetworkPlanning

/// What was changed in some namespaces, with all it takes to undo it.
package struct NetworkChange: Hashable, Sendable, Codable {
    /// The touched namespaces before and after.
    package var before: NetworkState
    package var after: NetworkState

    package init(before: NetworkState, after: NetworkState) {
        self.before = before
        self.after = after
    }

    /// The sysctls that it changed.
    package var sysctls: Set<String> {
        Set(
            before.namespaces.flatMap { name, state in
                state.sysctls.keys.filter { after.namespaces[name]?.sysctls[$0] != state.sysctls[$0] }
            })
    }

    /// What has to be done next so that nothing of it is left; empty when nothing is.
    ///
    /// Only what was changed is put back, and only where it is not as before: others may have changed the lab since,
    /// or repaired it. Links and addresses come first and alone: the kernel makes routes with them, so look again then.
    ///
    /// - Parameter now: the touched namespaces; those that are gone are left alone.
    package func undo(_ now: NetworkState) -> [Step] {
        let foundations = steps(now) { $0.foundations }
        return foundations.isEmpty ? steps(now) { $0.rest } : foundations
    }

    private func steps(_ now: NetworkState, _ stage: (Undoing) -> [Step]) -> [Step] {
        before.namespaces.keys.sorted().flatMap { name -> [Step] in
            guard let before = before.namespaces[name], let after = after.namespaces[name],
                let now = now.namespaces[name]
            else { return [] }
            return stage(Undoing(name: name, before: before, after: after, now: now))
        }
    }
}

/// The way back in one namespace.
private struct Undoing {
    let name: NamespaceName
    let before: NamespaceState
    let after: NamespaceState
    let now: NamespaceState

    var foundations: [Step] {
        var steps: [Step] = []
        for (key, value) in before.sysctls.sorted(by: { $0.key < $1.key })
        where after.sysctls[key] != value && now.sysctls[key] != value {
            steps.append(.setSysctl(name, name: key, from: now.sysctls[key], to: value))
        }
        for (link, old) in before.links.sorted(by: { $0.key < $1.key }) where after.links[link] != old {
            guard let current = now.links[link] else { continue }
            var restored = current
            restored.isUp = old.isUp
            restored.mtu = old.mtu
            restored.isIsolated = old.isIsolated
            restored.settings.merge(old.settings) { _, old in old }
            if restored != current { steps.append(.changeLink(name, from: current, to: restored)) }
        }
        let extra = after.addresses.subtracting(before.addresses).intersection(now.addresses)
        steps += extra.sorted().map { .removeAddress(name, $0) }
        let lost = before.addresses.subtracting(after.addresses).subtracting(now.addresses)
        steps += lost.sorted().map { .addAddress(name, $0) }
        // Right behind the addresses: others ask for them by ARP at once, and the kernel would learn entries in the way.
        let neighbours = after.neighbours.subtracting(before.neighbours).intersection(now.neighbours)
        steps += neighbours.sorted().map { .removeNeighbour(name, $0) }
        let lostNeighbours = before.neighbours.subtracting(after.neighbours).subtracting(now.neighbours)
        steps += lostNeighbours.sorted().map { .addNeighbour(name, $0) }
        return steps
    }

    var rest: [Step] {
        var steps: [Step] = []
        for (key, route) in after.routes.sorted(by: { $0.key < $1.key })
        where before.routes[key] == nil && now.routes[key] == route {
            steps.append(.removeRoute(name, route))
        }
        let changed = before.routes.values.filter { after.routes[$0.key] != $0 && now.routes[$0.key] != $0 }
        // A gateway must be reachable by a route that is there.
        for route in changed.sorted(by: { ($0.gateway == nil ? 0 : 1, $0.key) < ($1.gateway == nil ? 0 : 1, $1.key) }) {
            steps.append(
                now.routes[route.key].map { .replaceRoute(name, from: $0, to: route) } ?? .addRoute(name, route))
        }
        let rules = after.rules.subtracting(before.rules).intersection(now.rules)
        steps += rules.sorted().map { .removeRule(name, $0) }
        let lostRules = before.rules.subtracting(after.rules).subtracting(now.rules)
        steps += lostRules.sorted().map { .addRule(name, $0) }
        for (key, table) in before.firewall.sorted(by: { $0.key < $1.key })
        where after.firewall[key] != table && now.firewall[key] != table {
            steps.append(.setFirewall(name, table))
        }
        return steps
    }
}
