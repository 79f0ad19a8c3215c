import Foundation
import LinuxKernel
import NetlabTestSupport
import NetworkModel
import ServiceRouting
import Testing

@Suite(.enabled(if: KernelTestGate.canRun))
struct RelayTCPTests {
    @Test("design 7: one megabyte each way, each direction closed by itself")
    func halfClose() throws {
        let lab = try RelayLab()
        let server = try lab.server(0, .hold)
        try lab.serve([RelayLab.backend(0)])
        let client = try lab.connect()
        let far = try #require(server.takeConnection())
        let megabyte = (0..<1_048_576).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let writer = Thread {
            client.write(megabyte)
            client.finishWriting()
        }
        writer.start()
        let asked = far.readToEnd()
        #expect(asked.bytes == megabyte && asked.error == 0)
        // The client has sent its FIN; the answer still comes through.
        let answer = Thread {
            far.write(megabyte.reversed())
            far.finishWriting()
        }
        answer.start()
        let answered = client.readToEnd()
        #expect(answered.bytes == megabyte.reversed() && answered.error == 0)
    }

    @Test("behaviour 3.1: the node's own address towards the backend is what the backend sees")
    func sourceAddress() throws {
        let lab = try RelayLab()
        let server = try lab.server(0, .name)
        defer { server.stop() }
        try lab.serve([RelayLab.backend(0)])
        #expect(try lab.connect().readText() == "backend0 10.0.2.1")
        #expect(try lab.connect(from: "node").readText() == "backend0 10.0.2.1")
        #expect(try lab.connect(from: "backend0").readText() == "backend0 10.0.2.1", "hairpin")
    }

    @Test("design 7: without endpoints, and at a port the service has not, a connection is refused")
    func rejects() throws {
        let lab = try RelayLab()
        try lab.serve([])
        let client = try lab.inside("client") { TestSocket(stream: true) }
        #expect(client.connect(to: RelayLab.clusterIP, 8080) == ECONNREFUSED)
        let server = try lab.server(0, .name)
        defer { server.stop() }
        try lab.serve([RelayLab.backend(0)])
        let other = try lab.inside("client") { TestSocket(stream: true) }
        #expect(other.connect(to: RelayLab.clusterIP, 8081) == ECONNREFUSED)
        try lab.serve([RelayLab.backend(0, state: .terminating)])
        let late = try lab.inside("client") { TestSocket(stream: true) }
        #expect(late.connect(to: RelayLab.clusterIP, 8080) == ECONNREFUSED, "terminating takes nothing new (3.5)")
    }

    @Test("behaviour 3.4: Cilium 1.12 keeps silent without endpoints, and answers the same client when one appears")
    func timesOut() throws {
        let lab = try RelayLab()
        let server = try lab.server(0, .name)
        defer { server.stop() }
        try lab.serve([], noEndpoints: .timeout)
        let client = try lab.inside("client") { TestSocket(stream: true) }
        client.startConnecting(to: RelayLab.clusterIP, 8080)
        #expect(!client.waits(for: Int32(POLLOUT), milliseconds: 300))
        try lab.serve([RelayLab.backend(0)], noEndpoints: .timeout)
        // The kernel sends its SYN again.
        #expect(client.waits(for: Int32(POLLIN), milliseconds: 10_000))
        #expect(client.readText() == "backend0 10.0.2.1")
        try lab.serve([], noEndpoints: .timeout)
        let late = try lab.inside("client") { TestSocket(stream: true) }
        late.startConnecting(to: RelayLab.clusterIP, 8080)
        #expect(!late.waits(for: Int32(POLLOUT), milliseconds: 300))
    }

