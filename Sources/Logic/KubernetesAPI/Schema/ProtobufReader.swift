/// The wire format of protobuf: numbered fields one after the other.
struct ProtobufReader {
    enum Value {
        case number(UInt64)
        case bytes(ArraySlice<UInt8>)
    }

    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    /// The next field; nil at the end.
    ///
    /// - Throws: that the bytes are no protobuf.
    mutating func next() throws(MalformedProtobuf) -> (number: Int, value: Value)? {
        if rest.isEmpty { return nil }
        let key = try varint()
        let number = Int(truncatingIfNeeded: key >> 3)
        guard number > 0 else { throw MalformedProtobuf() }
        switch key & 7 {
        case 0: return (number, .number(try varint()))
        case 1: return (number, .number(try fixed(8)))
        case 2:
            let length = try varint()
            guard length <= UInt64(rest.count) else { throw MalformedProtobuf() }
            let bytes = rest.prefix(Int(length))
            rest = rest.dropFirst(Int(length))
            return (number, .bytes(bytes))
        case 5: return (number, .number(try fixed(4)))
        default: throw MalformedProtobuf()
        }
    }

    /// A number alone, as in a packed list; nil at the end.
    mutating func nextPacked() throws(MalformedProtobuf) -> UInt64? { rest.isEmpty ? nil : try varint() }

    private mutating func varint() throws(MalformedProtobuf) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while let byte = rest.popFirst() {
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
            shift += 7
            guard shift < 64 else { break }
        }
        throw MalformedProtobuf()
    }

    private mutating func fixed(_ count: Int) throws(MalformedProtobuf) -> UInt64 {
        guard rest.count >= count else { throw MalformedProtobuf() }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}

/// Bytes that are no protobuf message of the kind they claim to be.
struct MalformedProtobuf: Error, Hashable {}
