package import NetworkModel

/// Everything the network of a lab follows from. The object store is where it is read from; this is its value.
package struct ClusterNetwork: Hashable, Sendable {
    /// The lab's name: the first label of every namespace name.
    package var lab: String
    package var instance: String
    package var seed: Seed
    package var underlay: Underlay
    /// `networking.serviceSubnet`.
    package var serviceCIDR: IPPrefix
    package var nodes: [NodeNetwork]
    /// Pods that have an address of their own; pods on the host network have none and are left out.
    package var pods: [PodNetwork]
    /// nil before `cni install`: node namespaces with two routes each, and nothing else.
    package var cni: CiliumDatapath?
    /// Whether ClusterIPs are served on every node: Cilium replaces kube-proxy, or kube-proxy itself runs.
    package var servesClusterIPs: Bool
    /// How answers to a pod's own address come back to the proxy; nil when backends see the node (`proxy.sourceIP`).
    package var returnPath: ReturnPath?

    package init(
        lab: String, instance: String, seed: Seed, underlay: Underlay, serviceCIDR: IPPrefix, nodes: [NodeNetwork],
        pods: [PodNetwork] = [], cni: CiliumDatapath? = nil, servesClusterIPs: Bool = false,
        returnPath: ReturnPath? = nil
    ) {
        self.lab = lab
        self.instance = instance
        self.seed = seed
        self.underlay = underlay
        self.serviceCIDR = serviceCIDR
        self.nodes = nodes
        self.pods = pods
        self.cni = cni
        self.servesClusterIPs = servesClusterIPs
        self.returnPath = returnPath
    }

    package var mark: OwnershipMark { OwnershipMark(lab: lab, instance: instance) }
}

/// The network the nodes stand in: kind's docker network.
package struct Underlay: Hashable, Sendable {
    package var subnet: IPPrefix
    package var gateway: IPAddress
    /// Bytes; docker's default is 1500.
    package var mtu: Int

    package init(subnet: IPPrefix, gateway: IPAddress, mtu: Int = 1500) {
        self.subnet = subnet
        self.gateway = gateway
        self.mtu = mtu
    }
}

/// One node.
package struct NodeNetwork: Hashable, Sendable {
    package var name: String
    /// Its address on the underlay, Kubernetes' InternalIP.
    package var address: IPAddress
    /// What IPAM gave the node, primary first; empty until the operator has allocated.
    package var podCIDRs: [IPPrefix]
    /// The address on `cilium_host`, Cilium's CiliumInternalIP.
    package var router: IPAddress?

    package init(name: String, address: IPAddress, podCIDRs: [IPPrefix] = [], router: IPAddress? = nil) {
        self.name = name
        self.address = address
        self.podCIDRs = podCIDRs
        self.router = router
    }
}

/// One pod with an address.
package struct PodNetwork: Hashable, Sendable {
    package var namespace: String
    package var name: String
    package var uid: String
    package var node: String
    package var address: IPAddress

    package init(namespace: String, name: String, uid: String, node: String, address: IPAddress) {
        self.namespace = namespace
        self.name = name
        self.uid = uid
        self.node = node
        self.address = address
    }
}

/// The agent's settings that shape routes, by the names of cilium-config's keys.
package struct CiliumDatapath: Hashable, Sendable {
    package enum Masquerade: Hashable, Sendable { case disabled, iptables, bpf }

    /// `auto-direct-node-routes`.
    package var autoDirectNodeRoutes: Bool
    /// `ipv4-native-routing-cidr`; nil when unset.
    package var nativeRoutingCIDR: IPPrefix?
    /// `enable-ipv4-masquerade` and `enable-bpf-masquerade`.
    package var masquerade: Masquerade
    /// `enable-endpoint-routes`.
    package var endpointRoutes: Bool
    /// `mtu` in bytes; nil: the underlay's, as Cilium detects it.
    package var mtu: Int?

    package init(
        autoDirectNodeRoutes: Bool = false, nativeRoutingCIDR: IPPrefix? = nil, masquerade: Masquerade = .iptables,
        endpointRoutes: Bool = false, mtu: Int? = nil
    ) {
        self.autoDirectNodeRoutes = autoDirectNodeRoutes
        self.nativeRoutingCIDR = nativeRoutingCIDR
        self.masquerade = masquerade
        self.endpointRoutes = endpointRoutes
        self.mtu = mtu
    }
}