    @Test("design 7: a change of endpoints counts for the next connection and leaves established ones alone")
    func endpointChange() throws {
        let lab = try RelayLab()
        let echo = try lab.server(0, .echo)
        let named = try lab.server(1, .name)
        defer {
            echo.stop()
            named.stop()
        }
        try lab.serve([RelayLab.backend(0)])
        let established = try lab.connect()
        established.write([1])
        #expect(established.read() == [1])
        try lab.serve([RelayLab.backend(1)])
        for _ in 0..<10 { #expect(try lab.connect().readText() == "backend1 10.0.3.1") }
        established.write([2])
        #expect(established.read() == [2])
        try lab.serve([])
        established.write([3])
        #expect(established.read() == [3])
    }

    @Test("design 7: a reset passes as a reset, from the backend and from the client")
    func resets() throws {
        let lab = try RelayLab()
        let resetting = try lab.server(0, .reset)
        defer { resetting.stop() }
        try lab.serve([RelayLab.backend(0)])
        let client = try lab.connect()
        client.write([1])
        #expect(client.readToEnd().error == ECONNRESET)

        let holding = try lab.server(1, .hold)
        try lab.serve([RelayLab.backend(1)])
        var leaving: TestSocket? = try lab.connect()
        let far = try #require(holding.takeConnection())
        leaving?.resetOnClose()
        leaving = nil
        #expect(far.readToEnd().error == ECONNRESET)
    }

    @Test("design 7: one dead backend of two delays, and every client is served")
    func deadBackend() throws {
        let lab = try RelayLab()
        let server = try lab.server(0, .name)
        defer { server.stop() }
        // Nothing listens on the second backend: its kernel refuses.
        try lab.serve([RelayLab.backend(0), RelayLab.backend(1)], selection: .roundRobin)
        for _ in 0..<8 { #expect(try lab.connect().readText() == "backend0 10.0.2.1") }
        // The turn after the dead one is taken by the retry, so the next client begins with the dead one again.
        #expect(lab.dataPlane.counters.dialFailures >= 7, "turns, not chance (behaviour 4.1)")
    }

    @Test("behaviour 4.2: a backend that never answers costs one deadline, and another one is asked")
    func silentBackend() throws {
        var settings = RelaySettings()
        settings.dialTimeouts = [0.05, 5]
        let lab = try RelayLab(settings)
        let server = try lab.server(0, .name)
        defer { server.stop() }
        let dead = Backend(address: RelayLab.deadAddress, port: 8080)
        try lab.serve([RelayLab.backend(0), dead], selection: .roundRobin)
        for _ in 0..<4 { #expect(try lab.connect().readText() == "backend0 10.0.2.1") }
        #expect(lab.dataPlane.counters.dialFailures >= 3)
    }

    @Test("design 7: no head-of-line blocking: while one dial waits, others are served")
    func noHeadOfLineBlocking() throws {
        var settings = RelaySettings()
        settings.workers = 1
        settings.dialTimeouts = [60]
        let lab = try RelayLab(settings)
        let server = try lab.server(0, .name)
        defer { server.stop() }
        let backends = [Backend(address: RelayLab.deadAddress, port: 8080), RelayLab.backend(0)]
        let entries = backends.enumerated().map { index, backend in
            ForwardingEntry(
                id: index + 1,
                frontend: Frontend(address: RelayLab.clusterIP, port: 8080 + UInt16(index), transport: .tcp),
                namespace: "default", service: "hello", portName: "", affinity: .none, backends: [backend])
        }
        try lab.dataPlane.apply(ForwardingTable(entries: entries), on: [lab.node])
        let stuck = try lab.connect()
        for _ in 0..<5 { #expect(try lab.connect(port: 8081).readText() == "backend0 10.0.2.1") }
        #expect(!stuck.waits(for: Int32(POLLIN | POLLHUP), milliseconds: 0))
        #expect(lab.dataPlane.counters.openConnections >= 1)
    }

    @Test("behaviour 4.2: when every dial fails the client, already connected, is reset")
    func allBackendsDead() throws {
        let lab = try RelayLab()
        try lab.serve([RelayLab.backend(0), RelayLab.backend(1)])
        let client = try lab.connect()
        let end = client.readToEnd()
        #expect(end.error == ECONNRESET && end.bytes.isEmpty)
        let flow = try #require(lab.dataPlane.drainFlows().last)
        #expect(flow.verdict == .backendUnreachable && flow.client == RelayLab.clientAddress)
    }

    @Test("behaviour 3.3: ClientIP affinity keeps a client on its backend and moves it when that one is dead")
    func affinity() throws {
        let lab = try RelayLab()
        var servers = [try lab.server(0, .name), try lab.server(1, .name)]
        defer { for server in servers { server.stop() } }
        try lab.serve([RelayLab.backend(0), RelayLab.backend(1)], affinity: .clientIP(timeoutSeconds: 10_800))
        let first = try lab.connect().readText()
        for _ in 0..<16 { #expect(try lab.connect().readText() == first) }
        let index = first.hasPrefix("backend0") ? 0 : 1
        servers.remove(at: index).stop()
        let second = try lab.connect().readText()
        #expect(second.hasPrefix("backend\(1 - index)"))
        #expect(try lab.connect().readText() == second)
    }

    @Test("design 7: back-pressure: what the backend does not read stays with the client, and nothing is lost")
    func backPressure() throws {
        let lab = try RelayLab()
        let server = try lab.server(0, .hold)
        try lab.serve([RelayLab.backend(0)])
        let client = try lab.connect()
        let far = try #require(server.takeConnection())
        _ = fcntl(client.descriptor, F_SETFL, O_NONBLOCK)
        let chunk = [UInt8](repeating: 7, count: 65_536)
        var sent = 0
        while client.waits(for: Int32(POLLOUT), milliseconds: 300), sent < 256 << 20 {
            let count = send(client.descriptor, chunk, chunk.count, Int32(MSG_NOSIGNAL))
            if count > 0 { sent += count }
        }
        #expect(sent < 256 << 20)
        client.finishWriting()
        #expect(far.readToEnd().bytes.count == sent)
    }
}
