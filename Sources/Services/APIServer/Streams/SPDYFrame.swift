/// One frame of SPDY/3.1, as far as Kubernetes' streams use it; others are passed over.
enum SPDYFrame: Equatable {
    case synStream(id: UInt32, headers: [UInt8], isLast: Bool)
    case resetStream(id: UInt32)
    case ping(UInt32)
    case goAway
    case data(id: UInt32, bytes: [UInt8], isLast: Bool)
    case other

    private static func number(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(value >> (24 - 8 * $0) & 0xff) } }

    private static func control(_ type: UInt8, flags: UInt8 = 0, _ body: [UInt8]) -> [UInt8] {
        [0x80, 3, 0, type] + number(UInt32(flags) << 24 | UInt32(body.count)) + body
    }

    /// - Parameter headers: compressed.
    static func synReply(id: UInt32, headers: [UInt8]) -> [UInt8] { control(2, number(id) + headers) }

    /// REFUSED_STREAM: the stream is not to be had, the connection goes on.
    static func refusal(of id: UInt32) -> [UInt8] { control(3, number(id) + number(3)) }

    static func pong(_ id: UInt32) -> [UInt8] { control(6, number(id)) }

    static func dataBytes(id: UInt32, _ bytes: [UInt8], isLast: Bool) -> [UInt8] {
        number(id) + number((isLast ? 1 << 24 : 0) | UInt32(bytes.count)) + bytes
    }

    /// Takes the first whole frame off the front of what was received.
    ///
    /// - Returns: nil when more bytes are needed.
    /// - Throws: that the other end does not speak SPDY/3.1, or sends a frame beyond reason.
    static func take(from buffer: inout [UInt8]) throws(SPDYViolation) -> SPDYFrame? {
        func number(_ offset: Int) -> UInt32 { buffer[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) } }
        guard buffer.count >= 8 else { return nil }
        let length = Int(number(4) & 0xff_ffff)
        guard length <= maximumLength else { throw SPDYViolation() }
        guard buffer.count >= 8 + length else { return nil }
        let isControl = buffer[0] & 0x80 != 0
        let flags = buffer[4]
        let first = number(0)
        let body = Array(buffer[8..<8 + length])
        buffer.removeFirst(8 + length)
        guard isControl else { return .data(id: first & 0x7fff_ffff, bytes: body, isLast: flags & 1 != 0) }
        guard first >> 16 & 0x7fff == 3 else { throw SPDYViolation() }
        func id() throws(SPDYViolation) -> UInt32 {
            guard body.count >= 4 else { throw SPDYViolation() }
            return body[..<4].reduce(0) { $0 << 8 | UInt32($1) } & 0x7fff_ffff
        }
        switch first & 0xffff {
        case 1:
            guard body.count >= 10 else { throw SPDYViolation() }
            return .synStream(id: try id(), headers: Array(body[10...]), isLast: flags & 1 != 0)
        case 3: return .resetStream(id: try id())
        case 6: return .ping(body.count == 4 ? body.reduce(0) { $0 << 8 | UInt32($1) } : 0)
        case 7: return .goAway
        default: return .other
        }
    }

    private static let maximumLength = 4 << 20

    /// The pairs of a header block; names in lower case. nil for a block that is none.
    static func headers(_ block: [UInt8]) -> [String: String]? {
        var rest = block[...]
        func number() -> Int? {
            guard rest.count >= 4 else { return nil }
            defer { rest = rest.dropFirst(4) }
            return rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        }
        func text() -> String? {
            guard let count = number(), count <= rest.count else { return nil }
            defer { rest = rest.dropFirst(count) }
            return String(decoding: rest.prefix(count), as: UTF8.self)
        }
        guard let count = number(), count <= 64 else { return nil }
        var headers: [String: String] = [:]
        for _ in 0..<count {
            guard let name = text(), let value = text() else { return nil }
            headers[name.lowercased()] = value
        }
        return headers
    }
}

/// The other end broke the protocol.
struct SPDYViolation: Error {}
