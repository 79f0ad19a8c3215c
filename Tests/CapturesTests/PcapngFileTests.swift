import Captures
import NetworkModel
import Testing

/// The blocks' layout, byte by byte, by draft-ietf-opsawg-pcapng.
@Suite struct PcapngFileTests {
    private let file: PcapngFile

    init() throws {
        let namespace = try #require(NamespaceName(rawValue: "l.n"))
        file = PcapngFile(
            [(CapturePoint(namespace: namespace, link: .eth0, place: "n"), .ethernet)], snapLength: 96,
            application: "netlab")
    }

    /// Type, total length, and the repeated length at the end of each block.
    private func blocks(_ bytes: [UInt8]) -> [(type: UInt32, body: ArraySlice<UInt8>)] {
        func number(_ offset: Int) -> UInt32 {
            (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << UInt32(8 * $1) }
        }
        var found: [(type: UInt32, body: ArraySlice<UInt8>)] = []
        var offset = 0
        while offset < bytes.count {
            let length = Int(number(offset + 4))
            #expect(length % 4 == 0 && length >= 12 && offset + length <= bytes.count)
            guard length >= 12, offset + length <= bytes.count else { break }
            #expect(number(offset + length - 4) == UInt32(length))
            found.append((number(offset), bytes[(offset + 8)..<(offset + length - 4)]))
            offset += length
        }
        return found
    }

    @Test func aHeaderIsASectionAndADescriptionOfEachInterface() {
        let found = blocks(file.header)
        #expect(found.map(\.type) == [0x0A0D_0D0A, 1])
        #expect(Array(found[0].body.prefix(8)) == [0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0])
        // Ethernet, the snap length, and the name as the first option.
        #expect(
            Array(found[1].body.prefix(18)) == [1, 0, 0, 0, 96, 0, 0, 0, 2, 0, 6, 0] + Array("n:eth0".utf8))
    }

    @Test(arguments: [(0, 0), (1, 4), (4, 4), (61, 64)])
    func aPacketIsPaddedToWords(count: Int, padded: Int) {
        let packet = CapturedPacket(
            point: 3, time: 0x1_0000_0002, direction: .outgoing, bytes: [UInt8](repeating: 7, count: count), length: 99)
        let found = blocks(file.block(packet))
        #expect(found.map(\.type) == [6])
        let little = { (number: Int) in [UInt8(number), 0, 0, 0] }
        #expect(
            Array(found[0].body)
                == little(3) + little(1) + little(2) + little(count) + little(99)
                + [UInt8](repeating: 7, count: count) + [UInt8](repeating: 0, count: padded - count)
                + [2, 0, 4, 0, 2, 0, 0, 0, 0, 0, 0, 0])
    }

    @Test func whatWasDroppedIsTold() {
        let found = blocks(file.statistics([CaptureCount(received: 258, dropped: 5)], time: 9))
        #expect(found.map(\.type) == [5])
        #expect(
            Array(found[0].body) == [0, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 4, 0, 8, 0, 2, 1, 0, 0, 0, 0, 0, 0]
                + [5, 0, 8, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    }
}
