package import NetworkModel

/// What a cluster is given from outside.
package struct ClusterOptions: Hashable, Sendable {
    package var seed: Seed
    /// kind's `serviceSubnet`.
    package var serviceSubnet: IPPrefix
    /// kind's `podSubnet`, cut into one CIDR per node by kube-controller-manager.
    package var podSubnet: IPPrefix
    /// Prefix length of a node's part of `podSubnet`.
    package var nodeCIDRLength: Int
    package var pins: Pins
    /// Where the API server is reached: the control-plane's address and 6443; nil: no endpoints.
    package var apiServer: IPAddress?
    package var apiServerPort: Int32
    /// Events kept; the oldest go.
    package var eventLimit: Int

    package init(
        seed: Seed, serviceSubnet: IPPrefix = IPPrefix(IPAddress(10, 96, 0, 0), 16),
        podSubnet: IPPrefix = IPPrefix(IPAddress(10, 244, 0, 0), 16), nodeCIDRLength: Int = 24, pins: Pins = Pins(),
        apiServer: IPAddress? = nil, apiServerPort: Int32 = 6443, eventLimit: Int = 5000
    ) {
        self.seed = seed
        self.serviceSubnet = serviceSubnet
        self.podSubnet = podSubnet
        self.nodeCIDRLength = nodeCIDRLength
        self.pins = pins
        self.apiServer = apiServer
        self.apiServerPort = apiServerPort
        self.eventLimit = eventLimit
    }
}

/// Addresses a lab fixes instead of leaving them to the seed.
package struct Pins: Hashable, Sendable {
    /// Cilium's CIDR by node name.
    package var podCIDR: [String: IPPrefix]
    /// Cilium's router address by node name.
    package var router: [String: IPAddress]
    package var clusterIP: [ObjectKey: IPAddress]

    package init(
        podCIDR: [String: IPPrefix] = [:], router: [String: IPAddress] = [:], clusterIP: [ObjectKey: IPAddress] = [:]
    ) {
        self.podCIDR = podCIDR
        self.router = router
        self.clusterIP = clusterIP
    }
}
