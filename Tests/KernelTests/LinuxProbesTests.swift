import Checks
import LabFiles
import LinuxKernel
import NetlabTestSupport
import NetworkModel
import Testing

/// The probes of checks against routes that are as they should be, and as they should not.
///
///     a 10.1.0.2 ── 10.1.0.1 r 10.2.0.1 ── 10.2.0.2 b
@Suite(.enabled(if: KernelTestGate.canRun)) struct LinuxProbesTests {
    private struct Line {
        let a: NamespaceName
        let r: NamespaceName
        let b: NamespaceName
        let far = IPAddress(10, 2, 0, 2)
        let router = IPAddress(10, 1, 0, 1)

        /// Sends one probe from `a`; a silence costs the timeout, so it is short where silence is expected.
        func send(_ kind: Checks.Probe.Kind, to: IPAddress? = nil, timeout: Double = 10) -> ProbeOutcome? {
            LinuxProbes().send([Checks.Probe(kind, from: a, to: to ?? far)], timeout: timeout).first
        }

        func ip(_ namespace: NamespaceName, _ words: String) throws {
            _ = try Witness.shell("ip -n \(namespace) \(words)")
        }
    }

    private func withLine(_ body: (Line) throws -> Void) throws {
        try withLabFixture { fixture in
            let names = try fixture.addNamespaces("a", "r", "b")
            let line = Line(a: names[0], r: names[1], b: names[2])
            _ = try Witness.shell(
                """
                set -e
                ip link add near netns \(line.a) type veth peer name left netns \(line.r)
                ip link add far netns \(line.b) type veth peer name right netns \(line.r)
                ip -n \(line.a) addr add 10.1.0.2/24 dev near; ip -n \(line.r) addr add 10.1.0.1/24 dev left
                ip -n \(line.b) addr add 10.2.0.2/24 dev far; ip -n \(line.r) addr add 10.2.0.1/24 dev right
                ip -n \(line.a) link set near up; ip -n \(line.b) link set far up
                ip -n \(line.r) link set left up; ip -n \(line.r) link set right up
                ip -n \(line.a) route add default via 10.1.0.1; ip -n \(line.b) route add default via 10.2.0.1
                ip netns exec \(line.r) sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0
                """)
            try body(line)
        }
    }

    @Test("what is there answers: ping, a refusal of a closed port, the sender's address, the routers on the way")
    func healthyLine() throws {
        try withLine { line in
            #expect(line.send(.echo) == .answered)
            #expect(line.send(.connect(port: 80)) == .refused)
            #expect(line.send(.datagram(port: 80)) == .refused)
            #expect(line.send(.get(port: 80, path: "/", count: 5)) == .refused)
            #expect(line.send(.seen(at: line.b)) == .seen(IPAddress(10, 1, 0, 2)))
            #expect(line.send(.hops) == .hops([line.router], reached: true))
            #expect(line.send(.hops, to: line.router) == .hops([], reached: true))
            #expect(line.send(.largest) == .largest(1500, discovery: true))
        }
    }

    @Test(
        "a route that leads nowhere is told from silence, by the sender's kernel and by a router's ICMP error",
        arguments: ["unreachable", "prohibit", "blackhole"])
    func deadRoutes(_ kind: String) throws {
        try withLine { line in
            try line.ip(line.a, "route add \(kind) 10.2.0.2/32")
            for probe in [Checks.Probe.Kind.echo, .connect(port: 80), .datagram(port: 80), .hops, .largest] {
                let outcome = line.send(probe)
                #expect(outcome?.reachability == .unreachable, "\(probe): \(String(describing: outcome))")
            }
            try line.ip(line.a, "route del \(kind) 10.2.0.2/32")
            try line.ip(line.r, "route add \(kind) 10.2.0.2/32")
            let outcome = line.send(.echo, timeout: kind == "blackhole" ? 0.3 : 10)
            if kind == "blackhole" {
                #expect(outcome == .timedOut)
            } else {
                guard case .unreachable(_, let router) = outcome else {
                    Issue.record("\(String(describing: outcome))")
                    return
                }
                #expect(router == line.router)
            }
        }
    }

    @Test("no route at all, and a namespace that is gone: the second is the lab's fault and not this machine's")
    func nothingThere() throws {
        try withLine { line in
            try line.ip(line.a, "route del default")
            #expect(line.send(.echo) == .unreachable("network unreachable", by: nil))
            let gone = try #require(NamespaceName(rawValue: "\(line.a)-gone"))
            let outcome = LinuxProbes().send([Checks.Probe(.echo, from: gone, to: line.far)], timeout: 1).first
            guard case .failed(_, let isEnvironment) = outcome else {
                Issue.record("\(String(describing: outcome))")
                return
            }
            #expect(!isEnvironment)
        }
    }

    @Test("a smaller MTU on the way is found by the router's errors, and without them, by trying")
    func pathMTU() throws {
        try withLine { line in
            try line.ip(line.r, "link set right mtu 1400")
            #expect(line.send(.largest) == .largest(1400, discovery: true))
            #expect(line.send(.largest) == .largest(1400, discovery: true), "with the size remembered")
        }
        try withLine { line in
            try line.ip(line.r, "link set right mtu 1333")
            // A black hole: the errors that would say so are dropped.
            _ = try Witness.shell(
                """
                ip netns exec \(line.r) nft 'add table ip t; add chain ip t o { type filter hook output priority 0; };
                add rule ip t o icmp type destination-unreachable drop'
                """)
            #expect(line.send(.largest, timeout: 0.5) == .largest(1333, discovery: false))
        }
    }

    @Test("many probes at once keep their answers apart")
    func manyAtOnce() throws {
        try withLine { line in
            let nobody = IPAddress(10, 1, 0, 99)
            let probes = (0..<60).map { index in
                Checks.Probe(
                    [.echo, .connect(port: UInt16(index + 1)), .hops][index % 3],
                    from: index.isMultiple(of: 2) ? line.a : line.b,
                    to: index.isMultiple(of: 2) ? line.far : IPAddress(10, 1, 0, 2))
            }
            let outcomes = LinuxProbes().send(
                probes + [Checks.Probe(.echo, from: line.a, to: nobody)], timeout: 10)
            #expect(outcomes.last?.reachability == .unreachable, "nobody answers ARP, and 3 seconds are waited for it")
            for (probe, outcome) in zip(probes, outcomes) {
                switch probe.kind {
                case .connect: #expect(outcome == .refused)
                case .hops:
                    guard case .hops(_, true) = outcome else {
                        Issue.record("\(probe): \(outcome)")
                        continue
                    }
                default: #expect(outcome == .answered)
                }
            }
        }
    }
}
