import Foundation
import LinuxKernel
import NetlabTestSupport
import ServiceRouting
import Testing

/// Streams that end anywhere, and readers that do not read.
@Suite(.enabled(if: KernelTestGate.canRun)) struct ProxyStreamReliabilityTests {
    private static let sizes = [0, 1, 65_535, 65_536, 65_537, 131_072, 1_048_576]

    /// Whose FIN comes first.
    private enum Order: CaseIterable { case client, backend, together }

    @Test("design 7: each direction is closed by itself, after any number of bytes, in either order")
    func halfCloseAtEveryPoint() throws {
        let lab = try RelayLab()
        let server = try lab.server(0, .hold)
        try lab.serve([RelayLab.backend(0)])
        var connections = 0
        var bytes = 0
        for _ in 0..<Reliability.rounds(short: 1, full: 5) {
            for up in Self.sizes {
                for down in Self.sizes {
                    for order in Order.allCases {
                        try halfClose(lab, server, up, down, order)
                        connections += 1
                        bytes += up + down
                    }
                }
            }
        }
        #expect(RelayTraffic.eventually { lab.dataPlane.counters.openConnections == 0 })
        let ended = lab.dataPlane.drainFlows().filter { $0.verdict != .forwarded }
        #expect(ended.allSatisfy { $0.verdict == .closed } && ended.count == connections)
        #expect(ended.reduce(0) { $0 + Int($1.bytesToBackend + $1.bytesToClient) } == bytes)
        Reliability.report(
            "proxy", "half-close at every point",
            "\(connections) connections of 0 B to 1 MiB each way, \(bytes >> 20) MiB, all bytes equal, every FIN a FIN")
    }

    private func halfClose(
        _ lab: borrowing RelayLab, _ server: TestServer, _ up: Int, _ down: Int, _ order: Order
    ) throws {
        let client = try lab.connect()
        let far = try #require(server.takeConnection())
        let wrong = Tally()
        // Offsets that differ by direction, so that bytes sent back to their sender would not go unnoticed.
        let question = Array(RelayTraffic.pattern.prefix(up))
        let answer = Array(RelayTraffic.pattern.dropFirst(40_000).prefix(down))
        let ask: @Sendable () -> Void = {
            client.write(question)
            client.finishWriting()
        }
        let reply: @Sendable () -> Void = {
            far.write(answer)
            far.finishWriting()
        }
        let expectQuestion: @Sendable () -> Void = {
            let read = far.readToEnd()
            if read.bytes != question || read.error != 0 { wrong.add() }
        }
        let expectAnswer: @Sendable () -> Void = {
            let read = client.readToEnd()
            if read.bytes != answer || read.error != 0 { wrong.add() }
        }
        switch order {
        case .client:
            RelayTraffic.together([ask, expectQuestion])
            RelayTraffic.together([reply, expectAnswer])
        case .backend:
            RelayTraffic.together([reply, expectAnswer])
            RelayTraffic.together([ask, expectQuestion])
        case .together: RelayTraffic.together([ask, reply, expectQuestion, expectAnswer])
        }
        #expect(wrong.count == 0, "\(up) bytes up, \(down) down, \(order)")
    }

    @Test(
        "design 7: against a reader that reads nothing the relay holds one buffer for each direction, and loses nothing"
    )
    func readersThatDoNotRead() throws {
        let lab = try RelayLab()
        let server = try lab.server(0, .hold)
        try lab.serve([RelayLab.backend(0)])
        let pairs = Reliability.rounds(short: 4, full: 32)
        let limit = 256 << 20
        let before = RelayTraffic.residentKB
        var ends: [(client: TestSocket, far: TestSocket)] = []
        for _ in 0..<pairs { ends.append((try lab.connect(), try #require(server.takeConnection()))) }
        let taken = Tally()
        let largest = Tally()
        let pushes = ends.flatMap { [$0.client, $0.far] }.map { socket -> @Sendable () -> Void in
            {
                let count = RelayTraffic.push(socket, atMost: limit)
                taken.add(count)
                largest.raise(to: count)
            }
        }
        RelayTraffic.together(pushes)
        let counters = lab.dataPlane.counters
        #expect(largest.count < limit, "somebody took what nobody reads")
        #expect(counters.heldBuffers <= 2 * pairs)
        let resident = RelayTraffic.residentKB
        // What was taken arrives when somebody reads at last.
        let arrived = Tally()
        let drains = ends.flatMap { [$0.client, $0.far] }.map { socket -> @Sendable () -> Void in
            { arrived.add(RelayTraffic.drain(socket).count) }
        }
        for end in ends {
            end.client.finishWriting()
            end.far.finishWriting()
        }
        RelayTraffic.together(drains)
        #expect(arrived.count == taken.count)
        #expect(RelayTraffic.eventually { lab.dataPlane.counters.heldBuffers == 0 })
        Reliability.report(
            "proxy", "readers that read nothing",
            """
            \(pairs) connections pushed from both ends, at most 256 MiB each: the kernel's buffers took \
            \(taken.count >> 20) MiB (largest \(largest.count >> 20)), the relay \(counters.heldBuffers * 64) KiB, \
            resident memory of the test \(before >> 10) to \(resident >> 10) MiB; all arrived later
            """)
    }

    @Test("design 7: a slow reader slows its sender down and fills nothing in between", arguments: [true, false])
    func slowReader(readsAtBackend: Bool) throws {
        let lab = try RelayLab()
        let server = try lab.server(0, .hold)
        try lab.serve([RelayLab.backend(0)])
        let client = try lab.connect()
        let far = try #require(server.takeConnection())
        let (sender, reader) = readsAtBackend ? (client, far) : (far, client)
        let total = Reliability.rounds(short: 32, full: 256) << 20
        let before = RelayTraffic.residentKB
        let read = Tally()
        let held = Tally()
        let plane = lab.dataPlane
        RelayTraffic.together([
            {
                let chunk = [UInt8](repeating: 3, count: 1 << 20)
                for _ in 0..<(total >> 20) where sender.write(chunk) != 0 { break }
                sender.finishWriting()
            },
            {
                var buffer = [UInt8](repeating: 0, count: 1 << 20)
                while true {
                    let count = recv(reader.descriptor, &buffer, buffer.count, 0)
                    if count <= 0 { return }
                    read.add(count)
                    held.raise(to: plane.counters.heldBuffers)
                    usleep(500)
                }
            },
        ])
        #expect(read.count == total)
        #expect(held.count <= 1)
        Reliability.report(
            "proxy", "slow reader at the \(readsAtBackend ? "backend" : "client")",
            """
            \(total >> 20) MiB, at most \(held.count * 64) KiB in the relay, resident memory of the test \
            \(before >> 10) to \(RelayTraffic.residentKB >> 10) MiB
            """)
    }
}
