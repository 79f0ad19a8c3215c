import NetworkModel

/// Routes are the one kind of which there are many, so they are gone through once and not carried out on the working
/// state: nothing after them depends on it.
extension Planner {
    /// Adds missing routes and replaces those that differ, with the kernel's own routes that someone deleted.
    ///
    /// Inside a namespace those without a gateway come first: the kernel takes a gateway only when a route of scope
    /// link on the same device reaches it.
    mutating func planRoutes() {
        for name in names {
            guard let wanted = desired.namespaces[name], let present = working.namespaces[name]?.routes else {
                continue
            }
            let kernelMade = wanted.kernelRoutes
            var matched = 0
            var changes: [Route] = []
            for (key, route) in wanted.routes {
                guard let current = present[key] else {
                    changes.append(route)
                    continue
                }
                matched += 1
                if current != route, !current.differences(to: route).isEmpty { changes.append(route) }
            }
            for (key, route) in kernelMade where wanted.routes[key] == nil {
                guard let current = present[key] else {
                    changes.append(route)
                    continue
                }
                matched += 1
                if current != route, !wanted.isKernelMade(current) { changes.append(route) }
            }
            if matched < present.count { namespacesWithOtherRoutes.append(name) }
            if changes.isEmpty { continue }
            let before = observed.namespaces[name]?.routes
            for route in changes.inPlanOrder() {
                if let current = present[route.key] {
                    steps.append(
                        PlannedStep(
                            .replaceRoute(name, from: current, to: route),
                            .differs(current.differences(to: route))))
                } else {
                    let reason = additionReason(wasObserved: before?[route.key] != nil)
                    steps.append(PlannedStep(.addRoute(name, route), reason))
                }
            }
        }
    }

    /// Removes what the lab wants no more, the routes through gateways before those that reach the gateways.
    mutating func planOldRoutes() {
        for name in namespacesWithOtherRoutes {
            guard let wanted = desired.namespaces[name], let present = working.namespaces[name] else { continue }
            let kernelMade = wanted.kernelRoutes
            let mine = owned.namespaces[name]?.routes
            var old: [Route] = []
            for (key, route) in present.routes
            where wanted.routes[key] == nil && kernelMade[key] == nil && !present.isKernelMade(route) {
                if removalReason(isOwned: mine?.contains(key) == true) != nil {
                    old.append(route)
                } else {
                    foreign.append(.route(name, route))
                }
            }
            for route in old.inPlanOrder().reversed() {
                if let reason = removalReason(isOwned: mine?.contains(route.key) == true) {
                    steps.append(PlannedStep(.removeRoute(name, route), reason))
                }
            }
        }
    }
}

extension NamespaceState {
    /// The routes the kernel will make for these links and addresses.
    fileprivate var kernelRoutes: [RouteKey: Route] {
        var bare = self
        bare.routes = [:]
        return bare.withKernelRoutes().routes
    }
}
