import Datapath
import Foundation
import LinuxKernel
import NetlabTestSupport
import NetworkModel
import ServiceRouting
import Testing

/// What becomes of connections when the ports set aside for them are few.
@Suite(.enabled(if: KernelTestGate.canRun))
struct RelayPortRangeTests {
    @Test(
        "sourceIP preserve, port-range: without a free port a client is reset, counted and told of; then served again")
    func exhaustion() throws {
        try withSourceLab(.portRange) { lab, relay throws in
            let plane = relay.plane
            try relay.start("c", "10.0.2.99")
            try relay.serve("10.0.2.99", lab.cluster, ports: 61000...61003)
            var held: [SourceLab.Peer] = []
            for _ in 0..<4 { held.append(try relay.peer(of: "a", stream: true)) }
            #expect(Set(held.map(\.port)) == [61000, 61001, 61002, 61003])
            let late = try relay.socket("a")
            #expect(late.connect(to: SourceLab.clusterIP, 80) == 0)
            #expect(late.readToEnd().error == ECONNRESET)
            #expect(plane.counters.portShortages == 1)
            for _ in 0..<1000 where plane.counters.openConnections > 4 { usleep(10_000) }
            #expect(plane.drainFlows().last?.verdict == .noSourcePort)
            // Those that are held are not disturbed, and one port given back serves one more.
            held.removeLast()
            for _ in 0..<1000 where plane.counters.openConnections > 3 { usleep(10_000) }
            let next = try relay.peer(of: "a", stream: true)
            #expect(next.address == "10.0.0.42" && (61000...61003).contains(next.port))
        }
    }

    @Test("sourceIP preserve, port-range: ports are for each client and backend apart")
    func apart() throws {
        try withSourceLab(.portRange) { lab, relay throws in
            try relay.start("c", "10.0.2.99")
            try relay.start("worker2", "172.18.0.3")
            var held: [SourceLab.Peer] = []
            for backend in ["10.0.2.99", "172.18.0.3"] {
                try relay.serve(backend, lab.cluster, ports: 61000...61000)
                for client in ["a", "b"] { held.append(try relay.peer(of: client, stream: true)) }
            }
            #expect(held.map(\.seen) == ["10.0.0.42:61000", "10.0.0.7:61000", "10.0.0.42:61000", "10.0.0.7:61000"])
        }
    }

    @Test("sourceIP preserve, port-range: a port rests with nobody: closed by the client first it serves again at once")
    func reuse() throws {
        try withSourceLab(.portRange) { lab, relay throws in
            try relay.start("c", "10.0.2.99")
            try relay.serve("10.0.2.99", lab.cluster, ports: 61000...61000)
            for round in 0..<20 {
                let peer = try relay.peer(of: "a", stream: true)
                #expect(peer.seen == "10.0.0.42:61000", "round \(round)")
                // The relay's FIN to the backend comes first, so TIME_WAIT is the relay's.
                peer.client.finishWriting()
                #expect(peer.client.readToEnd().error == 0)
                try relay.settles()
            }
        }
    }

    @Test("sourceIP preserve, port-range: a datagram without a free port is dropped and counted")
    func datagrams() throws {
        try withSourceLab(.portRange) { lab, relay throws in
            let plane = relay.plane
            try relay.start("c", "10.0.2.99")
            try relay.serve("10.0.2.99", lab.cluster, ports: 61000...61001)
            for _ in 0..<2 { #expect(try relay.peer(of: "a", stream: false).address == "10.0.0.42") }
            let late = try relay.socket("a", stream: false)
            late.connect(to: SourceLab.clusterIP, 80)
            late.write([1])
            for _ in 0..<1000 where plane.counters.portShortages == 0 { usleep(10_000) }
            #expect(plane.counters.portShortages == 1)
            #expect(plane.counters.openFlows == 2)
        }
    }
}
