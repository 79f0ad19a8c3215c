package import NetworkModel

/// The values of the cilium Helm chart 1.12.4 that shape a lab's network, with the chart's defaults (behaviour 2.9).
package struct CiliumValues: Hashable, Sendable {
    /// How packets travel between nodes.
    package enum Tunnel: String, Hashable, Sendable, Codable, CaseIterable { case vxlan, geneve, disabled }

    /// How far Cilium stands in for kube-proxy.
    package enum KubeProxyReplacement: String, Hashable, Sendable, Codable, CaseIterable {
        case disabled, partial, probe, strict
    }

    /// Who hands out pod CIDRs.
    package enum IPAMMode: String, Hashable, Sendable, Codable, CaseIterable {
        /// Cilium's operator, from its own pool.
        case clusterPool = "cluster-pool"
        /// kube-controller-manager: the Node's `spec.podCIDR`, from kind's `podSubnet`.
        case kubernetes
    }

    /// `tunnel`; the chart's default is vxlan, which netlab does not yet support.
    package var tunnel: Tunnel = .vxlan
    /// `autoDirectNodeRoutes`: routes to the other nodes' pod CIDRs.
    package var autoDirectNodeRoutes = false
    /// `ipv4NativeRoutingCIDR`: destinations that are never masqueraded.
    package var ipv4NativeRoutingCIDR: IPPrefix?
    /// `kubeProxyReplacement`.
    package var kubeProxyReplacement: KubeProxyReplacement = .disabled
    /// `k8sServiceHost`: address or name where agents reach the API server; an environment variable of the agent.
    package var k8sServiceHost: String?
    /// `k8sServicePort`.
    package var k8sServicePort: Int?
    /// `bpf.masquerade`: masquerade at the node's device rather than by iptables.
    package var bpfMasquerade = false
    /// `enableIPv4Masquerade`.
    package var enableIPv4Masquerade = true
    /// `endpointRoutes.enabled`: one route a pod in the main table.
    package var endpointRoutes = false
    /// `ipam.mode`.
    package var ipamMode: IPAMMode = .clusterPool
    /// `ipam.operator.clusterPoolIPv4PodCIDRList`, or `clusterPoolIPv4PodCIDR` when the list is empty; never empty.
    package var clusterPoolIPv4PodCIDRs: [IPPrefix] = [IPPrefix(IPAddress(10, 0, 0, 0), 8)]
    /// `ipam.operator.clusterPoolIPv4MaskSize`.
    package var clusterPoolIPv4MaskSize = 24
    /// `MTU` in bytes; nil lets the device decide.
    package var mtu: Int?

    package init() {}
}
