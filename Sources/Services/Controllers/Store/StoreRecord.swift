/// One write in the log: length, checksum, then operation, revisions, key and value, all little-endian.
struct StoreRecord {
    enum Operation: UInt8 { case put = 1, delete = 2, restore = 3, mark = 4 }

    /// How a replay ended.
    enum ReplayOutcome: Equatable {
        case whole
        /// The last record is not all there.
        case torn
        /// A bad record at this byte has others behind it.
        case damaged(offset: Int)
    }

    var operation: Operation
    var revision: Int64
    var createRevision: Int64 = 0
    var key: String
    var value: [UInt8]

    var bytes: [UInt8] {
        var body: [UInt8] = [operation.rawValue]
        body.reserveCapacity(24 + key.utf8.count + value.count)
        Self.append(UInt64(revision), 8, to: &body)
        Self.append(UInt64(createRevision), 8, to: &body)
        Self.append(UInt64(key.utf8.count), 4, to: &body)
        body += key.utf8
        body += value
        var record: [UInt8] = []
        record.reserveCapacity(body.count + 8)
        Self.append(UInt64(body.count), 4, to: &record)
        Self.append(UInt64(Self.checksum(body[...])), 4, to: &record)
        return record + body
    }

    /// Calls `body` with each whole record.
    static func replay(_ bytes: [UInt8], _ body: (StoreRecord) -> Void) -> ReplayOutcome {
        var offset = 0
        while offset < bytes.count {
            guard bytes.count - offset >= 8 else { return .torn }
            let end = offset + 8 + Int(number(bytes, offset, 4))
            guard end <= bytes.count else {
                // A length that was damaged points past the end as one does that was cut short. Whole records further
                // on tell the two apart: behind the last write there are none.
                return hasWholeRecord(bytes, after: offset) ? .damaged(offset: offset) : .torn
            }
            let content = bytes[(offset + 8)..<end]
            guard checksum(content) == UInt32(number(bytes, offset + 4, 4)), let record = StoreRecord(content) else {
                return end == bytes.count ? .torn : .damaged(offset: offset)
            }
            body(record)
            offset = end
        }
        return .whole
    }

    /// Whether a whole record begins anywhere behind this byte.
    private static func hasWholeRecord(_ bytes: [UInt8], after offset: Int) -> Bool {
        guard bytes.count - offset > 29 else { return false }
        return ((offset + 1)...(bytes.count - 29)).contains { start in
            // The cheap tests first: nearly every byte fails them.
            let length = Int(number(bytes, start, 4))
            guard length >= 21, start + 8 + length <= bytes.count, Operation(rawValue: bytes[start + 8]) != nil else {
                return false
            }
            let content = bytes[(start + 8)..<(start + 8 + length)]
            return checksum(content) == UInt32(number(bytes, start + 4, 4)) && StoreRecord(content) != nil
        }
    }

    init(operation: Operation, revision: Int64, createRevision: Int64 = 0, key: String, value: [UInt8]) {
        self.operation = operation
        self.revision = revision
        self.createRevision = createRevision
        self.key = key
        self.value = value
    }

    private init?(_ content: ArraySlice<UInt8>) {
        let bytes = Array(content)
        guard bytes.count >= 21, let operation = Operation(rawValue: bytes[0]) else { return nil }
        let keyEnd = 21 + Int(Self.number(bytes, 17, 4))
        guard keyEnd <= bytes.count else { return nil }
        self.operation = operation
        revision = Int64(bitPattern: Self.number(bytes, 1, 8))
        createRevision = Int64(bitPattern: Self.number(bytes, 9, 8))
        key = String(decoding: bytes[21..<keyEnd], as: UTF8.self)
        value = Array(bytes[keyEnd...])
    }

    private static func append(_ number: UInt64, _ count: Int, to bytes: inout [UInt8]) {
        for index in 0..<count { bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(8 * index))) }
    }

    private static func number(_ bytes: [UInt8], _ offset: Int, _ count: Int) -> UInt64 {
        (0..<count).reduce(0) { $0 | UInt64(bytes[offset + $1]) << UInt64(8 * $1) }
    }

    private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.reduce(2_166_136_261) { ($0 ^ UInt32($1)) &* 16_777_619 }
    }
}
