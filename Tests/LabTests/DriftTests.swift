import Foundation
import NetlabTestSupport
import Testing

/// Changes that others make in a lab's namespaces: told, and with `--repair` put right.
@Suite(.enabled(if: KernelTestGate.canRun)) struct DriftTests {
    /// `netlab events` about a lab, listening by now.
    private func events(_ lab: LabUp, _ flags: String...) throws -> Background {
        let events = try Background(
            [Repository.netlab, "events", lab.name] + flags, on: lab.machine, environment: ["TZ": "UTC"])
        try eventually("netlab events listens", limit: 60) {
            events.errorLines.contains { $0.hasPrefix("following 6 namespaces") }
        }
        return events
    }

    private func drift(_ lab: LabUp) throws -> [String] {
        try lab.json("status")["drift"]?.array?.compactMap(\.text) ?? []
    }

    @Test("issue 4.8: without --repair drift is reported by events and status, and nothing is put back")
    func driftIsReported() throws {
        try withLabUp("three-node") { lab throws in
            let events = try events(lab)
            defer { try? events.stop() }
            _ = try lab.ip("kind-worker", "route del 10.0.2.0/24")
            _ = try lab.ip("kind-worker", "route add 10.99.0.0/16 via 172.18.0.1")
            let node = "\(lab.name).kind-worker"
            for line in [
                "\(node) - route 10.0.2.0/24 via 172.18.0.3 dev eth0",
                "\(node) ! drift route 10.0.2.0/24 via 172.18.0.3 dev eth0 (missing)",
                "\(node) + route 10.99.0.0/16 via 172.18.0.1 dev eth0",
                "\(node) ? foreign route 10.99.0.0/16 via 172.18.0.1 dev eth0 (not the lab's, left alone)",
            ] {
                try eventually("\(line)", limit: 60) { events.lines.contains { $0.hasSuffix(" " + line) } }
            }
            #expect(try drift(lab) == ["\(node): add route 10.0.2.0/24 via 172.18.0.3 dev eth0 (missing)"])
            _ = try lab.ip("kind-worker", "route add 10.0.2.0/24 via 172.18.0.3 dev eth0")
            try eventually("it is told that somebody put it back", limit: 60) {
                events.lines.contains {
                    $0.contains(" = healed route 10.0.2.0/24 ") && $0.hasSuffix("(as wanted again)")
                }
            }
        }
    }

    @Test("issue 4.8: with --repair what is missing or different is put back, and what somebody added stays")
    func driftIsRepaired() throws {
        try Machine.with { machine in
            try withLab("three-node", on: machine) { lab throws in
                try lab.up("--repair")
                let events = try events(lab, "--kind", "healed", "--json")
                defer { try? events.stop() }
                _ = try lab.ip("kind-worker", "route add 10.99.0.0/16 via 172.18.0.1")
                _ = try lab.ip("kind-worker", "rule add pref 77 lookup 77")
                let neighbour = try #require(try lab.ip("kind-worker", "neigh show nud all 172.18.0.3").first)
                #expect(neighbour.contains("extern_learn"), "\(neighbour)")
                let changes: [(String, String)] = [
                    ("route", "ip -n NS route del 10.0.2.0/24"),
                    ("route", "ip -n NS route replace 10.0.2.0/24 via 172.18.0.4"),
                    ("link", "ip -n NS link set eth0 down"),
                    ("link", "ip -n NS link set cilium_host mtu 1400"),
                    ("address", "ip -n NS address del 172.18.0.2/16 dev eth0"),
                    ("rule", "ip -n NS rule del pref 50"),
                    ("neighbour", "ip -n NS neigh del 172.18.0.3 dev eth0"),
                    ("sysctl", "ip netns exec NS sysctl -qw net.ipv4.ip_forward=0"),
                ]
                for (kind, change) in changes {
                    let before = healed(events, kind)
                    try machine.shell(change.replacingOccurrences(of: "NS", with: "\(lab.name).kind-worker"))
                    try eventually("healed after \(change)", limit: 60) {
                        try healed(events, kind) > before && drift(lab) == []
                    }
                }
                #expect(try lab.ip("kind-worker", "rule").contains("77:\tfrom all lookup 77"))
                #expect(try lab.json("status")["repair"]?["failure"] == nil)
                // The address went, and with it the kernel took the route of the hand that made it: made again.
                _ = try lab.ip("kind-worker", "route replace 10.99.0.0/16 via 172.18.0.1")
                _ = try lab.ip("kind-worker", "route del 10.0.2.0/24")
                try eventually("healed", limit: 60) { try lab.ip("kind-worker", "route show 10.0.2.0/24").count == 1 }
                #expect(try lab.ip("kind-worker", "route show 10.99.0.0/16").count == 1)

                try lab.up("--no-repair")
                _ = try lab.ip("kind-worker", "route del 10.0.2.0/24")
                #expect(try drift(lab).count == 1)
            }
        }
    }

    /// How many objects of this kind were told to be put back.
    private func healed(_ events: Background, _ kind: String) -> Int {
        events.lines.count { $0.contains("\"of\":\"\(kind)\"") && $0.contains("\"latency\":") }
    }

    @Test(
        "issue 4.8: a daemon that was killed repairs again once it is resumed, and a namespace that lost its name too")
    func resumedDaemonRepairs() throws {
        try Machine.with { machine in
            try withLab("three-node", on: machine) { lab throws in
                try lab.up("--repair")
                // Of this machine's own processes, which are in a process namespace of their own.
                try machine.shell("kill -9 $(pgrep -f '[n]etlab daemon --lab \(lab.name)')")
                try lab.up()
                _ = try lab.ip("kind-worker", "route del 10.0.2.0/24")
                try eventually("healed", limit: 60) { try lab.ip("kind-worker", "route show 10.0.2.0/24").count == 1 }
                let pod = try #require(try lab.pods.first)
                try machine.shell("ip netns delete \(lab.name).\(pod.place)")
                try eventually("the pod's namespace is made anew", limit: 60) {
                    try machine.run(["ip", "-n", "\(lab.name).\(pod.place)", "route"]).lines.count == 2
                }
                _ = try lab.ip(pod.place, "route del default")
                try eventually("and followed again", limit: 60) {
                    try lab.ip(pod.place, "route show default").count == 1
                }
            }
        }
    }

    @Test("two thousand changes by hand neither hang the daemon nor hide the end state")
    func storm() throws {
        try Machine.with { machine in
            try withLab("three-node", on: machine) { lab throws in
                try lab.up("--repair")
                let batch = (0..<1_000).map { "route add blackhole 10.\(100 + $0 / 256).\($0 % 256).0/24" }
                let gone = batch.dropFirst().map { $0.replacingOccurrences(of: " add ", with: " del ") }
                let lines = (batch + gone + ["route del 10.0.2.0/24"]).joined(separator: "\n") + "\n"
                let storm = try machine.run(["ip", "-n", "\(lab.name).kind-worker", "-batch", "-"], input: lines)
                #expect(storm.exitCode == 0, "\(storm.transcript.suffix(500))")
                try eventually("healed", limit: 60) { try lab.ip("kind-worker", "route show 10.0.2.0/24").count == 1 }
                try eventually("nothing is left to do", limit: 60) { try drift(lab) == [] }
                let foreign = try lab.json("status")["foreign"]?.array?.compactMap(\.text)
                #expect(foreign == ["\(lab.name).kind-worker: route blackhole 10.100.0.0/24"])
            }
        }
    }

    @Test("events go on without the daemon, choose by namespace and kind, and end when the lab goes down")
    func eventsWithoutDaemon() throws {
        try withLabUp("three-node") { lab throws in
            try lab.machine.shell("kill -9 $(pgrep -f '[n]etlab daemon --lab \(lab.name)')")
            let events = try events(lab, "--namespace", "kind-worker2", "--kind", "rule")
            _ = try lab.ip("kind-worker", "rule add pref 71 lookup 71")
            _ = try lab.ip("kind-worker2", "route add blackhole 10.99.0.0/16")
            _ = try lab.ip("kind-worker2", "rule add pref 72 lookup 72")
            try eventually("the change is told", limit: 60) { !events.lines.isEmpty }
            #expect(
                events.lines.map { $0.split(separator: " ").dropFirst().joined(separator: " ") }
                    == ["\(lab.name).kind-worker2 + rule 72: from all lookup 72"])
            #expect(try lab.netlab("down").exitCode == 0)
            #expect(events.end() == 0)
        }
    }
}

