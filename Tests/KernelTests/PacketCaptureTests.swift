import Captures
import LinuxKernel
import NetlabTestSupport
import NetworkModel
import NetworkPlanning
import Testing

/// Packet sockets on two ends of a veth pair at once.
@Suite(.enabled(if: KernelTestGate.canRun)) struct PacketCaptureTests {
    /// Reads until enough has come; nothing more is waited for.
    private func read(_ capture: PacketCapture, _ enough: ([CapturedPacket]) -> Bool) -> [CapturedPacket] {
        var packets: [CapturedPacket] = []
        let end = Clock.monotonic() + 20
        while !enough(packets), Clock.monotonic() < end { packets += capture.read(until: end) }
        return packets
    }

    private func isEcho(_ packet: CapturedPacket) -> Bool {
        if case .icmp = PacketHeaders(packet)?.payload { return true }
        return false
    }

    @Test("both ends see a ping: request out and in, reply out and in, the snap length cuts, names are per namespace")
    func bothEndsAreSeen() throws {
        try withLabFixture { fixture in
            let names = try fixture.addNamespaces("a", "b")
            _ = try Witness.shell(
                """
                set -e
                ip link add eth0 netns \(names[0]) type veth peer name eth0 netns \(names[1])
                ip -n \(names[0]) addr add 10.1.0.1/24 dev eth0; ip -n \(names[1]) addr add 10.1.0.2/24 dev eth0
                ip -n \(names[0]) link set eth0 up; ip -n \(names[1]) link set eth0 up
                """)
            let points = zip(names, ["a", "b"]).map {
                CapturePoint(namespace: $0, link: .eth0, place: $1)
            }
            let before = Clock.wall()
            let capture = try PacketCapture(points, snapLength: 60)
            #expect(capture.linkLayers == [.ethernet, .ethernet])
            _ = try Witness.exec(names[0], "ping -c 1 -W 10 10.1.0.2")
            let echoes = read(capture) { $0.count(where: isEcho) >= 4 }.filter(isEcho)
            try #require(echoes.count == 4)
            #expect(echoes.map(\.point) == [0, 1, 1, 0])
            #expect(echoes.map(\.direction) == [.outgoing, .incoming, .outgoing, .incoming])
            // 84 bytes of IP and 14 of Ethernet; 60 are kept.
            #expect(echoes.allSatisfy { $0.length == 98 && $0.bytes.count == 60 })
            #expect(echoes.map(\.time) == echoes.map(\.time).sorted())
            #expect(echoes.allSatisfy { Double($0.time) / 1e9 >= before - 1 && Double($0.time) / 1e9 < before + 60 })
            #expect(capture.counts().allSatisfy { $0.received >= 2 && $0.dropped == 0 })
            // What is there is read without waiting; what is not is not waited for.
            #expect(capture.read(until: 0).allSatisfy { !isEcho($0) })
        }
    }

    @Test("an interface that does not exist is named, and so is a namespace")
    func absentInterface() throws {
        try withLabFixture { fixture in
            let name = try fixture.addNamespaces("a")[0]
            let absent = try #require(LinkName(rawValue: "eth7"))
            let point = CapturePoint(namespace: name, link: absent, place: "a")
            do throws(KernelError) {
                _ = try PacketCapture([point])
                Issue.record("an interface that does not exist was captured on")
            } catch {
                #expect(error.code == .notFound && error.operation.contains("a:eth7"))
            }
        }
    }
}
