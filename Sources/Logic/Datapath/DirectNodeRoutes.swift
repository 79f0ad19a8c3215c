package import NetworkModel

/// What `auto-direct-node-routes` installs towards one remote node (behaviour 2.2, Cilium 1.12's updateDirectRoutes).
package struct DirectNodeRoutes: Sendable {
    package private(set) var routes: [Route] = []
    /// What the agent logs; it ignores the failure otherwise, and the node still counts as added.
    package private(set) var error: String?

    /// - Parameters:
    ///   - remote: the node the routes lead to.
    ///   - lookup: the local node's view before any direct route.
    package init(to remote: NodeNetwork, lookup: RouteLookup) {
        // The function returns at the first CIDR that fails, so one failure means none of the later ones is tried.
        for cidr in remote.podCIDRs {
            guard let found = lookup.route(to: remote.address) else {
                error = Self.warning(cidr, remote, "no route found to destination \(remote.address)")
                return
            }
            if let gateway = found.gateway, gateway != remote.address {
                error = Self.warning(
                    cidr, remote,
                    "route to destination \(remote.address) contains gateway \(gateway), must be directly reachable")
                return
            }
            routes.append(Route(cidr, via: remote.address, dev: found.link))
        }
    }

    private static func warning(_ cidr: IPPrefix, _ remote: NodeNetwork, _ cause: String) -> String {
        "Unable to install direct node route \(cidr) via \(remote.address): \(cause)"
    }
}