/// How soon drift is put right.
@Suite(.enabled(if: KernelTestGate.canRun)) struct DriftReliabilityTests {
    @Test("each of many drifts is put right; how soon after the kernel's announcement is printed")
    func latency() throws {
        let rounds = Reliability.rounds(short: 20, full: 100)
        try Machine.with { machine in
            try withLab("three-node", on: machine) { lab throws in
                try lab.up("--repair")
                let events = try Background(
                    [Repository.netlab, "events", lab.name, "--kind", "healed", "--json"], on: machine)
                defer { try? events.stop() }
                try eventually("netlab events listens", limit: 60) { !events.errorLines.isEmpty }
                for round in 1...rounds {
                    _ = try lab.ip("kind-worker", "route del 10.0.2.0/24")
                    try eventually("healed in round \(round)", limit: 60) { events.lines.count == round }
                    #expect(try lab.ip("kind-worker", "route show 10.0.2.0/24").count == 1)
                    usleep(50_000)
                }
                let times = try events.lines.map { line in
                    let latency = try #require(line.firstMatch(of: /"latency":([0-9.e-]+)/)?.1)
                    return try #require(Double(latency)) * 1_000
                }.sorted()
                let figures = [times[times.count / 2], times[times.count * 95 / 100], times[times.count - 1]]
                    .map { "\(($0 * 10).rounded() / 10)" }
                Reliability.report(
                    "drift", "a route deleted by hand, put back with --repair",
                    "\(rounds) of \(rounds); ms after the kernel's announcement: "
                        + "median \(figures[0]), p95 \(figures[1]), most \(figures[2])")
            }
        }
    }
}
