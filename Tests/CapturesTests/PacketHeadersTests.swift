import Captures
import NetworkModel
import Testing

/// Packets written by hand, told as tcpdump tells them, and chosen by filters.
@Suite struct PacketHeadersTests {
    private static func ethernet(_ type: UInt16, _ payload: [UInt8]) -> CapturedPacket {
        CapturedPacket(
            point: 0, time: 0, direction: .incoming,
            bytes: [UInt8](repeating: 0xee, count: 12) + [UInt8(type >> 8), UInt8(type & 0xff)] + payload)
    }

    private static func ipv4(_ number: UInt8, fragment: [UInt8] = [0, 0], _ payload: [UInt8]) -> CapturedPacket {
        ethernet(
            0x0800,
            [0x45, 0, 0, UInt8(20 + payload.count), 0, 1] + fragment + [64, number, 0, 0, 10, 0, 1, 3, 10, 0, 2, 4]
                + payload)
    }

    private static let syn: [UInt8] =
        [0x9c, 0x40, 0x1f, 0x90, 0, 0, 0, 5, 0, 0, 0, 0, 0x50, 0x02, 0xff, 0xff, 0, 0, 0, 0]
    private static let arp = ethernet(
        0x0806,
        [0, 1, 8, 0, 6, 4, 0, 1, 2, 0x42, 0xac, 18, 0, 2, 172, 18, 0, 2, 0, 0, 0, 0, 0, 0, 172, 18, 0, 3])

    static let told: [(CapturedPacket, String)] = [
        (ipv4(6, syn), "IP 10.0.1.3.40000 > 10.0.2.4.8080: Flags [S], seq 5, length 0"),
        (
            ipv4(6, [0x1f, 0x90, 0x9c, 0x40, 0, 0, 0, 1, 0, 0, 0, 6, 0x50, 0x18, 0, 9, 0, 0, 0, 0, 1, 2]),
            "IP 10.0.1.3.8080 > 10.0.2.4.40000: Flags [P.], seq 1, ack 6, length 2"
        ),
        (ipv4(17, [0, 53, 0, 99, 0, 10, 0, 0, 1, 2]), "IP 10.0.1.3.53 > 10.0.2.4.99: UDP, length 2"),
        (ipv4(1, [8, 0, 0, 0, 0, 7, 0, 1]), "IP 10.0.1.3 > 10.0.2.4: ICMP echo request, id 7, seq 1"),
        (ipv4(1, [3, 1, 0, 0, 0, 0, 0, 0]), "IP 10.0.1.3 > 10.0.2.4: ICMP host unreachable"),
        (
            ipv4(1, [3, 4, 0, 0, 0, 0, 5, 0x78]),
            "IP 10.0.1.3 > 10.0.2.4: ICMP unreachable - need to frag (mtu 1400)"
        ),
        (ipv4(17, fragment: [0, 185], [1, 2]), "IP 10.0.1.3 > 10.0.2.4: fragment at 1480"),
        (ipv4(132, [1, 2]), "IP 10.0.1.3 > 10.0.2.4: ip-proto-132"),
        (arp, "ARP, Request who-has 172.18.0.3 tell 172.18.0.2"),
        (
            ethernet(
                0x86dd,
                [0x60, 0, 0, 0, 0, 8, 58, 255] + [0xfe, 0x80] + [UInt8](repeating: 0, count: 13) + [1]
                    + [0xff, 2] + [UInt8](repeating: 0, count: 13) + [2] + [133, 0, 0, 0, 0, 0, 0, 0]),
            "IP6 fe80::1 > ff02::2: ICMP6, router solicitation"
        ),
    ]

    @Test(arguments: told)
    func aPacketIsToldInOneLine(packet: CapturedPacket, text: String) {
        #expect(PacketHeaders(packet)?.description == text)
    }

    /// A snap length may end a packet anywhere: nothing may be read beyond it.
    @Test(arguments: told.map(\.0))
    func aCutPacketIsNoTrap(packet: CapturedPacket) {
        for count in 0..<packet.bytes.count {
            var cut = packet
            cut.bytes = Array(packet.bytes.prefix(count))
            _ = PacketHeaders(cut)?.description
        }
        #expect(PacketHeaders(CapturedPacket(point: 0, time: 0, direction: .incoming, bytes: [0x45])) == nil)
    }

    @Test(arguments: [
        (PacketFilter(), true), (PacketFilter(ports: [8080]), true), (PacketFilter(ports: [40000, 1]), true),
        (PacketFilter(ports: [80]), false), (PacketFilter(hosts: [IPPrefix(IPAddress(10, 0, 2, 0), 24)]), true),
        (PacketFilter(hosts: [IPPrefix(host: IPAddress(10, 0, 1, 3))]), true),
        (PacketFilter(hosts: [IPPrefix(IPAddress(10, 1, 0, 0), 16)]), false),
        (PacketFilter(kinds: [.udp, .tcp]), true),
        (PacketFilter(kinds: [.arp]), false), (PacketFilter(ports: [8080], kinds: [.udp]), false),
    ])
    func aFilterAsksForAllThatItSays(filter: PacketFilter, isWanted: Bool) {
        #expect(filter.matches(Self.ipv4(6, Self.syn)) == isWanted)
    }

    @Test func whatIsNotUnderstoodPassesOnlyTheEmptyFilter() {
        let odd = Self.ethernet(0x88cc, [1, 2, 3])
        #expect(PacketFilter().matches(odd))
        #expect(!PacketFilter(ports: [80]).matches(odd) && !PacketFilter(kinds: [.arp]).matches(odd))
        #expect(PacketFilter(kinds: [.arp]).matches(Self.arp))
        #expect(PacketFilter(hosts: [IPPrefix(host: IPAddress(172, 18, 0, 3))]).matches(Self.arp))
    }
}
