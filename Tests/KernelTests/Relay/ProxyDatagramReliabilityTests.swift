import Foundation
import LinuxKernel
import NetlabTestSupport
import NetworkModel
import ServiceRouting
import Testing

/// UDP: every size, refusals, many flows.
@Suite(.enabled(if: KernelTestGate.canRun)) struct ProxyDatagramReliabilityTests {
    private func client(_ lab: borrowing RelayLab, from member: String = "client") throws -> TestSocket {
        let socket = try lab.inside(member) { TestSocket(stream: false) }
        socket.connect(to: RelayLab.clusterIP, 8080)
        return socket
    }

    @Test("design 7: datagrams of every kind of size come back whole and in order, one and many at a time")
    func sizes() throws {
        let lab = try RelayLab()
        let server = try lab.server(0, .datagramEcho)
        defer { server.stop() }
        try lab.serve([RelayLab.backend(0)], transports: [.udp])
        let client = try client(lab)
        let sizes = [0, 1, 511, 1_472, 1_473, 8_192, 32_768, 65_506, 65_507]
        let rounds = Reliability.rounds(short: 20, full: 400)
        var datagrams = 0
        for round in 0..<rounds {
            // Largest ones one by one: what waits in the sockets' buffers may be dropped, as on any network.
            for size in sizes {
                let datagram = Array(RelayTraffic.pattern.dropFirst(round * 7).prefix(size))
                #expect(send(client.descriptor, datagram, size, 0) == size)
                #expect(client.read() == datagram, "\(size) bytes in round \(round)")
            }
            for number in 0..<16 { client.write([UInt8(number)] + RelayTraffic.pattern.prefix(round % 512)) }
            for number in 0..<16 { #expect(client.read()?.first == UInt8(number), "round \(round)") }
            datagrams += sizes.count + 16
        }
        #expect(lab.dataPlane.counters.openFlows == 1)
        Reliability.report(
            "proxy", "datagrams both ways",
            "\(datagrams) of 0 to 65,507 bytes, none lost, changed or out of order (\(rounds) of the largest)")
    }

    @Test(
        "design 7: a backend's ICMP port unreachable reaches the client as ECONNREFUSED, from a pod and from the node")
    func refusals() throws {
        let lab = try RelayLab()
        try lab.serve([RelayLab.backend(0)], transports: [.udp])
        var refused = 0
        for member in ["client", "node", "backend1"] {
            let client = try client(lab, from: member)
            client.write([1])
            #expect(client.read() == nil && errno == ECONNREFUSED, "\(member)")
            refused += 1
        }
        let server = try lab.server(0, .datagramEcho)
        defer { server.stop() }
        for member in ["client", "node", "backend1"] {
            let client = try client(lab, from: member)
            client.write([2])
            #expect(client.read() == [2], "\(member)")
        }
        Reliability.report(
            "proxy", "ICMP port unreachable of a backend", "\(refused) clients, each got ECONNREFUSED; then served")
    }

    @Test("design 7: the flows of a frontend are bounded: the longest silent ones go first, an active one stays")
    func manyFlows() throws {
        var settings = RelaySettings()
        settings.flowsPerFrontend = Reliability.rounds(short: 128, full: 1_024)
        let clients = settings.flowsPerFrontend * 2
        settings.udpIdle = 2
        let lab = try RelayLab(settings)
        let server = try lab.server(0, .datagramEcho)
        defer { server.stop() }
        try lab.serve([RelayLab.backend(0)], transports: [.udp])
        let loyal = try client(lab)
        var most = 0
        var sockets: [TestSocket] = []
        for number in 0..<clients {
            let client = try client(lab)
            client.write([UInt8(truncatingIfNeeded: number)])
            #expect(client.read() == [UInt8(truncatingIfNeeded: number)])
            sockets.append(client)
            most = max(most, lab.dataPlane.counters.openFlows)
            if number % 8 == 0 {
                loyal.write([1])
                #expect(loyal.read() == [1])
            }
        }
        #expect(most <= settings.flowsPerFrontend)
        let port = loyal.localPort
        #expect(RelayTraffic.eventually { lab.dataPlane.counters.openFlows == 0 })
        let flows = lab.dataPlane.drainFlows()
        #expect(flows.count { $0.verdict == .forwarded } == flows.count { $0.verdict == .closed })
        // Silence of two seconds may have come between two of its datagrams on a loaded machine, never fewer flows.
        #expect(flows.count { $0.clientPort == port && $0.verdict == .forwarded } < clients / 8)
        // Only the listener is left.
        #expect(RelayTraffic.eventually { lab.dataPlane.counters.descriptors == 1 })
        sockets[0].write([5])
        #expect(sockets[0].read() == [5], "who was forgotten is served again")
        Reliability.report(
            "proxy", "many UDP flows",
            "\(clients + 1) clients, at most \(most) flows with a limit of \(settings.flowsPerFrontend), 0 after the idle time"
        )
    }
}
