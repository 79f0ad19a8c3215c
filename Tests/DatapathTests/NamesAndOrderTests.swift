import Datapath
import NetworkModel
import Testing

/// Names, and that nothing depends on chance or order.
@Suite struct NamesAndOrderTests {
    @Test("behaviour 2.6: a pod's host interface is lxc and twelve lower-case hexadecimal digits")
    func lxcShape() throws {
        for index in 0..<200 {
            let pod = PodNetwork(
                namespace: "default", name: "p", uid: "uid-\(index)", node: "n", address: IPAddress(10, 0, 0, 9))
            let name = try #require(DatapathNames.lxc(pod, seed: Seed(7))).rawValue
            #expect(name.wholeMatch(of: /lxc[0-9a-f]{12}/) != nil, "\(name)")
        }
    }

    @Test("behaviour 2.6: the name follows from seed and pod UID alone, as it follows from the container ID in Cilium")
    func lxcStable() throws {
        let pod = try Tutorial.pod("a", on: Tutorial.worker, "10.0.0.42")
        var moved = pod
        (moved.name, moved.node, moved.address) = ("z", Tutorial.worker2, try Tutorial.address("10.0.2.3"))
        #expect(DatapathNames.lxc(pod, seed: Seed(1)) == DatapathNames.lxc(moved, seed: Seed(1)))
        #expect(DatapathNames.lxc(pod, seed: Seed(1)) != DatapathNames.lxc(pod, seed: Seed(2)))
        var other = pod
        other.uid = "another"
        #expect(DatapathNames.lxc(pod, seed: Seed(1)) != DatapathNames.lxc(other, seed: Seed(1)))
    }

    @Test("a bridge port is veth and seven digits, one each for as many nodes as a lab may have")
    func bridgePorts() throws {
        let nodes = (0..<1000).map { NodeNetwork(name: "n\($0)", address: IPAddress(172, 18, 0, 2)) }
        let ports = DatapathNames.bridgePorts(nodes, lab: "big", seed: Seed(1))
        #expect(Set(ports.values).count == 1000)
        #expect(ports.values.allSatisfy { $0.rawValue.wholeMatch(of: /veth[0-9a-f]{7}/) != nil })
    }

    @Test("namespaces are LAB.host, LAB.NODE and LAB.NAMESPACE_POD")
    func namespaces() throws {
        let datapath = Datapath(try Tutorial.cluster())
        #expect(
            datapath.state.namespaces.keys.map(\.rawValue).sorted() == [
                "three-node.default_a", "three-node.default_b", "three-node.default_c", "three-node.host",
                "three-node.kind-control-plane", "three-node.kind-worker", "three-node.kind-worker2",
            ])
        #expect(
            datapath.state.namespaces.values.allSatisfy { $0.mark == OwnershipMark(lab: "three-node", instance: "i1") })
    }

    @Test("a pod is left out, on both sides, while its node is unknown, has no router, or there is no CNI")
    func leftOut() throws {
        var cluster = try Tutorial.cluster()
        cluster.pods.append(try Tutorial.pod("lost", on: "nowhere", "10.0.0.99"))
        try cluster.change(Tutorial.worker2) { $0.router = nil }
        let names = Datapath(cluster).state.namespaces.keys.map(\.rawValue)
        #expect(!names.contains("three-node.default_lost"))
        #expect(!names.contains("three-node.default_c"))
        #expect(names.contains("three-node.default_a"))
        #expect(try !Datapath(cluster).node(Tutorial.worker2).links.keys.contains { $0.rawValue.hasPrefix("lxc") })
        cluster.cni = nil
        #expect(Datapath(cluster).state.namespaces.count == 4)
    }

    @Test("the order of nodes, pods and equal pod CIDRs changes nothing", arguments: 0..<20)
    func orderIndependence(round: Int) throws {
        var values = Tutorial.values
        values.endpointRoutes = round.isMultiple(of: 2)
        var cluster = try Tutorial.cluster(values)
        // A CIDR that two nodes claim, and a node no direct route can reach: the two places where order could show.
        cluster.nodes.append(try Tutorial.node("twin", "172.18.0.9", "10.0.2.0/24", router: "10.0.2.14"))
        cluster.nodes.append(try Tutorial.node("far", "192.0.2.9", "10.0.8.0/24", router: "10.0.8.1"))
        let expected = Datapath(cluster)
        cluster.nodes.shuffle()
        cluster.pods.shuffle()
        let shuffled = Datapath(cluster)
        // Namespace by namespace, so that a failure names the place without printing whole states.
        for (name, state) in expected.state.namespaces {
            let isEqual = shuffled.state.namespaces[name] == state
            #expect(isEqual, "\(name)")
        }
        #expect(shuffled.state.namespaces.count == expected.state.namespaces.count)
        #expect(shuffled.warnings == expected.warnings)
    }

    @Test("a node or pod more moves no name and no MAC address of the others")
    func additionMovesNothing() throws {
        let before = Datapath(try Tutorial.cluster())
        var cluster = try Tutorial.cluster()
        cluster.nodes.insert(try Tutorial.node("a-first", "172.18.0.9", "10.0.9.0/24", router: "10.0.9.1"), at: 0)
        cluster.pods.insert(try Tutorial.pod("0", on: Tutorial.worker, "10.0.0.3"), at: 0)
        let after = Datapath(cluster)
        for (name, state) in before.state.namespaces {
            let now = try #require(after.state.namespaces[name])
            for (link, value) in state.links { #expect(now.links[link] == value) }
        }
    }

    @Test("MAC addresses are unicast, the nodes' as docker gives them, and none occurs twice")
    func macAddresses() throws {
        let datapath = Datapath(try Tutorial.cluster())
        let macs = datapath.state.namespaces.values.flatMap(\.links.values).compactMap(\.mac)
        #expect(macs.count == 1 + 3 * 2 + 3 * 2 + 3 * 2)
        #expect(Set(macs).count == macs.count)
        #expect(macs.allSatisfy { ($0.bytes.first ?? 1) & 1 == 0 })
        #expect(try datapath.node(Tutorial.worker).links[.eth0]?.mac?.description == "02:42:ac:12:00:02")
    }

    @Test("another seed draws other names and addresses of links, never other routes")
    func seed() throws {
        var cluster = try Tutorial.cluster()
        let first = Datapath(cluster)
        cluster.seed = Seed(2)
        let second = Datapath(cluster)
        let isEqual = first.state == second.state
        #expect(!isEqual)
        #expect(try first.mainTable(Tutorial.worker) == second.mainTable(Tutorial.worker))
    }
}
