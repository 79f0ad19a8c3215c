/// A feature of the kernel that is found out by using it; the raw value is the check's id.
package enum KernelFeature: String, Hashable, Sendable, CaseIterable {
    case networkNamespace = "ns.network"
    case mountNamespace = "ns.mount"
    case hostNameNamespace = "ns.uts"
    case processNamespace = "ns.pid"
    case processDescriptor = "kernel.pidfd"
    case eventPoll = "kernel.epoll"
    case socketMemory = "kernel.meminfo"
    case sysctl = "sysctl.namespace"
    case veth = "link.veth"
    case bridge = "link.bridge"
    case policyRule = "route.rules"
    case portRule = "route.rules-ports"
    case transparentSocket = "socket.transparent"
    case nftTable = "nft.tables"
    case nftMasquerade = "nft.masquerade"
    case nftSocket = "nft.socket"
    case nftFib = "nft.fib"
    case vxlan = "link.vxlan"
    case geneve = "link.geneve"
    case dummy = "link.dummy"
    case vrf = "link.vrf"
    case tun = "link.tun"
    case netem = "qdisc.netem"
    case ipvs = "lb.ipvs"
}

/// What became of the try.
package enum FeatureFact: Hashable, Sendable {
    case works
    /// The module is there and the kernel loads it when a lab first uses it. Trying would load it, so it was not.
    case loadable(module: String)
    /// The kernel has it not, in its own words.
    case absent(String)
    /// Refused for want of rights, in the kernel's own words.
    case refused(String)
    /// Not tried, and why.
    case untried(String)
}
