import Foundation
import LinuxKernel
import NetlabTestSupport
import NetworkModel
import ServiceRouting
import Testing

@Suite(.enabled(if: KernelTestGate.canRun))
struct RelayUDPTests {
    private func client(_ lab: borrowing RelayLab) throws -> TestSocket {
        let socket = try lab.inside("client") { TestSocket(stream: false) }
        // Connected, so that only answers from the ClusterIP itself are received.
        socket.connect(to: RelayLab.clusterIP, 8080)
        return socket
    }

    @Test("design 7: datagrams up to 65,507 bytes pass whole, both ways", arguments: [0, 1, 1472, 4096, 9000, 65_507])
    func datagramSizes(size: Int) throws {
        let lab = try RelayLab()
        let server = try lab.server(0, .datagramEcho)
        defer { server.stop() }
        try lab.serve([RelayLab.backend(0)], transports: [.udp])
        let client = try client(lab)
        let datagram = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 17) }
        #expect(send(client.descriptor, datagram, size, 0) == size)
        #expect(client.read() == datagram)
    }

    @Test("issue: TCP and UDP on one port are two frontends")
    func bothProtocols() throws {
        let lab = try RelayLab()
        let stream = try lab.server(0, .name)
        let datagrams = try lab.server(0, .datagramEcho)
        defer {
            stream.stop()
            datagrams.stop()
        }
        try lab.serve([RelayLab.backend(0)], transports: [.tcp, .udp])
        #expect(try lab.connect().readText() == "backend0 10.0.2.1")
        let client = try client(lab)
        client.write(Array("ping".utf8))
        #expect(client.read() == Array("ping".utf8))
        #expect(lab.dataPlane.counters.listeners == 2)
        #expect(lab.dataPlane.counters.openFlows == 1)
    }

    @Test("design 7: without endpoints a datagram is refused, or gets silence when that is asked for")
    func noEndpoints() throws {
        let lab = try RelayLab()
        try lab.serve([], transports: [.udp])
        let refused = try client(lab)
        refused.write([1])
        #expect(refused.read() == nil && errno == ECONNREFUSED)
        try lab.serve([], transports: [.udp], noEndpoints: .timeout)
        let ignored = try client(lab)
        ignored.write([1])
        #expect(!ignored.waits(for: Int32(POLLIN), milliseconds: 300))
        let server = try lab.server(0, .datagramEcho)
        defer { server.stop() }
        try lab.serve([RelayLab.backend(0)], transports: [.udp], noEndpoints: .timeout)
        ignored.write([2])
        #expect(ignored.read() == [2])
    }

    @Test("design 7: a client whose backend vanished gets another one with its next datagram")
    func backendVanishes() throws {
        let lab = try RelayLab()
        let servers = [try lab.server(0, .datagramEcho), try lab.server(1, .datagramEcho)]
        defer { for server in servers { server.stop() } }
        try lab.serve([RelayLab.backend(0)], transports: [.udp])
        let client = try client(lab)
        client.write([1])
        #expect(client.read() == [1])
        try lab.serve([RelayLab.backend(0, state: .terminating), RelayLab.backend(1)], transports: [.udp])
        client.write([2])
        #expect(client.read() == [2])
        #expect(lab.dataPlane.counters.openFlows == 1, "a terminating backend keeps its flows (3.5)")
        try lab.serve([RelayLab.backend(1)], transports: [.udp])
        #expect(lab.dataPlane.counters.openFlows == 0)
        client.write([3])
        #expect(client.read() == [3])
        let backends = lab.dataPlane.drainFlows().filter { $0.verdict == .forwarded }.map(\.backend?.address)
        #expect(backends == [RelayLab.backendAddresses[0], RelayLab.backendAddresses[1]])
    }

    @Test(
        "design 7: a backend's ICMP port unreachable is the client's ECONNREFUSED, and its next datagram chooses anew")
    func backendRefuses() throws {
        let lab = try RelayLab()
        let server = try lab.server(0, .datagramEcho)
        defer { server.stop() }
        // Nobody listens on the second one; turns alternate, so of three datagrams two meet the first.
        try lab.serve([RelayLab.backend(0), RelayLab.backend(1)], transports: [.udp], selection: .roundRobin)
        let client = try client(lab)
        var answers = 0
        var refusals = 0
        for _ in 0..<3 {
            client.write([9])
            #expect(client.waits(for: Int32(POLLIN), milliseconds: 10_000))
            if let bytes = client.read() {
                #expect(bytes == [9])
                answers += 1
            } else if errno == ECONNREFUSED {
                refusals += 1
            }
        }
        // The flow stays with the first backend once it is there.
        #expect(answers >= 2 && refusals == 3 - answers)
        let stranger = try lab.inside("client") { TestSocket(stream: false) }
        stranger.connect(to: RelayLab.clusterIP, 8080)
        try lab.serve([RelayLab.backend(1)], transports: [.udp])
        stranger.write([9])
        #expect(stranger.read() == nil && errno == ECONNREFUSED)
        #expect(
            !client.waits(for: Int32(POLLIN), milliseconds: 0), "whose datagram it was hears of it, and nobody else")
    }

    @Test("design 7: flows are forgotten after the idle time and beyond the limit")
    func bounds() throws {
        var settings = RelaySettings()
        settings.udpIdle = 0.2
        settings.flowsPerFrontend = 16
        let lab = try RelayLab(settings)
        let server = try lab.server(0, .datagramEcho)
        defer { server.stop() }
        try lab.serve([RelayLab.backend(0)], transports: [.udp])
        var clients: [TestSocket] = []
        for _ in 0..<40 {
            let client = try client(lab)
            client.write([1])
            #expect(client.read() == [1])
            clients.append(client)
            #expect(lab.dataPlane.counters.openFlows <= 16)
        }
        for _ in 0..<1000 where lab.dataPlane.counters.openFlows > 0 { usleep(10_000) }
        #expect(lab.dataPlane.counters.openFlows == 0)
        let client = try #require(clients.first)
        client.write([2])
        #expect(client.read() == [2])
    }
}
