import Datapath
import Foundation
import LinuxKernel
import NetlabTestSupport
import NetworkModel
import NetworkPlanning
import ServiceRouting
import Testing

/// `sourceIP: preserve` with real packets, on the network that `Datapath` describes: whom the backend sees.
@Suite(.enabled(if: KernelTestGate.canRun))
struct RelaySourceTests {
    static let paths = [ReturnPath.nftables, .portRange]
    private static let pod = "10.0.0.42"

    /// Expects the port that the form promises.
    private func expectPort(_ peer: SourceLab.Peer, _ path: ReturnPath) {
        switch path {
        case .nftables: #expect(peer.port == peer.ownPort, "\(peer.seen)")
        case .portRange: #expect(ReturnPath.ports.contains(peer.port), "\(peer.seen)")
        }
    }

    @Test(
        "behaviour 3.1: a backend sees the pod itself, on its own node and on another, over TCP and UDP",
        arguments: paths)
    func pods(path: ReturnPath) throws {
        try withSourceLab(path) { lab, relay throws in
            for (place, address) in [("b", "10.0.0.7"), ("c", "10.0.2.99"), ("worker2", "172.18.0.3")] {
                try relay.start(place, address)
                try relay.serve(address, lab.cluster)
                for stream in [true, false] {
                    let peer = try relay.peer(of: "a", stream: stream)
                    #expect(peer.address == Self.pod, "\(place), stream \(stream)")
                    expectPort(peer, path)
                }
            }
            // The other way round, so that both nodes' ways back are seen to work.
            try relay.start("a", Self.pod)
            try relay.serve(Self.pod, lab.cluster)
            for stream in [true, false] { #expect(try relay.peer(of: "c", stream: stream).address == "10.0.2.99") }
            #expect(relay.plane.counters.portShortages == 0)
        }
    }

    @Test("behaviour 3.2: a pod that is its own backend sees the router's address", arguments: paths)
    func hairpin(path: ReturnPath) throws {
        for endpointRoutes in [false, true] {
            var values = try DatapathLab.values()
            values.endpointRoutes = endpointRoutes
            try withSourceLab(path, values) { lab, relay throws in
                try relay.start("a", Self.pod)
                try relay.serve(Self.pod, lab.cluster)
                for stream in [true, false] {
                    #expect(try relay.peer(of: "a", stream: stream).address == "10.0.0.201", "\(stream)")
                }
            }
        }
    }

    @Test("behaviour 3.1: a node that calls keeps the address its routes choose", arguments: paths)
    func nodeClient(path: ReturnPath) throws {
        try withSourceLab(path) { lab, relay throws in
            for (place, address, seen) in [("b", "10.0.0.7", "10.0.0.201"), ("c", "10.0.2.99", "172.18.0.2")] {
                try relay.start(place, address)
                try relay.serve(address, lab.cluster)
                for stream in [true, false] {
                    #expect(try relay.peer(of: "worker", stream: stream).address == seen, "\(place) \(stream)")
                }
            }
        }
    }

    @Test(
        "sourceIP preserve: a backend that is the client's own node sees the node by nftables, the pod by ports",
        arguments: zip(paths, ["172.18.0.2", "10.0.0.42"]))
    func ownNode(path: ReturnPath, seen: String) throws {
        try withSourceLab(path) { lab, relay throws in
            try relay.start("worker", "172.18.0.2")
            try relay.serve("172.18.0.2", lab.cluster)
            for stream in [true, false] { #expect(try relay.peer(of: "a", stream: stream).address == seen) }
        }
    }

    @Test("behaviour 2.10: the masquerading that a lab has changes nothing of it, and what is masqueraded finds back")
    func masquerading() throws {
        var values = try DatapathLab.values()
        values.nativeRoutingCIDR = nil
        for path in Self.paths {
            // Without the CIDR pod to pod on another node is masqueraded, through a ClusterIP as without one.
            try withSourceLab(path, values) { lab, relay throws in
                try relay.start("c", "10.0.2.99")
                try relay.serve("10.0.2.99", lab.cluster)
                for stream in [true, false] {
                    #expect(try relay.peer(of: "a", stream: stream).address == "172.18.0.2", "\(path) \(stream)")
                }
            }
        }
    }

    @Test("design 7: datagrams of 65,507 bytes come back in fragments, by nftables without masquerading too")
    func largeDatagrams() throws {
        let plain = try DatapathLab.values()
        var unmasked = plain
        unmasked.masquerade = .disabled
        for (path, values) in [(ReturnPath.nftables, plain), (.nftables, unmasked), (.portRange, plain)] {
            try withSourceLab(path, values) { lab, relay throws in
                for (place, address) in [("b", "10.0.0.7"), ("c", "10.0.2.99")] {
                    try relay.start(place, address)
                    try relay.serve(address, lab.cluster)
                    let client = try relay.socket("a", stream: false)
                    var room: Int32 = 4 << 20
                    setsockopt(client.descriptor, SOL_SOCKET, SO_RCVBUF, &room, 4)
                    setsockopt(client.descriptor, SOL_SOCKET, SO_SNDBUF, &room, 4)
                    client.connect(to: SourceLab.clusterIP, 80)
                    let datagram = (0..<65_507).map { UInt8(truncatingIfNeeded: $0 &* 13) }
                    #expect(client.write(datagram) == 0)
                    #expect(client.read() == datagram, "\(path) \(values.masquerade) \(place)")
                }
            }
        }
    }

    @Test("sourceIP preserve: one port of a client towards two ClusterIPs with one backend gives two connections")
    func samePort() throws {
        try withSourceLab(.nftables) { lab, relay throws in
            try relay.start("c", "10.0.2.99")
            try relay.serve("10.0.2.99", lab.cluster)
            for stream in [true, false] {
                let clients = [try relay.socket("a", stream: stream), try relay.socket("a", stream: stream)]
                for client in clients {
                    var yes: Int32 = 1
                    setsockopt(client.descriptor, SOL_SOCKET, SO_REUSEPORT, &yes, 4)
                    #expect(client.bind(to: try Make.address(Self.pod), 40_000) == 0)
                }
                let first = try relay.peer(of: clients[0], stream: stream)
                let second = try relay.peer(of: clients[1], stream: stream, to: SourceLab.otherIP)
                #expect(first.seen == "\(Self.pod):40000")
                #expect(second.address == Self.pod && second.port != 40_000 && second.port != 0, "\(second.seen)")
            }
        }
    }

    @Test("sourceIP preserve: whether a reverse path filter is on makes no difference", arguments: paths)
    func reversePathFilter(path: ReturnPath) throws {
        try withSourceLab(path) { lab, relay throws in
            for node in [DatapathLab.worker, DatapathLab.worker2] {
                let files = "/proc/sys/net/ipv4/conf/*/rp_filter"
                _ = try Witness.exec(try lab.node(node), "sh -c 'for f in \(files); do echo 1 >$f; done'")
            }
            for (place, address) in [("b", "10.0.0.7"), ("c", "10.0.2.99")] {
                try relay.start(place, address)
                try relay.serve(address, lab.cluster)
                for stream in [true, false] {
                    #expect(try relay.peer(of: "a", stream: stream).address == Self.pod, "\(place) \(stream)")
                }
            }
        }
    }

    @Test("sourceIP preserve: a host whose marks count in the reverse path, as wg-quick leaves it, is no obstacle")
    func validMark() throws {
        try withSourceLab(nil) { lab, relay throws in
            let worker = try lab.node(DatapathLab.worker)
            _ = try Witness.exec(worker, "sysctl -qw net.ipv4.conf.all.src_valid_mark=1")
            let plan = try lab.apply(returnPath: .nftables)
            #expect(plan.text.contains("src_valid_mark"))
            try relay.start("c", "10.0.2.99")
            try relay.serve("10.0.2.99", lab.cluster)
            #expect(try relay.peer(of: "a", stream: true).address == Self.pod)
        }
    }

    @Test("sourceIP preserve: a backend's refusal and its reset reach the client", arguments: paths)
    func refusals(path: ReturnPath) throws {
        try withSourceLab(path) { lab, relay throws in
            // Nobody listens there.
            try relay.serve("10.0.2.99", lab.cluster)
            let refused = try relay.socket("a")
            #expect(refused.connect(to: SourceLab.clusterIP, 80) == 0)
            #expect(refused.readToEnd().error == ECONNRESET)
            try relay.settles()
            #expect(relay.plane.drainFlows().map(\.verdict) == [.backendUnreachable])
        }
    }

    @Test("sourceIP preserve: switched on and off, connections of the one way are reset and new ones go the other")
    func switching() throws {
        try withSourceLab(nil) { lab, relay throws in
            try relay.start("c", "10.0.2.99")
            var last: TestSocket?
            for (path, seen) in [
                (nil, "172.18.0.2"), (ReturnPath.nftables, Self.pod), (.portRange, Self.pod), (nil, "172.18.0.2"),
            ] {
                try lab.apply(returnPath: path)
                try relay.serve("10.0.2.99", lab.cluster)
                if let last { #expect(last.readToEnd().error == ECONNRESET) }
                for stream in [false, true] {
                    let peer = try relay.peer(of: "a", stream: stream)
                    #expect(peer.address == seen)
                    last = peer.client
                }
            }
            let main = try Witness.ipLines(try lab.node(DatapathLab.worker), "rule show")
            #expect(!main.contains { $0.contains("dport") })
        }
    }
}
