internal import Datapath
internal import KubernetesModel
internal import LabFiles
internal import NetworkModel

/// What of a lab's network is not in the object store, because kind has it on its command line or in its config.
struct LabSetting: Hashable {
    var lab: String
    var instance: String
    var seed: Seed
    var underlay: Underlay
    var serviceCIDR: IPPrefix
    /// kube-proxy runs: kind's `kubeProxyMode` is not `none`.
    var hasKubeProxy: Bool
    /// `proxy.sourceIP` and `proxy.returnPath`; nil when backends see the node.
    var returnPath: ReturnPath?

    init(_ lab: Lab, instance: String) {
        self.lab = lab.name
        self.instance = instance
        seed = Seed(lab.options.seed)
        underlay = Underlay(
            subnet: lab.options.underlay.subnet, gateway: lab.options.underlay.gateway,
            mtu: lab.options.underlay.mtu)
        serviceCIDR = lab.kind.networking.serviceSubnet
        hasKubeProxy = lab.kind.networking.kubeProxyMode != .none
        returnPath = ReturnPath(lab.options.proxy)
    }
}

extension ClusterNetwork {
    /// The network that the objects of the store describe.
    ///
    /// - Parameter values: what ConfigMap kube-system/cilium-config says; nil before the CNI is installed.
    init(
        _ setting: LabSetting, nodes: [Node], ciliumNodes: [CiliumNode], pods: [Pod], values: CiliumValues?
    ) {
        let agents = Dictionary(ciliumNodes.map { ($0.name, $0) }) { first, _ in first }
        self.init(
            lab: setting.lab, instance: setting.instance, seed: setting.seed, underlay: setting.underlay,
            serviceCIDR: setting.serviceCIDR,
            nodes: nodes.compactMap { NodeNetwork($0, agent: values == nil ? nil : agents[$0.name]) },
            pods: pods.compactMap { PodNetwork($0) },
            cni: values.map { CiliumDatapath($0) },
            servesClusterIPs: setting.hasKubeProxy || (values.map { $0.kubeProxyReplacement != .disabled } ?? false),
            returnPath: setting.returnPath)
    }
}

extension ReturnPath {
    /// nil when the proxy does not preserve addresses.
    init?(_ proxy: LabOptions.Proxy) {
        guard proxy.sourceIP == .preserve else { return nil }
        switch proxy.returnPath {
        case .nftables: self = .nftables
        case .portRange: self = .portRange
        }
    }
}

extension CiliumDatapath {
    init(_ values: CiliumValues) {
        self.init(
            autoDirectNodeRoutes: values.autoDirectNodeRoutes, nativeRoutingCIDR: values.ipv4NativeRoutingCIDR,
            masquerade: values.enableIPv4Masquerade ? (values.bpfMasquerade ? .bpf : .iptables) : .disabled,
            endpointRoutes: values.endpointRoutes, mtu: values.mtu)
    }
}

extension NodeNetwork {
    /// nil for a node without an InternalIP.
    init?(_ node: Node, agent: CiliumNode?) {
        guard let text = node.status?.addresses?.first(where: { $0.type == "InternalIP" })?.address,
            let address = IPAddress(text)
        else { return nil }
        let router = agent?.spec?.addresses?.first { $0.type == "CiliumInternalIP" }
        self.init(
            name: node.name, address: address,
            podCIDRs: (agent?.spec?.ipam?.podCIDRs ?? []).compactMap { IPPrefix($0) },
            router: router.flatMap { IPAddress($0.ip) })
    }
}

extension PodNetwork {
    /// nil for a pod without an address of its own, or one that has ended: its namespace is gone.
    init?(_ pod: Pod) {
        guard pod.spec?.hostNetwork != true, let node = pod.spec?.nodeName, let text = pod.status?.podIP,
            let address = IPAddress(text), pod.status?.phase != "Succeeded", pod.status?.phase != "Failed"
        else { return nil }
        self.init(namespace: pod.namespace, name: pod.name, uid: pod.uid, node: node, address: address)
    }
}
