internal import NetworkModel

/// A pod's own namespace (behaviour 2.6): a /32 and two routes, both through the node's router address.
enum PodDatapath {
    static func namespace(
        _ pod: PodNetwork, router: IPAddress, on node: NamespaceName, of cluster: ClusterNetwork, _ cni: CiliumDatapath
    ) -> (NamespaceName, NamespaceState)? {
        guard let name = DatapathNames.pod(cluster.lab, namespace: pod.namespace, name: pod.name),
            let lxc = DatapathNames.lxc(pod, seed: cluster.seed)
        else { return nil }
        var state = NamespaceState(mark: cluster.mark)
        state.links[.eth0] = Link(
            name: .eth0, kind: .veth(peer: LinkEnd(namespace: node, name: lxc)),
            mac: MACAddress(locallyAdministered: cluster.seed.draw("mac", "pod", pod.uid)),
            mtu: cni.mtu ?? cluster.underlay.mtu)
        state.addresses.insert(InterfaceAddress(link: .eth0, prefix: IPPrefix(host: pod.address)))
        state.insert(Route(IPPrefix(host: router), dev: .eth0, scope: .link))
        // No `mtu` on the default route: with native routing the route MTU equals the device's (behaviour 2.7).
        state.insert(Route(.any(pod.address.family), via: router, dev: .eth0))
        return (name, state)
    }
}
