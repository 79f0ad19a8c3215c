/// Writes protobuf messages field by field (the wire format's variable-length numbers and length-delimited bytes).
struct ProtobufWriter: Hashable {
    private(set) var bytes: [UInt8] = []

    mutating func add(_ number: Int, _ bytes: [UInt8]) {
        addNumber(UInt64(number << 3 | 2))
        addNumber(UInt64(bytes.count))
        self.bytes += bytes
    }

    mutating func add(_ number: Int, _ text: String) { add(number, Array(text.utf8)) }

    mutating func add(_ number: Int, _ message: ProtobufWriter) { add(number, message.bytes) }

    private mutating func addNumber(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7f) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
