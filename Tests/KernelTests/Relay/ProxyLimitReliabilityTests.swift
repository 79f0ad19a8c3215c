import Foundation
import LinuxKernel
import NetlabTestSupport
import NetworkModel
import ServiceRouting
import Testing

/// What the proxy does when descriptors run out, and what it remembers.
@Suite(.enabled(if: KernelTestGate.canRun)) struct ProxyLimitReliabilityTests {
    @Test("issue: out of descriptors, established connections go on, new ones wait, and each is served in its turn")
    func outOfDescriptors() throws {
        var settings = RelaySettings()
        // One listener and ten connections.
        settings.descriptors = 21
        settings.acceptPause = 0.02
        let lab = try RelayLab(settings)
        let server = try lab.server(0, .echo)
        defer { server.stop() }
        let news = Tally()
        try lab.dataPlane.watch { if $0.contains(.shortage) { news.add() } }
        try lab.serve([RelayLab.backend(0)])
        let served = try (0..<10).map { number in
            let client = try lab.connect()
            client.write([UInt8(number)])
            #expect(client.read() == [UInt8(number)])
            return client
        }
        #expect(lab.dataPlane.counters.shortages == 0 && news.count == 0)
        let waiting = try (0..<10).map { number in
            let client = try lab.connect()
            client.write([UInt8(100 + number)])
            return client
        }
        #expect(RelayTraffic.eventually { lab.dataPlane.counters.acceptPauses >= 3 })
        #expect(RelayTraffic.eventually { news.count > 0 })
        for client in waiting { #expect(!client.waits(for: Int32(POLLIN), milliseconds: 0)) }
        for _ in 0..<Reliability.rounds(short: 20, full: 500) {
            for client in served {
                client.write([42])
                #expect(client.read() == [42])
            }
        }
        let counters = lab.dataPlane.counters
        #expect(counters.openConnections == 10 && counters.descriptors == 21 && counters.dialFailures == 0)
        for client in served { client.finishWriting() }
        for (number, client) in waiting.enumerated() {
            #expect(client.read() == [UInt8(100 + number)])
            client.finishWriting()
            #expect(client.readToEnd().error == 0)
        }
        for client in served { #expect(client.readToEnd().error == 0) }
        #expect(RelayTraffic.eventually { lab.dataPlane.counters.descriptors == 1 })
        #expect(lab.dataPlane.drainFlows().allSatisfy { $0.verdict == .forwarded || $0.verdict == .closed })
        Reliability.report(
            "proxy", "descriptors used up (share of 21)",
            """
            10 connections went on, 10 clients waited for \(counters.acceptPauses) pauses or more and were all served; \
            0 refused, no backend blamed
            """)
    }

    @Test("issue: UDP clients beyond the descriptors take the place of the longest silent flows")
    func outOfDescriptorsForFlows() throws {
        var settings = RelaySettings()
        settings.descriptors = 17
        let lab = try RelayLab(settings)
        let server = try lab.server(0, .datagramEcho)
        defer { server.stop() }
        try lab.serve([RelayLab.backend(0)], transports: [.udp])
        for number in 0..<64 {
            let client = try lab.inside("client") { TestSocket(stream: false) }
            client.connect(to: RelayLab.clusterIP, 8080)
            client.write([UInt8(number)])
            #expect(client.read() == [UInt8(number)])
            #expect(lab.dataPlane.counters.openFlows <= 16)
        }
        #expect(lab.dataPlane.counters.shortages >= 40 && lab.dataPlane.counters.dialFailures == 0)
    }

    @Test("behaviour 3.3: a data plane that is given what the last one knew keeps every client with its backend")
    func affinityOutlivesThePlane() throws {
        let lab = try RelayLab()
        let servers = [try lab.server(0, .name), try lab.server(1, .name)]
        defer { for server in servers { server.stop() } }
        let affinity = SessionAffinity.clientIP(timeoutSeconds: 10_800)
        let backends = [RelayLab.backend(0), RelayLab.backend(1)]
        let news = Tally()
        try lab.dataPlane.watch { if $0.contains(.affinity) { news.add() } }
        try lab.serve(backends, affinity: affinity)
        let members = ["client", "node", "backend0", "backend1"]
        var answers = try members.map { try lab.connect(from: $0).readText() }
        #expect(RelayTraffic.eventually { news.count > 0 })
        var known = lab.dataPlane.affinity
        #expect(Set(known.map(\.client)).count == known.count && known.count >= 3)
        lab.dataPlane.shutDown()
        let entry = ForwardingEntry(
            id: 1, frontend: Frontend(address: RelayLab.clusterIP, port: 8080, transport: .tcp), namespace: "default",
            service: "hello", portName: "", affinity: affinity, backends: backends)
        for _ in 0..<8 {
            let plane = try RelayDataPlane(affinity: known)
            defer { plane.shutDown() }
            // As after a restart: at first there is no backend, then one, then all.
            for backends in [[], [RelayLab.backend(0)], backends] {
                var entry = entry
                entry.backends = backends
                let table = ForwardingTable(entries: [entry])
                // A program that another test starts has copies of all sockets, the last plane's listener too, until it
                // is executed. The daemon asks again as well.
                #expect(RelayTraffic.eventually { (try? plane.apply(table, on: [lab.node])) != nil })
            }
            #expect(try members.map { try lab.connect(from: $0).readText() } == answers)
            known = plane.affinity
            answers = try members.map { try lab.connect(from: $0).readText() }
        }
    }
}
