import Datapath
import NetworkModel
import Testing

/// Links, their settings, addresses and neighbours.
@Suite struct DevicesTests {
    @Test("behaviour 2.4: cilium_host and cilium_net are a pair in the node, up, without ARP, with Cilium's settings")
    func ciliumHost() throws {
        let node = try Datapath(try Tutorial.cluster()).node(Tutorial.worker)
        let names = [try Tutorial.link("cilium_host"), try Tutorial.link("cilium_net")]
        let namespace = try #require(NamespaceName(rawValue: "three-node.kind-worker"))
        for (name, peer) in [(names[0], names[1]), (names[1], names[0])] {
            let link = try #require(node.links[name])
            #expect(link.kind == .veth(peer: LinkEnd(namespace: namespace, name: peer)))
            #expect(link.isUp)
            #expect(!link.arp)
            #expect(
                link.settings == [.forwarding: 1, .reversePathFilter: 0, .acceptLocal: 1, .sendRedirects: 0])
        }
    }

    @Test("behaviour 2.4: cilium_host has the router address as a /32 of scope link, cilium_net has none")
    func routerAddress() throws {
        let node = try Datapath(try Tutorial.cluster()).node(Tutorial.worker)
        #expect(
            node.addresses.sorted() == [
                InterfaceAddress(
                    link: try Tutorial.link("cilium_host"), prefix: try Tutorial.prefix("10.0.0.201/32"), scope: .link),
                InterfaceAddress(link: .eth0, prefix: try Tutorial.prefix("172.18.0.2/16")),
            ])
    }

    @Test("behaviour 2.4: with native routing there is no tunnel device; a node has eth0, the pair and its pods' links")
    func noTunnelDevice() throws {
        let datapath = Datapath(try Tutorial.cluster())
        #expect(
            try datapath.node(Tutorial.controlPlane).links.keys.map(\.rawValue).sorted() == [
                "cilium_host", "cilium_net", "eth0",
            ])
        #expect(try datapath.node(Tutorial.worker).links.keys.filter { $0.rawValue.hasPrefix("lxc") }.count == 2)
        #expect(try datapath.node(Tutorial.worker2).links.keys.filter { $0.rawValue.hasPrefix("lxc") }.count == 1)
    }

    @Test("behaviour 2.4: a node forwards and filters no reverse path, whatever the host's own settings are")
    func nodeSysctls() throws {
        let node = try Datapath(try Tutorial.cluster()).node(Tutorial.worker)
        #expect(node.sysctls["net.ipv4.ip_forward"] == "1")
        #expect(node.sysctls["net.ipv4.conf.all.rp_filter"] == "0")
        #expect(node.links[.eth0]?.settings[.reversePathFilter] == 0)
        // Not behaviour 2.4 but netlab's own: see docs/fidelity.md.
        #expect(node.sysctls["net.ipv4.icmp_ratemask"] == "0")
    }

    @Test("behaviour 2.6: the node may answer a pod's ARP for the router on a link without that address")
    func arpIgnore() throws {
        let node = try Datapath(try Tutorial.cluster()).node(Tutorial.worker)
        #expect(node.sysctls["net.ipv4.conf.all.arp_ignore"] == "0")
    }

    @Test("behaviour 2.6: a pod has a /32, the router on the link and a default route through it, and no more")
    func podSide() throws {
        let datapath = Datapath(try Tutorial.cluster())
        let pod = try datapath.pod("a")
        #expect(
            pod.table(.main) == """
                default via 10.0.0.201 dev eth0
                10.0.0.201 dev eth0 scope link
                """)
        #expect(pod.addresses == [InterfaceAddress(link: .eth0, prefix: try Tutorial.prefix("10.0.0.42/32"))])
        #expect(Array(pod.links.keys) == [.eth0])
        #expect(pod.routes.count == 2)
        #expect(pod.rules == Set(Rule.kernelDefaults(.ipv4)))
    }

    @Test("behaviour 2.6: a pod's eth0 and its lxc link on the node are the two ends of one pair")
    func ends() throws {
        let datapath = Datapath(try Tutorial.cluster())
        let pod = try Tutorial.pod("a", on: Tutorial.worker, "10.0.0.42")
        let name = try #require(DatapathNames.lxc(pod, seed: Seed(1)))
        let nodeNamespace = try #require(NamespaceName(rawValue: "three-node.kind-worker"))
        let podNamespace = try #require(NamespaceName(rawValue: "three-node.default_a"))
        let lxc = try #require(datapath.node(Tutorial.worker).links[name])
        #expect(lxc.kind == .veth(peer: LinkEnd(namespace: podNamespace, name: .eth0)))
        #expect(lxc.settings[.reversePathFilter] == 0)
        #expect(lxc.isUp && lxc.arp)
        let eth0 = try #require(datapath.pod("a").links[.eth0])
        #expect(eth0.kind == .veth(peer: LinkEnd(namespace: nodeNamespace, name: name)))
        #expect(eth0.mac != lxc.mac)
    }

    @Test(
        "behaviour 2.7: pods, lxc links and cilium_host take the device MTU: the underlay's, or Cilium's mtu value",
        arguments: [(1500, nil, 1500), (1450, nil, 1450), (1500, 1400, 1400)] as [(Int, Int?, Int)])
    func mtu(underlay: Int, value: Int?, expected: Int) throws {
        var values = Tutorial.values
        values.mtu = value
        var cluster = try Tutorial.cluster(values)
        cluster.underlay.mtu = underlay
        let datapath = Datapath(cluster)
        let node = try datapath.node(Tutorial.worker)
        #expect(node.links[.eth0]?.mtu == underlay)
        let own = node.links.values.filter { $0.name != .eth0 }
        #expect(own.count == 4)
        #expect(own.allSatisfy { $0.mtu == expected })
        #expect(try datapath.pod("a").links[.eth0]?.mtu == expected)
        #expect(try datapath.pod("a").routes.values.allSatisfy { $0.mtu == nil }, "native: the route MTU is redundant")
        let fabric = try datapath.namespace("three-node.host")
        #expect(fabric.links.values.allSatisfy { $0.mtu == underlay })
    }

    @Test("behaviour 2.3: every remote node is a neighbour learnt from outside; the node itself is not")
    func neighbours() throws {
        let node = try Datapath(try Tutorial.cluster()).node(Tutorial.worker)
        #expect(
            node.neighbours.sorted().map { "\($0.link) \($0.address) \($0.mac)" } == [
                "eth0 172.18.0.3 02:42:ac:12:00:03", "eth0 172.18.0.4 02:42:ac:12:00:04",
            ])
        #expect(node.neighbours.allSatisfy { $0.isExternallyLearned && !$0.isPermanent })
    }

    @Test(
        "behaviour 2.3: the neighbour entry is that of the next hop, so a node behind the gateway gives the gateway's")
    func neighbourIsNextHop() throws {
        var cluster = try Tutorial.cluster()
        try cluster.change(Tutorial.worker2) { $0.address = try Tutorial.address("192.0.2.3") }
        let datapath = Datapath(cluster)
        let kind = try Tutorial.link("kind")
        let bridge = try #require(datapath.namespace("three-node.host").links[kind]?.mac)
        #expect(
            try datapath.node(Tutorial.worker).neighbours.sorted().map { "\($0.address) \($0.mac)" } == [
                "172.18.0.1 \(bridge)", "172.18.0.4 02:42:ac:12:00:04",
            ])
    }

    @Test("behaviour 1.5: the fabric has the bridge with the gateway address and one port for each node")
    func fabric() throws {
        let datapath = Datapath(try Tutorial.cluster())
        let fabric = try datapath.namespace("three-node.host")
        let bridge = try Tutorial.link("kind")
        #expect(fabric.links[bridge]?.kind == .bridge)
        #expect(fabric.addresses == [InterfaceAddress(link: bridge, prefix: try Tutorial.prefix("172.18.0.1/16"))])
        let host = try #require(DatapathNames.fabric("three-node"))
        let ports = fabric.links.values.filter { $0.name != bridge }
        #expect(ports.count == 3)
        #expect(ports.allSatisfy { $0.master == bridge && $0.isUp })
        for port in ports {
            guard case .veth(let peer) = port.kind else { throw MissingPeer() }
            let node = try #require(datapath.state.namespaces[peer.namespace])
            #expect(
                node.links[peer.name]?.kind
                    == .veth(
                        peer: LinkEnd(namespace: host, name: port.name)))
        }
    }

    @Test("the fabric forwards nothing and accepts any source, whatever the host's own settings are")
    func fabricSysctls() throws {
        let fabric = try Datapath(try Tutorial.cluster()).namespace("three-node.host")
        #expect(fabric.sysctls["net.ipv4.ip_forward"] == "0")
        #expect(fabric.sysctls["net.ipv4.conf.all.rp_filter"] == "0")
        #expect(fabric.links[try Tutorial.link("kind")]?.settings[.reversePathFilter] == 0)
        #expect(fabric.routes.isEmpty)
    }
}

private struct MissingPeer: Error {}
