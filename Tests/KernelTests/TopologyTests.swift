import LinuxKernel
import NetlabTestSupport
import NetworkModel
import NetworkPlanning
import Testing

@Suite(.enabled(if: KernelTestGate.canRun))
struct TopologyTests {
    @Test("behaviour 2.2: pods of two nodes reach each other over native routes, two hops apart")
    func podsOfDifferentNodesReachEachOther() throws {
        try withLabFixture { fixture in
            let topology = try Topology(fixture, nodeCount: 2, podsPerNode: 1)
            try fixture.network.perform(topology.steps)
            let answer = try Witness.exec(topology.pods[0][0], "ping -c 1 -W 5 \(Topology.podIP(1, 1))")
            #expect(answer.contains("ttl=62"))
        }
    }
}
