package import NetworkModel

/// The addresses of one node's pods (cilium pkg/ipam/hostscope.go).
///
/// The network address and the last address are not given, which leaves 254 of a /24. Each draw is a random offset,
/// then the next free address with wrap.
package struct PodAddressRange: Hashable, Sendable {
    package let cidr: IPPrefix

    package init(_ cidr: IPPrefix) { self.cidr = cidr.network }

    /// How many addresses can be given.
    package var size: Int { max(0, cidr.count - 2) }

    /// Whether an address can be given at all.
    package func contains(_ address: IPAddress) -> Bool {
        cidr.contains(address) && address != cidr.address(at: 0) && address != cidr.address(at: cidr.count - 1)
    }

    /// A free address from a draw on.
    ///
    /// - Throws: `full`.
    package func allocate(draw: UInt64, isUsed: (IPAddress) -> Bool) throws(AllocationError) -> IPAddress {
        guard size > 0 else { throw .full }
        let offset = Int(draw % UInt64(size))
        for step in 0..<size {
            let address = cidr.address(at: 1 + (offset + step) % size)
            if !isUsed(address) { return address }
        }
        throw .full
    }

    /// The addresses a Cilium agent takes for itself: the router first, then health, as the agent allocates them.
    ///
    /// - Parameter excluded: the node's own address, and addresses pods already have.
    /// - Throws: `full`; `outsideRange` or `alreadyAllocated` for a pin that cannot be given.
    package func agentAddresses(
        pinnedRouter: IPAddress?, restoredRouter: IPAddress?, restoredHealth: IPAddress?, seed: Seed, node: String,
        excluded: Set<IPAddress>
    ) throws(AllocationError) -> (router: IPAddress, health: IPAddress) {
        var used = excluded
        let router: IPAddress
        if let pinnedRouter {
            guard contains(pinnedRouter) else { throw .outsideRange(pinnedRouter, range: cidr) }
            if used.contains(pinnedRouter) { throw .alreadyAllocated(pinnedRouter) }
            router = pinnedRouter
        } else if let restoredRouter, contains(restoredRouter), !used.contains(restoredRouter) {
            router = restoredRouter
        } else {
            router = try allocate(draw: seed.draw("router", node)) { used.contains($0) }
        }
        used.insert(router)
        if let restoredHealth, contains(restoredHealth), !used.contains(restoredHealth) {
            return (router, restoredHealth)
        }
        return (router, try allocate(draw: seed.draw("health", node)) { used.contains($0) })
    }
}
