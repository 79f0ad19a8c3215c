internal import NetworkModel

/// The namespace that plays the docker host: the bridge and its gateway address.
///
/// It does not forward: what a node sends to its default route and the lab does not hold is lost in silence, as it is
/// on the way to an internet that does not answer.
enum Fabric {
    static func state(_ cluster: ClusterNetwork, ports: [String: LinkName]) -> NamespaceState {
        var state = NamespaceState(mark: cluster.mark)
        guard let bridge = DatapathNames.bridge else { return state }
        state.links[bridge] = Link(
            name: bridge, kind: .bridge,
            mac: MACAddress(locallyAdministered: cluster.seed.draw("mac", cluster.lab, "bridge")),
            mtu: cluster.underlay.mtu)
        state.addresses.insert(
            InterfaceAddress(
                link: bridge, prefix: IPPrefix(cluster.underlay.gateway, cluster.underlay.subnet.length)))
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
}
