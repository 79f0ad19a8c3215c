import Foundation
import NetlabTestSupport
import Testing

/// `netlab trace` on real labs, beside what `ip route get` says.
@Suite(.enabled(if: KernelTestGate.canRun)) struct TraceCommandTests {
    /// The words of `ip route get` that a hop's route must have too.
    private func witness(_ lab: LabUp, _ place: String, _ words: String) throws -> [String] {
        try lab.ip(place, "route get fibmatch \(words)").first?.split(separator: " ").map(String.init) ?? []
    }

    @Test("issue 4: each hop's route is the one that ip route get matches there")
    func hopsAreThoseOfIPRouteGet() throws {
        try withLabUp("three-node") { lab in
            let pods = try lab.pods
            let (first, second) = (
                try #require(pods.first { $0.node == "kind-worker" }),
                try #require(pods.first { $0.node == "kind-worker2" })
            )
            let trace = try lab.json("trace", first.name, second.name)
            let hops = trace["there"]?["hops"]?.array ?? []
            #expect(
                hops.compactMap { $0["place"]?.text } == [
                    "pod/\(first.name)", "kind-worker", "host", "kind-worker2", "pod/\(second.name)",
                ])
            for (place, hop) in zip([first.place, "kind-worker", "", "kind-worker2", second.place], hops)
            where !place.isEmpty {
                let input = hop["input"]?.text.map { " from \(first.address) iif \($0)" } ?? ""
                let route = try #require(hop["route"]?.text)
                for word in try witness(lab, place, second.address + input)
                where word != "table" && word != "local" && word != "50" {
                    #expect(route.contains(word), "\(word) is not in \(route)")
                }
            }
            #expect(trace["disagreements"]?.array == [])
            #expect(trace["probe"]?["routers"]?.array?.prefix(2) == [.text("kind-worker"), .text("kind-worker2")])
        }
    }

    @Test("issue 4: service translation, SNAT and the way back", arguments: ["service/hello-app:8080", "host"])
    func translations(_ target: String) throws {
        try withLabUp("three-node") { lab in
            let pod = try #require(try lab.pods.first { $0.node == "kind-worker" })
            let outcome = try lab.netlab("trace", pod.name, target)
            #expect(outcome.exitCode == 0, "\(outcome.transcript)")
            #expect(outcome.output.hasSuffix("routes and packet agree\n"), "\(outcome.transcript)")
            let words =
                target == "host"
                ? [
                    "masqueraded: \(pod.address) becomes 172.18.0.2",
                    "masquerading undone: 172.18.0.2 is \(pod.address) again",
                ]
                : ["default/hello-app 10.96.37.61:8080 -> ", "one of 2 backends", "the proxy answers its client"]
            for text in words { #expect(outcome.output.contains(text), "\(text) is not in \(outcome.transcript)") }
        }
    }

    /// Faults and what a trace from the worker's pod to the other's says of them.
    static let faults: [(fault: String, from: String, to: String, reason: String)] = [
        ("wrong-next-hop", "pod1", "pod2", "nobody on the segment of kind-worker's eth0 has 172.18.255.250"),
        ("blackhole", "pod1", "pod2", "is dropped: a blackhole"),
        ("forwarding-off", "pod1", "pod2", "kind-worker: forwards nothing (net.ipv4.ip_forward is 0)"),
        ("bridge-port-isolated", "kind-worker", "kind-worker2", "are isolated"),
        ("neighbour-of-deleted-node", "kind-worker", "kind-worker2", "sends to 02:42:ac:12:ff:fe for 172.18.0.3"),
        ("strict-rp-filter-asymmetric-route", "pod2", "pod1", "host: strict rp_filter drops what comes from 10.0.2."),
        ("unreachable-route-of-reused-pod-address", "pod2", "pod1", "kind-worker: 10.0.0.181 is unreachable"),
        ("pod-default-route-lost", "pod1", "pod2", "no route to 10.0.2.3"),
        ("link-down", "kind-worker2", "kind-worker", "kind-worker: eth0 is down"),
    ]

    @Test("issue 4: a fault is where the trace stops, and the packet agrees", arguments: faults.indices)
    func faultsAreWhereTheTraceStops(_ index: Int) throws {
        let fault = Self.faults[index]
        try withLabUp("three-node") { lab in
            let pods = try lab.pods
            func word(_ name: String) -> String {
                switch name {
                case "pod1": pods.first { $0.node == "kind-worker" }?.name ?? ""
                case "pod2": pods.first { $0.node == "kind-worker2" }?.name ?? ""
                default: name
                }
            }
            #expect(try lab.netlab("fault", "inject", fault.fault).exitCode == 0)
            let outcome = try lab.netlab("trace", word(fault.from), word(fault.to))
            #expect(outcome.exitCode == 1, "\(outcome.transcript)")
            let stops = outcome.lines.first { $0.hasPrefix(" stops: ") } ?? ""
            #expect(stops.contains(fault.reason), "\(outcome.transcript)")
            #expect(outcome.output.hasSuffix("routes and packet agree\n"), "\(outcome.transcript)")
        }
    }

    @Test("a packet that all routes let pass and netfilter drops is a disagreement that names the table")
    func netfilterIsADisagreement() throws {
        try withLabUp("three-node") { lab in
            try lab.machine.shell(
                """
                ip netns exec \(lab.name).kind-worker2 nft add table ip mine
                ip netns exec \(lab.name).kind-worker2 nft add chain ip mine c '{ type filter hook input priority 0; }'
                ip netns exec \(lab.name).kind-worker2 nft add rule ip mine c ip saddr 172.18.0.2 drop
                """)
            let outcome = try lab.netlab("trace", "kind-worker", "kind-worker2")
            #expect(outcome.exitCode == 1, "\(outcome.transcript)")
            #expect(
                outcome.output.contains(
                    "disagreement: by the routes the packet arrives and is answered, and it is not: no answer"))
            #expect(
                outcome.output.contains("disagreement: kind-worker2: the table mine of nftables"),
                "\(outcome.transcript)")
            let quiet = try lab.netlab("trace", "kind-worker", "kind-worker2", "--no-probe")
            #expect(quiet.exitCode == 0 && !quiet.output.contains("packet:"), "\(quiet.transcript)")
        }
    }

    @Test("it is drawn, and wrong usage is told")
    func drawingsAndUsage() throws {
        try withLabUp("three-node") { lab in
            let mermaid = try lab.netlab("trace", "kind-worker", "kind-worker2", "--format", "mermaid")
            #expect(mermaid.exitCode == 0 && mermaid.output.contains("flowchart TD\n"), "\(mermaid.transcript)")
            let svg = try lab.netlab("trace", "kind-worker", "kind-worker2", "--format", "svg")
            #expect(svg.output.hasPrefix("<svg ") && svg.output.hasSuffix("</svg>\n"), "\(svg.transcript)")
            let wrong: [([String], String)] = [
                (["nobody", "kind-worker"], "there is no nobody in the lab"),
                (["workers", "host"], "workers is several"),
                (["kind-worker", "kind-worker2:x"], "x is no port"),
                (["service/hello-app", "host"], "nothing can start at"),
                (["kind-worker", "kind-worker2", "--proto", "udp"], "udp needs a port"),
                (["kind-worker", "kind-worker2:1", "--proto", "icmp"], "ICMP has no ports"),
            ]
            for (words, text) in wrong {
                let outcome = try lab.netlab(["trace"] + words)
                #expect(outcome.exitCode == 2 && outcome.error.contains(text), "\(outcome.transcript)")
            }
        }
    }
}
