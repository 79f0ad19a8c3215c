internal import NetworkModel

/// The namespace that plays the docker host: the bridge and its gateway address.
///
/// It does not forward: what a node sends to its default route and the lab does not hold is lost in silence, as it is
/// on the way to an internet that does not answer. That is said with a sysctl, because a new namespace copies the
/// host's setting, and a host with docker forwards: it would answer with ICMP unreachable.
enum Fabric {
    static func state(_ cluster: ClusterNetwork, ports: [String: LinkName]) -> NamespaceState {
        var state = NamespaceState(mark: cluster.mark)
        guard let bridge = DatapathNames.bridge else { return state }
        state.links[bridge] = Link(
            name: bridge, kind: .bridge, mac: bridgeAddress(cluster), mtu: cluster.underlay.mtu,
            settings: [.reversePathFilter: 0])
        state.addresses.insert(
            InterfaceAddress(
                link: bridge, prefix: IPPrefix(cluster.underlay.gateway, cluster.underlay.subnet.length)))
        state.sysctls = ["net.ipv4.ip_forward": "0", "net.ipv4.conf.all.rp_filter": "0"]
        for node in cluster.nodes {
            guard let port = ports[node.name], let namespace = DatapathNames.node(cluster.lab, node.name) else {
                continue
            }
            state.links[port] = Link(
                name: port, kind: .veth(peer: LinkEnd(namespace: namespace, name: .eth0)),
                mac: MACAddress(locallyAdministered: cluster.seed.draw("mac", cluster.lab, "port", node.name)),
                mtu: cluster.underlay.mtu, master: bridge)
        }
        return state
    }

    /// The gateway's MAC address.
    static func bridgeAddress(_ cluster: ClusterNetwork) -> MACAddress {
        MACAddress(locallyAdministered: cluster.seed.draw("mac", cluster.lab, "bridge"))
    }
}
