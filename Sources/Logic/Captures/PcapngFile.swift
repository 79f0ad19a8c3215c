/// The blocks of a pcapng file, in the order they are written: the header, the packets, the statistics.
///
/// Little-endian, one section, an interface description for each point with its name, nanosecond times. By
/// draft-ietf-opsawg-pcapng; read back by tcpdump in the tests.
package struct PcapngFile: Sendable {
    private let points: [(point: CapturePoint, linkLayer: LinkLayer)]
    private let snapLength: Int
    private let application: String

    /// - Parameters:
    ///   - points: with what their packets begin with.
    ///   - snapLength: packets are cut to so many bytes.
    ///   - application: what wrote the file, such as `netlab 1.0`.
    package init(_ points: [(point: CapturePoint, linkLayer: LinkLayer)], snapLength: Int, application: String) {
        self.points = points
        self.snapLength = snapLength
        self.application = application
    }

    /// The section header and the descriptions of the interfaces.
    package var header: [UInt8] {
        var section = Block(type: 0x0A0D_0D0A)
        section.append(UInt32(0x1A2B_3C4D))
        section.append(UInt16(1))
        section.append(UInt16(0))
        // The section's length is not known in advance.
        section.append(UInt64.max)
        section.append(option: 4, Array(application.utf8))
        section.endOptions()
        return points.reduce(into: section.bytes) { bytes, entry in
            var block = Block(type: 1)
            block.append(entry.linkLayer.rawValue)
            block.append(UInt16(0))
            block.append(UInt32(clamping: snapLength))
            block.append(option: 2, Array("\(entry.point)".utf8))
            block.append(option: 3, Array("\(entry.point.link) in namespace \(entry.point.namespace)".utf8))
            block.append(option: 9, [9])
            block.endOptions()
            bytes += block.bytes
        }
    }

    /// An enhanced packet block.
    package func block(_ packet: CapturedPacket) -> [UInt8] {
        var block = Block(type: 6)
        block.append(UInt32(clamping: packet.point))
        block.append(UInt32(truncatingIfNeeded: packet.time >> 32))
        block.append(UInt32(truncatingIfNeeded: packet.time))
        block.append(UInt32(clamping: packet.bytes.count))
        block.append(UInt32(clamping: packet.length))
        block.append(padded: packet.bytes)
        block.append(option: 2, packet.direction == .incoming ? [1, 0, 0, 0] : [2, 0, 0, 0])
        block.endOptions()
        return block.bytes
    }

    /// Interface statistics blocks: what each interface received, and what was dropped because nobody read in time.
    ///
    /// - Parameter time: nanoseconds since 1970.
    package func statistics(_ counts: [CaptureCount], time: UInt64) -> [UInt8] {
        counts.enumerated().reduce(into: []) { bytes, entry in
            var block = Block(type: 5)
            block.append(UInt32(clamping: entry.offset))
            block.append(UInt32(truncatingIfNeeded: time >> 32))
            block.append(UInt32(truncatingIfNeeded: time))
            block.append(option: 4, Block.encode(UInt64(entry.element.received)))
            block.append(option: 5, Block.encode(UInt64(entry.element.dropped)))
            block.endOptions()
            bytes += block.bytes
        }
    }

    /// A block under construction; everything in it is a multiple of four bytes long.
    private struct Block {
        private let type: UInt32
        private var body: [UInt8] = []

        init(type: UInt32) { self.type = type }

        static func encode<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
            withUnsafeBytes(of: number.littleEndian) { Array($0) }
        }

        mutating func append<Number: FixedWidthInteger>(_ number: Number) { body += Self.encode(number) }

        mutating func append(padded bytes: [UInt8]) {
            body += bytes
            body += [UInt8](repeating: 0, count: (4 - bytes.count % 4) % 4)
        }

        mutating func append(option code: UInt16, _ value: [UInt8]) {
            append(code)
            append(UInt16(clamping: value.count))
            append(padded: Array(value.prefix(Int(UInt16.max))))
        }

        mutating func endOptions() { append(UInt32(0)) }

        var bytes: [UInt8] {
            let length = Self.encode(UInt32(clamping: body.count + 12))
            return Self.encode(type) + length + body + length
        }
    }
}

/// What an interface's socket counted.
package struct CaptureCount: Hashable, Sendable {
    /// Packets that were there to be read, those dropped included.
    package var received: Int
    package var dropped: Int

    package init(received: Int = 0, dropped: Int = 0) {
        self.received = received
        self.dropped = dropped
    }
}
