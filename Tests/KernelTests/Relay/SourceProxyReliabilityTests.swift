import Datapath
import Foundation
import LinuxKernel
import NetlabTestSupport
import NetworkModel
import ServiceRouting
import Testing

/// Many connections with the client's own address, each asked whom the backend saw.
@Suite(.enabled(if: KernelTestGate.canRun))
struct SourceProxyReliabilityTests {
    @Test(
        "issue 3.4: sourceIP preserve, connection after connection, in both forms",
        arguments: RelaySourceTests.paths)
    func everyConnection(path: ReturnPath) throws {
        let rounds = Reliability.rounds(short: 250, full: 10_000)
        try withSourceLab(path) { lab, relay throws in
            var (asked, seen, samePort) = (0, 0, 0)
            for (place, address) in [("b", "10.0.0.7"), ("c", "10.0.2.99")] {
                try relay.start(place, address)
                try relay.serve(address, lab.cluster)
                for _ in 0..<rounds {
                    for stream in [true, false] {
                        let peer = try relay.peer(of: "a", stream: stream)
                        asked += 1
                        seen += peer.address == "10.0.0.42" ? 1 : 0
                        samePort += peer.port == peer.ownPort ? 1 : 0
                    }
                }
            }
            #expect(seen == asked)
            #expect(relay.plane.counters.portShortages == 0)
            Reliability.report(
                "proxy", "preserved source addresses, \(path.rawValue), TCP and UDP, same node and another",
                "\(asked) flows, \(seen) seen by the pod's address, \(samePort) with its own port")
        }
    }
}
