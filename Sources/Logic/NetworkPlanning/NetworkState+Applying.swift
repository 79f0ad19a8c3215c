package import NetworkModel

extension NetworkState {
    /// The state after a step, as Linux would leave it, with everything that goes along with the step.
    ///
    /// A step that a kernel would refuse is not refused here; `InMemoryKernel` adds that.
    package func applying(_ step: Step) -> NetworkState {
        var result = self
        result.apply(step)
        return result
    }

    /// Carries out a step in memory, with the kernel's cascades; see ``applying(_:)``.
    package mutating func apply(_ step: Step) {
        switch step {
        case .addNamespace(let name, let mark):
            namespaces[name] = NamespaceState(mark: mark, routes: KernelRoutes.loopback)
        case .removeNamespace(let name): removeNamespace(name)
        case .addLink(let name, let link): namespaces[name]?.links[link.name] = link
        case .addVethPair(let one, let other):
            for end in [one, other] { namespaces[end.namespace]?.links[end.link.name] = end.link }
        case .removeLink(let name, let link): removeLink(LinkEnd(namespace: name, name: link.name))
        case .changeLink(let name, _, let to): namespaces[name]?.change(to.name, to: to)
        case .addAddress(let name, let address):
            namespaces[name]?.addresses.insert(address)
            namespaces[name]?.addKernelRoutes(for: address)
        case .removeAddress(let name, let address): namespaces[name]?.drop(address)
        case .addRoute(let name, let route), .replaceRoute(let name, _, let route):
            namespaces[name]?.insert(route)
        case .removeRoute(let name, let route): namespaces[name]?.routes[route.key] = nil
        case .addRule(let name, let rule): namespaces[name]?.rules.insert(rule)
        case .removeRule(let name, let rule): namespaces[name]?.rules.remove(rule)
        case .addNeighbour(let name, let neighbour): namespaces[name]?.neighbours.insert(neighbour)
        case .removeNeighbour(let name, let neighbour): namespaces[name]?.neighbours.remove(neighbour)
        case .setSysctl(let name, let key, _, let value): namespaces[name]?.setSysctl(key, to: value)
        case .setFirewall(let name, let table): namespaces[name]?.firewall[table.name] = table
        case .removeFirewall(let name, let table): namespaces[name]?.firewall[table.name] = nil
        }
    }

    /// A namespace goes with its links, and each veth end takes its other end along, wherever that stands.
    private mutating func removeNamespace(_ name: NamespaceName) {
        guard let gone = namespaces.removeValue(forKey: name) else { return }
        for link in gone.links.values {
            if case .veth(let peer) = link.kind { dropEnd(peer, of: LinkEnd(namespace: name, name: link.name)) }
        }
    }

    private mutating func removeLink(_ end: LinkEnd) {
        guard let link = namespaces[end.namespace]?.links[end.name] else { return }
        if case .veth(let peer) = link.kind { dropEnd(peer, of: end) }
        namespaces[end.namespace]?.drop(end.name)
    }

    /// Takes `end` away if it is the other end of `other`, and not another link that came to bear its name.
    private mutating func dropEnd(_ end: LinkEnd, of other: LinkEnd) {
        guard namespaces[end.namespace]?.links[end.name]?.kind == .veth(peer: other) else { return }
        namespaces[end.namespace]?.drop(end.name)
    }
}
