import Checks
import Datapath
import Diagrams
import LabFiles
import NetworkModel
import NetworkPlanning
import Testing
import Traces

/// The tracer on two nodes with a pod each, where kernels answer by longest match.
struct TracerTests {
    @Test func aPacketBetweenPodsPassesBothNodesAndTheBridge() throws {
        let trace = try Sample().trace("pod/a", "pod/b", .icmp)
        #expect(trace.arrives)
        #expect(trace.there.hops.map(\.place) == ["pod/a", "n1", "host", "n2", "pod/b"])
        #expect(trace.back?.hops.map(\.place) == ["pod/b", "n2", "host", "n1", "pod/a"])
        #expect(trace.there.hops[1].route == "10.0.2.0/24 via 172.18.0.3 dev eth0")
        #expect(trace.there.hops[2].output == "p2")
        #expect(trace.there.mtu == 1500)
    }

    @Test func masqueradingIsUndoneOnTheWayBack() throws {
        var sample = Sample()
        let rule = FirewallRule([.outputLink(.eth0), .destination(Sample.prefix(172, 18, 0, 0, 16))], .masquerade)
        let chain = FirewallChain(name: "c", kind: .nat, hook: .postrouting, priority: 100, rules: [rule])
        sample.change("n1") { $0.firewall["t"] = FirewallTable(name: "t", chains: [chain]) }
        let trace = try sample.trace("pod/a", "n2", .icmp)
        #expect(trace.arrives, "\(trace.text)")
        #expect(trace.there.hops[1].notes == ["masqueraded: 10.0.1.7 becomes 172.18.0.2"])
        #expect(trace.there.hops.last?.source == "172.18.0.2")
        #expect(
            trace.back?.hops.contains { $0.notes.contains("masquerading undone: 172.18.0.2 is 10.0.1.7 again") } == true
        )
        #expect(trace.back?.hops.last?.place == "pod/a")
    }

    @Test func aServiceIsTwoConnections() throws {
        let trace = try Sample().trace("pod/a", "service/web", .tcp, 80)
        #expect(trace.arrives, "\(trace.text)")
        #expect(trace.there.hops.map(\.place) == ["pod/a", "n1", "n1", "n1", "host", "n2", "pod/b"])
        #expect(trace.there.hops[2].kind == .proxy)
        #expect(trace.there.hops[2].notes == ["default/web 10.96.0.9:80 -> 10.0.2.7:8080, one of 1 backend"])
        #expect(trace.there.hops.last?.source == "172.18.0.2")
        #expect(trace.back?.hops.map(\.kind).contains(.proxy) == true)
        #expect(trace.back?.hops.last?.place == "pod/a" && trace.back?.hops.last?.source == "10.96.0.9")
    }

    @Test func aServiceWithoutBackendsStops() throws {
        var sample = Sample()
        sample.services[0].backends[0].isActive = false
        let trace = try sample.trace("pod/a", "service/web", .tcp, 80)
        #expect(trace.there.reason == "default/web 10.96.0.9:80 has no active backend")
        #expect(trace.back == nil && !trace.arrives)
    }

    /// Why a packet from pod to pod stops, once something was changed.
    private func reason(_ change: (inout Sample) -> Void) throws -> String {
        var sample = Sample()
        change(&sample)
        return try sample.trace("pod/a", "pod/b", .icmp).there.reason ?? "arrives"
    }

    @Test func missingRoutesAndLinksAreSaid() throws {
        let key = RouteKey(table: .main, destination: Sample.prefix(10, 0, 2, 0, 24), metric: 0)
        let noRoute = try reason { $0.change("n1") { $0.routes[key] = nil } }
        #expect(noRoute == "n1: no route to 10.0.2.7")
        for node in ["n1", "n2"] {
            let down = try reason { $0.change(node) { $0.links[.eth0]?.isUp = false } }
            #expect(down == "\(node): eth0 is down")
        }
    }

    @Test func isolatedPortsAreSaid() throws {
        let isolated = try reason { sample in
            sample.change("host") { state in
                state.links = state.links.mapValues { link in
                    var link = link
                    link.isIsolated = link.master != nil
                    return link
                }
            }
        }
        #expect(isolated == "host: the ports p1 and p2 are isolated")
    }

    @Test func nextHopsThatNobodyHasAreSaid() throws {
        let key = RouteKey(table: .main, destination: Sample.prefix(10, 0, 2, 0, 24), metric: 0)
        let nobody = try reason { $0.change("n1") { $0.routes[key]?.gateway = IPAddress(172, 18, 9, 9) } }
        #expect(nobody == "nobody on the segment of n1's eth0 has 172.18.9.9")
        let entry = NeighbourEntry(
            link: .eth0, address: IPAddress(172, 18, 0, 3), mac: MACAddress("02:00:00:00:00:99"), state: 0x80)
        let stranger = try reason { $0.neighbours = [entry] }
        #expect(
            stranger == "n1 sends to 02:00:00:00:00:99 for 172.18.0.3, and nobody on the segment has that address")
    }

    @Test func refusalsOfTheKernelAreSaid() throws {
        let forwarding = try reason { sample in
            sample.refusals["n2"] = .unreachable
            sample.change("n2") { $0.sysctls["net.ipv4.ip_forward"] = "0" }
        }
        #expect(forwarding == "n2: forwards nothing (net.ipv4.ip_forward is 0)")
        let filtered = try reason { $0.refusals["n2"] = .reversePath }
        #expect(filtered.hasPrefix("n2: strict rp_filter drops what comes from 10.0.1.7 by eth0"))
        // A newer kernel says that it drops, and not why.
        let dropped = try reason { sample in
            sample.refusals["n2"] = .dropped
            sample.change("n2") { $0.links[.eth0]?.settings[.reversePathFilter] = 1 }
        }
        #expect(dropped.hasPrefix("n2: strict rp_filter"))
        let blackhole = try reason { $0.refusals["n2"] = .dropped }
        #expect(blackhole == "n2: 10.0.2.7 is dropped: a blackhole, or a source address that cannot be")
    }

    @Test func theSmallestLinkIsTheMTU() throws {
        var sample = Sample()
        sample.change("host") { state in
            for name in state.links.keys where name.rawValue == "p2" { state.links[name]?.mtu = 1300 }
        }
        #expect(try sample.trace("pod/a", "pod/b", .icmp).there.mtu == 1300)
    }

    @Test func aCircleEnds() throws {
        var sample = Sample()
        let key = RouteKey(table: .main, destination: Sample.prefix(10, 0, 2, 7, 32), metric: 0)
        sample.change("n2") {
            $0.routes[key]?.link = .eth0; $0.routes[key]?.gateway = IPAddress(172, 18, 0, 2)
        }
        #expect(try sample.trace("pod/a", "pod/b", .icmp).there.reason == "goes round in a circle")
    }

    @Test(arguments: [
        (ProbeOutcome.answered, nil, [String]()), (.refused, nil, []),
        (.timedOut, nil, ["by the routes the packet arrives and is answered, and it is not: no answer"]),
        (
            .answered,
            ProbeOutcome.hops(
                [IPAddress(172, 18, 0, 2), IPAddress(172, 18, 0, 3), IPAddress(10, 0, 2, 7)], reached: true), []
        ),
        (.answered, .hops([IPAddress(172, 18, 0, 2), nil, IPAddress(10, 0, 2, 7)], reached: true), []),
        (
            .answered, .hops([IPAddress(172, 18, 0, 2), IPAddress(10, 0, 2, 7)], reached: true),
            ["by the routes it passes n1, n2, and it passed n1"]
        ),
    ])
    func aRealPacketIsHeldAgainstTheLookups(outcome: ProbeOutcome, hops: ProbeOutcome?, expected: [String]) throws {
        let sample = Sample()
        var trace = try sample.trace("pod/a", "pod/b", .icmp)
        trace.judge(outcome, hops: hops, in: sample.inventory, sample.network)
        #expect(trace.disagreements.prefix(1) == expected[...])
        #expect(trace.text.contains("routes and packet agree") == expected.isEmpty)
    }

    @Test func anAnswerThatShouldNotComeIsADisagreement() throws {
        var sample = Sample()
        sample.refusals["n1"] = .noRoute
        var trace = try sample.trace("pod/a", "pod/b", .icmp)
        trace.judge(.answered, hops: nil, in: sample.inventory, sample.network)
        #expect(trace.disagreements == ["by the routes the packet stops, and it was answered: answered"])
        trace.judge(.timedOut, hops: nil, in: sample.inventory, sample.network)
        #expect(trace.disagreements.isEmpty)
    }

    @Test func bothWaysAreDrawn() throws {
        let diagram = try Sample().trace("pod/a", "pod/b", .icmp).diagram
        #expect(diagram.boxes.count == 10 && diagram.edges.count == 8)
        #expect(Set(diagram.boxes.map(\.id)).count == 10)
    }
}
