import Datapath
import NetlabTestSupport
import NetworkModel
import NetworkPlanning
import Testing

/// Who reaches whom, over how many hops, and with which source address.
@Suite(.enabled(if: KernelTestGate.canRun))
struct DatapathReachTests {
    @Test(
        "behaviour 2.5 and 2.6: pods and nodes reach pods, each hop taking one from the TTL", arguments: [false, true])
    func timeToLive(endpointRoutes: Bool) throws {
        var values = try DatapathLab.values()
        values.endpointRoutes = endpointRoutes
        try withDatapathLab(values) { lab throws in
            #expect(try Probe.ping(lab.pod("a"), "10.0.0.7") == 63, "same node, through the router")
            #expect(try Probe.ping(lab.pod("a"), "10.0.2.99") == 62, "another node's pod")
            #expect(try Probe.ping(lab.node(DatapathLab.control), "10.0.2.99") == 63, "from a node without pods")
            #expect(try Probe.ping(lab.node(DatapathLab.worker), "10.0.2.99") == 63, "a remote pod")
            #expect(try Probe.ping(lab.node(DatapathLab.worker), "10.0.0.42") == 64, "the node's own pod")
            #expect(try Probe.ping(lab.pod("a"), "10.0.0.201") == 64, "the router itself")
            #expect(try Probe.ping(lab.pod("a"), "172.18.0.2") == 64, "the pod's own node")
        }
    }

    @Test(
        "behaviour 2.10: a pod is seen by another pod with its own address",
        arguments: [CiliumDatapath.Masquerade.bpf, .iptables, .disabled])
    func podToPod(masquerade: CiliumDatapath.Masquerade) throws {
        var values = try DatapathLab.values()
        values.masquerade = masquerade
        try withDatapathLab(values) { lab throws in
            for transport in [Probe.Transport.tcp, .udp, .icmp] {
                #expect(
                    try Probe.sourceSeen(by: lab.pod("c"), from: lab.pod("a"), to: "10.0.2.99", transport)
                        == "10.0.0.42")
                #expect(
                    try Probe.sourceSeen(by: lab.pod("b"), from: lab.pod("a"), to: "10.0.0.7", transport)
                        == "10.0.0.42")
            }
        }
    }

    @Test(
        "behaviour 3.1: a node speaks to its own pod as the router, to a remote pod as the node",
        arguments: [("a", "10.0.0.42", "10.0.0.201"), ("c", "10.0.2.99", "172.18.0.2")])
    func nodeToPod(pod: String, address: String, expected: String) throws {
        try withDatapathLab(DatapathLab.values()) { lab throws in
            let node = try lab.node(DatapathLab.worker)
            #expect(try Probe.sourceSeen(by: lab.pod(pod), from: node, to: address, .tcp) == expected)
        }
    }

    @Test("behaviour 2.5: the per-pod route has no source of its own, so a node speaks to its pod as the node")
    func nodeToPodByEndpointRoute() throws {
        var values = try DatapathLab.values()
        values.endpointRoutes = true
        try withDatapathLab(values) { lab throws in
            let node = try lab.node(DatapathLab.worker)
            #expect(try Probe.sourceSeen(by: lab.pod("a"), from: node, to: "10.0.0.42", .tcp) == "172.18.0.2")
        }
    }

    @Test("behaviour 2.7: a packet of the whole MTU passes between nodes unfragmented, one byte more does not leave")
    func mtu() throws {
        try withDatapathLab(DatapathLab.values()) { lab throws in
            #expect(try Probe.ping(lab.pod("a"), "10.0.2.99", options: "-M do -s 1472") == 62)
            #expect(try Probe.ping(lab.pod("a"), "10.0.2.99", wait: 1, options: "-M do -s 1473") == nil)
        }
    }

    @Test("what the lab does not hold is lost on the fabric without an answer, as the README says of the internet")
    func fabricIsSilent() throws {
        try withDatapathLab(DatapathLab.values()) { lab throws in
            for place in ["a", DatapathLab.worker] {
                let text = try Probe.pingText(lab.place(place), "203.0.113.9", wait: 1)
                #expect(text.contains("100% packet loss"))
                #expect(!text.contains("nreachable"))
            }
        }
    }

    @Test(
        "a closed port of any ClusterIP is refused by the node, for TCP and UDP, from pods and nodes; ping is answered")
    func serviceRange() throws {
        try withDatapathLab(DatapathLab.values()) { lab throws in
            for place in ["a", DatapathLab.worker, DatapathLab.control] {
                #expect(try Probe.answer(lab.place(place), "10.96.0.40", port: 81, .tcp) == "refused")
                #expect(try Probe.answer(lab.place(place), "10.96.0.40", port: 81, .udp) == "refused")
                #expect(try Probe.ping(lab.place(place), "10.96.0.40") == 64)
            }
        }
    }
}
