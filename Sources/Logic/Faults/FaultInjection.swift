package import LabFiles
package import NetworkModel
package import NetworkPlanning

/// What a fault does to a lab as it stands: steps, and who is touched. Pure.
package struct FaultInjection: Hashable, Sendable {
    package private(set) var steps: [Step] = []
    /// The namespaces that are changed.
    package private(set) var namespaces: Set<NamespaceName> = []
    /// The sysctls that are changed.
    package private(set) var sysctls: Set<String> = []
    package private(set) var stopsDaemon = false
    private var working: NetworkState
    private let cast: FaultCast

    /// - Parameters:
    ///   - network: every namespace of the lab as it stands, with the sysctls of ``sysctls(of:)``.
    /// - Throws: that the lab has nobody for a role, or lacks what is to be broken.
    package init(_ fault: Fault, _ cast: FaultCast, on network: NetworkState) throws(FaultRefusal) {
        working = network
        self.cast = cast
        for operation in fault.operations { try carryOut(operation) }
    }

    /// The sysctls that a fault sets, to be looked at before.
    package static func sysctls(of fault: Fault) -> Set<String> {
        Set(fault.operations.compactMap { if case .setSysctl(_, let name, _) = $0 { name } else { nil } })
    }

    private mutating func take(_ step: Step) {
        steps.append(step)
        working.apply(step)
    }

    /// The namespace of a stage, and what stands in it now.
    private mutating func enter(_ stage: Fault.Stage) throws(FaultRefusal) -> (NamespaceName, NamespaceState) {
        let name = try cast.namespace(stage)
        guard let state = working.namespaces[name] else { throw FaultRefusal("the namespace \(name) is gone") }
        namespaces.insert(name)
        return (name, state)
    }

    private mutating func carryOut(_ operation: Fault.Operation) throws(FaultRefusal) {
        switch operation {
        case .stopDaemon: stopsDaemon = true
        case .addRoute(let stage, let table, let line):
            let (name, state) = try enter(stage)
            let route = try route(line, table)
            if state.routes[route.key] != nil { throw FaultRefusal("\(name) has a route \(route) already") }
            take(.addRoute(name, route))
        case .replaceRoute(let stage, let table, let line):
            let (name, state) = try enter(stage)
            let route = try route(line, table)
            guard let old = state.routes[route.key] else { throw absent(name, "route to \(route.destination)") }
            if old == route { throw FaultRefusal("\(name) has the route \(route) already") }
            take(.replaceRoute(name, from: old, to: route))
        case .deleteRoute(let stage, let table, let to):
            let (name, state) = try enter(stage)
            let destination = try prefix(to)
            guard let route = state.routes[RouteKey(table: table, destination: destination, metric: 0)] else {
                throw absent(name, "route to \(destination)")
            }
            take(.removeRoute(name, route))
        case .addRule(let stage, let priority, let from, let to, let table):
            let (name, _) = try enter(stage)
            let source = try from.map { text throws(FaultRefusal) in try prefix(text) }
            let target = try to.map { text throws(FaultRefusal) in try prefix(text) }
            take(.addRule(name, Rule(priority: priority, from: source, to: target, table: table)))
        case .deleteRule(let stage, let priority):
            let (name, state) = try enter(stage)
            let rules = state.rules.filter { $0.priority == priority && $0.family == .ipv4 }.sorted()
            if rules.isEmpty { throw absent(name, "rule of priority \(priority)") }
            for rule in rules { take(.removeRule(name, rule)) }
        case .addAddress(let stage, let text, let link):
            let (name, _) = try enter(stage)
            take(.addAddress(name, InterfaceAddress(link: try self.link(link), prefix: try wholePrefix(text))))
        case .deleteAddress(let stage, let text):
            let (name, state) = try enter(stage)
            let wanted = try wholePrefix(text).address
            guard let address = state.addresses.first(where: { $0.prefix.address == wanted }) else {
                throw absent(name, "address \(wanted)")
            }
            take(.removeAddress(name, address))
        case .changeLink(let stage, let word, let isUp, let mtu, let isIsolated):
            let (name, state) = try enter(stage)
            guard let link = state.links[try self.link(word)] else { throw absent(name, "link \(try cast.read(word))") }
            var changed = link
            changed.isUp = isUp ?? link.isUp
            changed.mtu = mtu ?? link.mtu
            changed.isIsolated = isIsolated ?? link.isIsolated
            if changed == link { throw FaultRefusal("\(link.name) of \(name) is like that already") }
            take(.changeLink(name, from: link, to: changed))
        case .setSysctl(let stage, let key, let value):
            let (name, state) = try enter(stage)
            guard let old = state.sysctls[key] else { throw absent(name, "sysctl \(key)") }
            if old == value { throw FaultRefusal("\(key) of \(name) is \(value) already") }
            sysctls.insert(key)
            take(.setSysctl(name, name: key, from: old, to: value))
        case .setNeighbour(let stage, let text, let word, let mac):
            let (name, state) = try enter(stage)
            let (link, address) = (try self.link(word), try wholePrefix(text).address)
            if let old = state.neighbours.first(where: { $0.link == link && $0.address == address }) {
                take(.removeNeighbour(name, old))
            }
            take(.addNeighbour(name, Neighbour(link: link, address: address, mac: mac)))
        case .deleteFirewall(let stage, let tableName, let comment):
            let (name, state) = try enter(stage)
            guard var table = state.firewall[tableName] else { throw absent(name, "table \(tableName) of nftables") }
            guard let comment else { return take(.removeFirewall(name, table)) }
            let count = table.chains.reduce(0) { $0 + $1.rules.count }
            for index in table.chains.indices { table.chains[index].rules.removeAll { $0.comment == comment } }
            guard table.chains.reduce(0, { $0 + $1.rules.count }) < count else {
                throw absent(name, "rule \"\(comment)\" in the table \(tableName)")
            }
            take(.setFirewall(name, table))
        }
    }

    private func absent(_ name: NamespaceName, _ what: String) -> FaultRefusal {
        FaultRefusal("\(name) has no \(what); is the lab whole? `netlab diff` tells")
    }

    private func link(_ text: String) throws(FaultRefusal) -> LinkName {
        let word = try cast.read(text)
        guard let name = LinkName(rawValue: word) else { throw FaultRefusal("\"\(word)\" is no name of a link") }
        return name
    }

    private func wholePrefix(_ text: String) throws(FaultRefusal) -> IPPrefix {
        let word = try cast.read(text)
        if let address = IPAddress(word) { return IPPrefix(host: address) }
        guard let prefix = IPPrefix(word) else { throw FaultRefusal("\"\(word)\" is no prefix") }
        return prefix
    }

    private func prefix(_ text: String) throws(FaultRefusal) -> IPPrefix {
        text == "default" ? .any(.ipv4) : try wholePrefix(text).network
    }

    private func route(_ line: String, _ table: RouteTable) throws(FaultRefusal) -> Route {
        let text = try cast.read(line)
        guard let pattern = RoutePattern(text), let route = Route(pattern, table: table) else {
            throw FaultRefusal("\"\(text)\" is no route")
        }
        return route
    }
}

extension Route {
    /// nil for a line with a word that only iproute2's own tables translate.
    fileprivate init?(_ pattern: RoutePattern, table: RouteTable) {
        self.init(pattern.destination, table: table, kind: pattern.kind ?? .unicast)
        gateway = pattern.gateway
        source = pattern.source
        metric = pattern.metric ?? 0
        mtu = pattern.mtu
        if let name = pattern.link {
            guard let link = LinkName(rawValue: name) else { return nil }
            self.link = link
        }
        if let word = pattern.protocol {
            let known: [RouteProtocol] = [.kernel, .boot, .static]
            guard let found = known.first(where: { $0.description == word }) else { return nil }
            self.protocol = found
        }
        let scopes: [RouteScope] = [.universe, .site, .link, .host, .nowhere]
        if let word = pattern.scope {
            guard let found = scopes.first(where: { "\($0)" == word }) else { return nil }
            scope = found
        } else if pattern.gateway == nil, pattern.link != nil, kind == .unicast {
            // As `ip route add` has it.
            scope = .link
        }
    }
}
