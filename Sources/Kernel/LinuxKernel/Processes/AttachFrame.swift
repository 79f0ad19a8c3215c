/// What is said to a shim on its `attach` socket: a kind, a length in four bytes, and that many bytes. What the shim
/// answers is the container's output as it comes, and nothing else.
enum AttachFrame: Hashable {
    /// For the container to read.
    case input([UInt8])
    /// The container reads to its end.
    case endOfInput
    /// Of the terminal, in characters.
    case resize(width: UInt16, height: UInt16)

    /// Longer, and it is none of ours.
    static let maximumLength = 1 << 20

    var bytes: [UInt8] {
        let (kind, payload): (UInt8, [UInt8]) =
            switch self {
            case .input(let bytes): (0, bytes)
            case .endOfInput: (1, [])
            case .resize(let width, let height): (2, Self.bytes(width) + Self.bytes(height))
            }
        let length = UInt32(payload.count)
        return [kind] + Self.bytes(UInt16(length >> 16)) + Self.bytes(UInt16(truncatingIfNeeded: length)) + payload
    }

    private static func bytes(_ number: UInt16) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 0xff)] }

    /// A frame that is not as it should be.
    struct Malformed: Error {}

    /// Takes the first frame off a buffer; nil when it is not there as a whole yet.
    static func take(from buffer: inout [UInt8]) throws(Malformed) -> AttachFrame? {
        guard buffer.count >= 5 else { return nil }
        let length = buffer[1..<5].reduce(0) { $0 << 8 | Int($1) }
        guard length <= maximumLength else { throw Malformed() }
        guard buffer.count >= 5 + length else { return nil }
        let kind = buffer[0]
        let payload = Array(buffer[5..<5 + length])
        buffer.removeFirst(5 + length)
        switch (kind, length) {
        case (0, _): return .input(payload)
        case (1, 0): return .endOfInput
        case (2, 4):
            let numbers = payload.map { UInt16($0) }
            return .resize(width: numbers[0] << 8 | numbers[1], height: numbers[2] << 8 | numbers[3])
        default: throw Malformed()
        }
    }
}
