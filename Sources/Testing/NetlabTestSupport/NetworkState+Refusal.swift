import NetworkModel
import NetworkPlanning

extension NetworkState {
    /// Why Linux would refuse this step; nil when it would carry it out.
    func refusal(of step: Step) -> (KernelError.Code, String)? {
        if case .addNamespace(let name, _) = step {
            return namespaces[name] == nil ? nil : (.exists, "File exists")
        }
        guard let namespace = namespaces[step.namespace] else { return (.notFound, "No such namespace") }
        switch step {
        case .addNamespace, .removeNamespace, .setSysctl, .setFirewall: return nil
        case .addLink(_, let link):
            guard link.kind == .bridge else { return (.unsupported, "Unknown device type") }
            return namespace.refusal(ofNew: link)
        case .addVethPair(let one, let other):
            guard let far = namespaces[other.namespace] else { return (.notFound, "No such namespace") }
            if one.namespace == other.namespace, one.link.name == other.link.name { return (.exists, "File exists") }
            guard one.link.kind == .veth(peer: LinkEnd(namespace: other.namespace, name: other.link.name)),
                other.link.kind == .veth(peer: LinkEnd(namespace: one.namespace, name: one.link.name))
            else { return (.invalid, "the ends do not name each other") }
            return namespace.refusal(ofNew: one.link) ?? far.refusal(ofNew: other.link)
        case .removeFirewall(_, let table):
            return namespace.firewall[table.name] == nil ? (.notFound, "No such file or directory") : nil
        default: return namespace.refusal(of: step)
        }
    }
}

extension NamespaceState {
    fileprivate func refusal(ofNew link: Link) -> (KernelError.Code, String)? {
        if links[link.name] != nil || link.name == .loopback { return (.exists, "File exists") }
        return refusal(ofMaster: link.master)
    }

    private func refusal(ofMaster master: LinkName?) -> (KernelError.Code, String)? {
        guard let master else { return nil }
        guard let bridge = links[master] else { return (.notFound, "No such device") }
        return bridge.kind == .bridge ? nil : (.unsupported, "Operation not supported")
    }

    fileprivate func refusal(of step: Step) -> (KernelError.Code, String)? {
        switch step {
        case .removeLink(_, let link): return links[link.name] == nil ? (.notFound, "No such device") : nil
        case .changeLink(_, let from, let to):
            guard let present = links[from.name], to.name == from.name else { return (.notFound, "No such device") }
            if present.kind != to.kind { return (.unsupported, "Operation not supported") }
            return refusal(ofMaster: to.master)
        case .addAddress(_, let address):
            if !has(address.link) { return (.notFound, "No such device") }
            let isTaken = addresses.contains { $0.link == address.link && $0.prefix == address.prefix }
            return isTaken ? (.exists, "Address already assigned") : nil
        case .removeAddress(_, let address):
            return addresses.contains(address) ? nil : (.notFound, "Cannot assign requested address")
        case .addRoute(_, let route):
            return routes[route.key] == nil ? refusal(of: route) : (.exists, "File exists")
        case .replaceRoute(_, _, let route):
            return routes[route.key] == nil ? (.notFound, "No such process") : refusal(of: route)
        case .removeRoute(_, let route): return routes[route.key] == nil ? (.notFound, "No such process") : nil
        case .addRule(_, let rule): return rules.contains(rule) ? (.exists, "File exists") : nil
        case .removeRule(_, let rule): return rules.contains(rule) ? nil : (.notFound, "No such file or directory")
        case .addNeighbour(_, let neighbour):
            if !has(neighbour.link) { return (.notFound, "No such device") }
            let isTaken = neighbours.contains { $0.link == neighbour.link && $0.address == neighbour.address }
            return isTaken ? (.exists, "File exists") : nil
        case .removeNeighbour(_, let neighbour):
            return neighbours.contains(neighbour) ? nil : (.notFound, "No such file or directory")
        default: return nil
        }
    }

    private func has(_ link: LinkName) -> Bool { link == .loopback || links[link] != nil }

    /// The checks of fib_create_info: a device that is there and up, a `src` that is the host's own, a gateway within
    /// reach.
    private func refusal(of route: Route) -> (KernelError.Code, String)? {
        if let link = route.link {
            if !has(link) { return (.notFound, "No such device") }
            if link != .loopback, links[link]?.isUp != true { return (.unreachable, "Network is down") }
        }
        if let source = route.source, !isLocal(source) { return (.invalid, "Invalid prefsrc address") }
        guard let gateway = route.gateway else { return nil }
        return canReach(gateway, for: route) ? nil : (.unreachable, "Nexthop has invalid gateway")
    }

    private func isLocal(_ address: IPAddress) -> Bool {
        if addresses.contains(where: { $0.prefix.address == address }) { return true }
        return routes.values.contains { $0.kind == .local && $0.destination.contains(address) }
    }

    /// A gateway must be reached by a route of scope link on the same device, in main or the route's own table, or be
    /// the device's own address.
    private func canReach(_ gateway: IPAddress, for route: Route) -> Bool {
        let isOwn = addresses.contains {
            $0.prefix.address == gateway && (route.link == nil || $0.link == route.link)
        }
        if isOwn { return true }
        for length in (0...gateway.family.bitWidth).reversed() {
            for table in [RouteTable.main, route.table] {
                let key = RouteKey(table: table, destination: IPPrefix(gateway, length).network, metric: 0)
                if let candidate = routes[key], candidate.leads(to: gateway, on: route.link) { return true }
            }
        }
        return routes.values.contains { candidate in
            (candidate.table == .main || candidate.table == route.table) && candidate.leads(to: gateway, on: route.link)
        }
    }
}

extension Route {
    fileprivate func leads(to gateway: IPAddress, on link: LinkName?) -> Bool {
        kind == .unicast && self.gateway == nil && self.link != nil && (link == nil || self.link == link)
            && (scope == .link || scope == .host) && destination.contains(gateway)
    }
}
