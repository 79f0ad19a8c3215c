import Foundation
import LinuxKernel
import NetlabTestSupport
import NetworkModel
import ServiceRouting
import Testing

/// What ends a connection is passed on as what it was, and what does not concern a connection does not end it.
@Suite(.enabled(if: KernelTestGate.canRun)) struct ProxyResetReliabilityTests {
    /// What happens on the connection before one end resets it.
    enum Moment: CaseIterable {
        case idle, afterTalk, whileItSends, whileItIsSentTo, whileStuck, afterItsFIN, afterTheOthersFIN
    }

    @Test("design 7: a RST is passed on as a RST at every moment, from either end", arguments: Moment.allCases)
    func resets(moment: Moment) throws {
        let lab = try RelayLab()
        let server = try lab.server(0, .hold)
        try lab.serve([RelayLab.backend(0)])
        let rounds = Reliability.rounds(short: 3, full: 30)
        var passed = 0
        for clientResets in Array(repeating: [true, false], count: rounds).flatMap({ $0 }) {
            let client = try lab.connect()
            let far = try #require(server.takeConnection())
            let error = clientResets ? Self.reset(client, far, moment) : Self.reset(far, client, moment)
            #expect(error == ECONNRESET || error == EPIPE, "\(moment), by the client: \(clientResets), errno \(error)")
            if error == ECONNRESET || error == EPIPE { passed += 1 }
        }
        #expect(RelayTraffic.eventually { lab.dataPlane.counters.openConnections == 0 })
        // A backend that resets before its handshake was seen to be done counts as one that could not be reached.
        let ends = lab.dataPlane.drainFlows().filter { $0.verdict != .forwarded }
        #expect(ends.count == 2 * rounds)
        #expect(ends.allSatisfy { $0.verdict == .reset || $0.verdict == .backendUnreachable })
        Reliability.report(
            "proxy", "RST from either end, \(moment)", "\(passed) of \(2 * rounds) were a RST at the other")
    }

    /// Brings the connection to the moment, resets it from one end and says how the other end learns it.
    private static func reset(_ ended: TestSocket, _ staying: TestSocket, _ moment: Moment) -> Int32 {
        switch moment {
        case .idle: break
        case .afterTalk:
            ended.write([1])
            _ = staying.read()
            staying.write([2])
            _ = ended.read()
        case .whileItSends: ended.write([UInt8](repeating: 1, count: 300_000))
        case .whileItIsSentTo: staying.write([UInt8](repeating: 1, count: 300_000))
        case .whileStuck:
            _ = RelayTraffic.push(ended, atMost: 64 << 20, patience: 100)
            _ = RelayTraffic.push(staying, atMost: 64 << 20, patience: 100)
        case .afterItsFIN:
            ended.finishWriting()
            _ = staying.read()
            // Bytes that nobody will read.
            staying.write([3])
        case .afterTheOthersFIN:
            staying.finishWriting()
            _ = ended.read()
        }
        ended.resetNow()
        if moment == .afterItsFIN {
            // Its end of file has been read; what is left to see is the error.
            _ = staying.waits(for: Int32(POLLERR), milliseconds: 10_000)
            return staying.pendingError
        }
        return RelayTraffic.drain(staying).error
    }

    @Test("design 7: a backend that refuses, or cannot be reached, is a RST at the client", arguments: [true, false])
    func failedDials(isRefused: Bool) throws {
        let lab = try RelayLab()
        try RelayLab.ip("-n \(lab.name).node route add unreachable 10.9.9.0/24")
        let away = Backend(address: IPAddress(10, 9, 9, 9), port: 8080)
        try lab.serve([isRefused ? RelayLab.backend(0) : away])
        let rounds = Reliability.rounds(short: 10, full: 200)
        for _ in 0..<rounds { #expect(try lab.connect().readToEnd().error == ECONNRESET) }
        let flows = lab.dataPlane.drainFlows()
        #expect(flows.count == rounds && flows.allSatisfy { $0.verdict == .backendUnreachable })
        #expect(RelayTraffic.eventually { lab.dataPlane.counters.descriptors == 1 })
        Reliability.report(
            "proxy", isRefused ? "backend refuses the dial" : "backend unreachable (no route)",
            "\(rounds) clients connected, then reset; no descriptor left")
    }

    @Test("behaviour 4.2: while backends never answer, others are served; the clients are reset after 3.75 s of dials")
    func silentBackend() throws {
        let lab = try RelayLab()
        let server = try lab.server(0, .name)
        let full = try lab.inside("backend1") { TestSocket(stream: true) }
        // A queue of one that nobody empties: SYNs are dropped once it is full.
        #expect(full.bind(to: RelayLab.backendAddresses[1], 8080) == 0 && listen(full.descriptor, 0) == 0)
        defer { server.stop() }
        let dead = Backend(address: RelayLab.deadAddress, port: 8080)
        let backends = [dead, RelayLab.backend(1), RelayLab.backend(0)]
        let entries = backends.enumerated().map { index, backend in
            ForwardingEntry(
                id: index + 1,
                frontend: Frontend(address: RelayLab.clusterIP, port: 8080 + UInt16(index), transport: .tcp),
                namespace: "default", service: "s\(index)", portName: "", affinity: .none, backends: [backend])
        }
        let mixed = ForwardingEntry(
            id: 9, frontend: Frontend(address: RelayLab.clusterIP, port: 9000, transport: .tcp), namespace: "default",
            service: "mixed", portName: "", affinity: .none, backends: [dead, RelayLab.backend(0)])
        try lab.dataPlane.apply(ForwardingTable(entries: entries + [mixed], selection: .roundRobin), on: [lab.node])
        let stuck = try (0..<Reliability.rounds(short: 40, full: 400)).map { number in
            try lab.connect(port: 8080 + UInt16(number % 2))
        }
        // Of one service: half of these clients meet the dead backend first and are served by the other.
        let sameService = try (0..<4).map { _ in try lab.connect(port: 9000) }
        var served = 0
        for _ in 0..<20 where try lab.connect(port: 8082).readText() == "backend0 10.0.2.1" { served += 1 }
        #expect(served == 20)
        for client in sameService { #expect(client.readText() == "backend0 10.0.2.1") }
        // Two or so of them were taken by the queue of the listener that accepts nobody: the kernel's word is a yes.
        var reset = 0
        var held = 0
        for client in stuck {
            if client.waits(for: Int32(POLLIN), milliseconds: reset == 0 ? 10_000 : 2_000) {
                if client.readToEnd().error == ECONNRESET { reset += 1 }
            } else {
                held += 1
            }
        }
        #expect(reset + held == stuck.count && held <= 3)
        Reliability.report(
            "proxy", "backends that never answer",
            """
            \(stuck.count) clients waiting for one, 20 of 20 of another service and 4 of 4 of a service with one dead \
            backend served meanwhile; then \(reset) reset, \(held) held by a listener's queue
            """)
    }

    @Test("design 7: a backend taken away under load fails no established connection, and gets no new one")
    func backendRemovedUnderLoad() throws {
        let lab = try RelayLab()
        let old = try lab.server(0, .echo)
        let new = try lab.server(1, .echo)
        defer {
            old.stop()
            new.stop()
        }
        try lab.serve([RelayLab.backend(0)])
        let connections = Reliability.rounds(short: 16, full: 64)
        let clients = try (0..<connections).map { _ in try lab.connect() }
        let answers = Tally()
        let failures = Tally()
        let halves = Tally()
        let talk: [@Sendable () -> Void] = clients.map { client in
            {
                let request = Array(RelayTraffic.pattern.prefix(1_000))
                var round = 0
                // Until long after the change, which waits for some answers itself.
                while round < 200 || halves.count < 4, round < 100_000 {
                    client.write(request)
                    var answer: [UInt8] = []
                    while answer.count < request.count, let part = client.read(), !part.isEmpty { answer += part }
                    if answer == request { answers.add() } else { return failures.add() }
                    round += 1
                }
                client.finishWriting()
                if !client.readToEnd().bytes.isEmpty { failures.add() }
            }
        }
        let changes: [[Backend]] = [
            [RelayLab.backend(0), RelayLab.backend(1)],
            [RelayLab.backend(0, state: .terminating), RelayLab.backend(1)],
            [RelayLab.backend(1)], [],
        ]
        let wrongPlace = Tally()
        let plane = lab.dataPlane
        let node = lab.node
        let change: @Sendable () -> Void = {
            for backends in changes {
                let goal = answers.count + connections
                _ = RelayTraffic.eventually { answers.count >= goal || failures.count > 0 }
                let entry = ForwardingEntry(
                    id: 1, frontend: Frontend(address: RelayLab.clusterIP, port: 8080, transport: .tcp),
                    namespace: "default", service: "hello", portName: "", affinity: .none, backends: backends)
                do { try plane.apply(ForwardingTable(entries: [entry]), on: [node]) } catch { wrongPlace.add() }
                halves.add()
            }
        }
        RelayTraffic.together(talk + [change])
        #expect(failures.count == 0 && wrongPlace.count == 0)
        #expect(answers.count >= 200 * connections)
        // Told to: the node goes, and what is established is reset.
        try lab.serve([RelayLab.backend(1)])
        let last = try lab.connect()
        last.write([1])
        #expect(last.read() == [1])
        let accepted = lab.dataPlane.drainFlows().filter { $0.verdict == .forwarded }
        #expect(accepted.count == connections + 1)
        #expect(accepted.last?.backend?.address == RelayLab.backendAddresses[1])
        try lab.dataPlane.apply(ForwardingTable(), on: [])
        #expect(last.readToEnd().error == ECONNRESET)
        Reliability.report(
            "proxy", "backend removed under load",
            """
            \(connections) connections, \(answers.count) requests during 4 changes up to no backend at all, \
            \(failures.count) failed; a new one went to the new backend; reset when the node went
            """)
    }
}
