internal import NetworkModel

/// One node's namespace: kind's part, and what the Cilium agent adds to it.
struct NodeDatapath {
    private(set) var state: NamespaceState
    private(set) var warnings: [DatapathWarning] = []
    private let node: NodeNetwork
    private let cluster: ClusterNetwork

    init(_ node: NodeNetwork, of cluster: ClusterNetwork, uplink: LinkEnd, pods: [PodNetwork]) {
        self.node = node
        self.cluster = cluster
        state = NamespaceState(mark: cluster.mark)
        addUnderlay(uplink)
        if cluster.servesClusterIPs { addServiceRoute() }
        guard let cni = cluster.cni, let router = node.router else { return }
        addCiliumHost(cni, router: router)
        addRules(cni)
        if let path = cluster.returnPath(of: node) { addReturnPath(path) }
        addLocalNodeRoute(cni, router: router)
        addRemoteNodes(cni)
        for pod in pods.sorted(by: { ($0.namespace, $0.name) < ($1.namespace, $1.name) }) {
            addEndpoint(pod, cni, router: router)
        }
        if let table = MasqueradeRules.table(for: node, in: cluster, cni) { state.firewall[table.name] = table }
    }

    /// What docker and kubeadm leave in a kind node: eth0, its address, a default route, forwarding.
    private mutating func addUnderlay(_ uplink: LinkEnd) {
        state.links[.eth0] = Link(
            name: .eth0, kind: .veth(peer: uplink), mac: MACAddress(docker: node.address), mtu: cluster.underlay.mtu,
            settings: [.reversePathFilter: 0])
        state.addresses.insert(
            InterfaceAddress(link: .eth0, prefix: IPPrefix(node.address, cluster.underlay.subnet.length)))
        state.insert(Route(.any(node.address.family), via: cluster.underlay.gateway, dev: .eth0))
        // Said in full, because a new namespace copies these from the host's first one. arp_ignore: a pod asks for the
        // router's address on a link that does not have it (behaviour 2.6). icmp_ratemask is netlab's own: a router that
        // answers the second traceroute of a second with silence makes right paths look broken.
        state.sysctls = [
            "net.ipv4.ip_forward": "1", "net.ipv4.conf.all.rp_filter": "0", "net.ipv4.conf.all.arp_ignore": "0",
            "net.ipv4.icmp_ratemask": "0",
        ]
    }

    /// Makes every ClusterIP the node's own address, so that the proxy's listeners can bind it (decision 0010).
    private mutating func addServiceRoute() {
        state.insert(
            Route(
                cluster.serviceCIDR, table: .local, kind: .local, dev: .loopback, src: node.address, scope: .host))
    }

    /// `cilium_host` and `cilium_net` (behaviour 2.4): a pair within the node, no ARP, the router address on the first.
    private mutating func addCiliumHost(_ cni: CiliumDatapath, router: IPAddress) {
        guard let host = DatapathNames.ciliumHost, let net = DatapathNames.ciliumNet,
            let namespace = DatapathNames.node(cluster.lab, node.name)
        else { return }
        for (name, peer) in [(host, net), (net, host)] {
            state.links[name] = Link(
                name: name, kind: .veth(peer: LinkEnd(namespace: namespace, name: peer)),
                mac: MACAddress(locallyAdministered: cluster.seed.draw("mac", cluster.lab, node.name, name.rawValue)),
                mtu: cni.mtu ?? cluster.underlay.mtu, arp: false,
                settings: [.forwarding: 1, .reversePathFilter: 0, .acceptLocal: 1, .sendRedirects: 0])
        }
        state.addresses.insert(InterfaceAddress(link: host, prefix: IPPrefix(host: router), scope: .link))
    }

    /// Cilium's rules (behaviour 2.4), and the one that stands for the endpoint map.
    private mutating func addRules(_ cni: CiliumDatapath) {
        state.rules.remove(Rule(priority: 0, table: .local))
        state.rules.insert(Rule(priority: 9, mark: ReturnPath.mark, markMask: 0xf00, table: Self.proxyTable))
        state.rules.insert(Rule(priority: 100, table: .local))
        state.insert(Route(.any(.ipv4), table: Self.proxyTable, kind: .local, dev: .loopback, scope: .host))
        if !cni.endpointRoutes {
            state.rules.insert(Rule(priority: Self.deliveryPriority, table: Self.deliveryTable))
        }
    }

