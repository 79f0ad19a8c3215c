internal import LabFiles
internal import NetworkModel

extension Examination {
    mutating func add(_ check: RouteCheck) {
        for spot in spots(check.on, "routes") {
            guard let namespace = spot.namespace else { continue }
            read(namespace)
            let judgement = RouteJudgement(check, at: spot, in: inventory)
            judge { sight in
                guard let state = sight.network.namespaces[namespace] else {
                    return [judgement.finding("its namespace is gone", wanted: "namespace \(namespace)", found: "none")]
                }
                return judgement.findings(Array(state.routes.values))
            }
        }
    }
}

/// One place's routing table against what a check says of it.
struct RouteJudgement: Sendable {
    private let check: RouteCheck
    private let spot: Spot
    private let inventory: Inventory

    init(_ check: RouteCheck, at spot: Spot, in inventory: Inventory) {
        self.check = check
        self.spot = spot
        self.inventory = inventory
    }

    func finding(_ message: String, wanted: String, found: String, route: String? = nil) -> Finding {
        let table = check.table == .main ? "" : " table \(check.table)"
        return Finding(
            "routes \(spot.name)\(table)", message, wanted: wanted, found: found, node: spot.name, route: route)
    }

    func findings(_ all: [Route]) -> [Finding] {
        let routes = all.filter { $0.table == check.table }.sorted { $0.key < $1.key }
        var result = check.exact.map { exact($0, routes) } ?? []
        for line in check.present { result += present(line, routes) }
        for line in check.absent { result += absent(line, routes) }
        for hop in check.nextHops { result += nextHop(hop, routes) }
        if let count = check.count, routes.count != count {
            result.append(
                finding("has \(routes.count) routes, wanted \(count)", wanted: "\(count)", found: "\(routes.count)"))
        }
        return result
    }

    private func exact(_ lines: [String], _ routes: [Route]) -> [Finding] {
        var left = routes
        var result: [Finding] = []
        for line in lines {
            guard let (text, pattern) = pattern(line) else {
                result.append(unresolved(line))
                continue
            }
            if let index = left.firstIndex(where: { pattern.equals($0) }) {
                left.remove(at: index)
            } else if let index = left.firstIndex(where: { $0.destination == pattern.destination }) {
                result.append(differs(text, left.remove(at: index)))
            } else {
                result.append(finding("missing \(text)", wanted: text, found: "no such route", route: text))
            }
        }
        return result
            + left.map { finding("unexpected \($0)", wanted: "no such route", found: "\($0)", route: "\($0)") }
    }

    private func present(_ line: String, _ routes: [Route]) -> [Finding] {
        guard let (text, pattern) = pattern(line) else { return [unresolved(line)] }
        if routes.contains(where: pattern.allows) { return [] }
        if let near = routes.first(where: { $0.destination == pattern.destination }) { return [differs(text, near)] }
        return [finding("missing \(text)", wanted: text, found: "no such route", route: text)]
    }

    private func absent(_ line: String, _ routes: [Route]) -> [Finding] {
        guard let (text, pattern) = pattern(line) else { return [unresolved(line)] }
        return routes.filter(pattern.allows).map {
            finding("has \($0), which must not be there", wanted: "no \(text)", found: "\($0)", route: "\($0)")
        }
    }

    private func nextHop(_ hop: RouteCheck.NextHop, _ routes: [Route]) -> [Finding] {
        guard let address = resolved(hop.destination).flatMap({ IPAddress($0) }), let wanted = resolved(hop.wanted)
        else {
            return [unresolved("\(hop.destination): \(hop.wanted)")]
        }
        let best = routes.filter { $0.destination.contains(address) }
            .min { ($1.destination.length, $0.metric) < ($0.destination.length, $1.metric) }
        guard let best else {
            return [finding("has no route to \(address), wanted \(wanted)", wanted: wanted, found: "no route")]
        }
        let found = best.gateway.map(\.description) ?? best.link.map { "dev \($0)" } ?? "\(best.kind)"
        let isRight = found == wanted || best.link.map { wanted == "dev \($0)" } == true
        if isRight { return [] }
        return [
            finding(
                "\(address) goes to \(found) by \(best), wanted \(wanted)", wanted: wanted, found: found,
                route: "\(best)")
        ]
    }

    private func differs(_ wanted: String, _ route: Route) -> Finding {
        finding("has \(route), wanted \(wanted)", wanted: wanted, found: "\(route)", route: wanted)
    }

    private func unresolved(_ line: String) -> Finding {
        finding("\"\(line)\" cannot be resolved here", wanted: line, found: "a variable without a value")
    }

    private func pattern(_ line: String) -> (String, RoutePattern)? {
        resolved(line).flatMap { text in RoutePattern(text).map { (text, $0) } }
    }

    /// The text with the lab's addresses in place of variables.
    private func resolved(_ text: String) -> String? {
        RouteVariable.substituted(text) { variable in
            switch variable.kind {
            case .router: return inventory.node(variable.of ?? spot.node)?.router?.description
            case .cidr: return inventory.node(variable.of ?? spot.node)?.podCIDRs.first?.description
            case .address:
                guard let name = variable.of else { return "\(spot.address)" }
                return inventory.node(name)?.address.description
            case .clusterIP:
                let name = variable.of.flatMap { LabOptions.ServiceName(text: $0) }
                return inventory.services.first { $0.name == name }?.clusterIP?.description
            }
        }
    }
}
