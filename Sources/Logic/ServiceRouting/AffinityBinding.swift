package import NetworkModel

/// A client that ClientIP affinity holds to a backend, at one frontend on one node: what a proxy must remember to go on
/// after a restart as if nothing had happened. Cilium keeps the same in a pinned map (cilium_lb_affinity_match).
package struct AffinityBinding: Hashable, Sendable, Codable {
    package var node: String
    package var frontend: Frontend
    package var client: IPAddress
    package var backend: BackendAddress
    /// Seconds since it was last used.
    package var age: Double

    package init(node: String, frontend: Frontend, client: IPAddress, backend: BackendAddress, age: Double) {
        self.node = node
        self.frontend = frontend
        self.client = client
        self.backend = backend
        self.age = age
    }
}