    /// The way back of connections that the proxy makes with a pod's own address (decision 0018).
    private mutating func addReturnPath(_ path: ReturnPath) {
        switch path {
        case .nftables:
            let table = ReturnPath.table
            state.firewall[table.name] = table
            // Otherwise the kernel asks for the way to the sender with the mark on, finds table 2004 and drops the
            // answer as a martian. A new namespace copies the setting from the host's, where wg-quick makes it 1.
            state.sysctls["net.ipv4.conf.all.src_valid_mark"] = "0"
        case .portRange:
            for rule in ReturnPath.rules(for: node, table: Self.proxyTable) { state.rules.insert(rule) }
        }
    }

    /// The node's own CIDR (behaviour 2.1); endpoint routes make it redundant and switch it off (behaviour 2.5).
    private mutating func addLocalNodeRoute(_ cni: CiliumDatapath, router: IPAddress) {
        guard !cni.endpointRoutes, let host = DatapathNames.ciliumHost else { return }
        state.insert(Route(IPPrefix(host: router), dev: host, scope: .link))
        for cidr in node.podCIDRs { state.insert(Route(cidr, via: router, dev: host, src: router)) }
    }

    /// Direct routes to the other nodes when asked for (behaviour 2.2), and their neighbour entries (behaviour 2.3).
    private mutating func addRemoteNodes(_ cni: CiliumDatapath) {
        let lookup = RouteLookup(state)
        for remote in cluster.nodes where remote.name != node.name {
            addNeighbour(towards: remote, lookup)
            guard cni.autoDirectNodeRoutes else { continue }
            let direct = DirectNodeRoutes(to: remote, lookup: lookup)
            for route in direct.routes { state.insert(route) }
            if let error = direct.error {
                warnings.append(DatapathWarning(node: node.name, message: error))
            }
        }
    }

    /// The entry for the next hop towards a node: the node itself, or the gateway in front of it.
    private mutating func addNeighbour(towards remote: NodeNetwork, _ lookup: RouteLookup) {
        guard let route = lookup.route(to: remote.address), route.link == .eth0 else { return }
        let hop = route.gateway ?? remote.address
        // A third gateway's MAC address is not ours to know; the kernel will ask for it.
        let mac: MACAddress
        switch hop {
        case remote.address: mac = MACAddress(docker: hop)
        case cluster.underlay.gateway: mac = Fabric.bridgeAddress(cluster)
        default: return
        }
        state.neighbours.insert(
            Neighbour(link: .eth0, address: hop, mac: mac, isPermanent: false, isExternallyLearned: true))
    }

    /// One pod's host side: its lxc link, and the route that delivers to it.
    ///
    /// Cilium finds the link in a BPF map. Here a table of its own, looked up before all others, is that map made
    /// visible; with endpoint routes it is the main table, as there (behaviour 2.5).
    private mutating func addEndpoint(_ pod: PodNetwork, _ cni: CiliumDatapath, router: IPAddress) {
        guard let name = DatapathNames.lxc(pod, seed: cluster.seed),
            let namespace = DatapathNames.pod(cluster.lab, namespace: pod.namespace, name: pod.name)
        else { return }
        state.links[name] = Link(
            name: name, kind: .veth(peer: LinkEnd(namespace: namespace, name: .eth0)),
            mac: MACAddress(locallyAdministered: cluster.seed.draw("mac", "lxc", pod.uid)),
            mtu: cni.mtu ?? cluster.underlay.mtu, settings: [.reversePathFilter: 0])
        let destination = IPPrefix(host: pod.address)
        state.insert(
            cni.endpointRoutes
                ? Route(destination, dev: name, scope: .link, protocol: .kernel)
                : Route(destination, table: Self.deliveryTable, dev: name, src: router, scope: .link))
    }

    /// Cilium's table for packets that are for a proxy.
    private static let proxyTable = RouteTable(rawValue: 2004)
    /// The visible stand-in for the endpoint map.
    private static let deliveryTable = RouteTable(rawValue: 50)
    private static let deliveryPriority: UInt32 = 50
}
