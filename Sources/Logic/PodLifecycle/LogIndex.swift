/// When parts of a log were written: a position in the log and a time for each, in order.
///
/// The log itself is the container's output, byte by byte; a runtime of Kubernetes writes the time into every line of
/// it (CRI's format), so that `cat` shows something else than what the container printed.
package struct LogIndex: Hashable, Sendable {
    private struct Entry: Hashable {
        var position: Int
        var nanoseconds: Int64
    }

    private var entries: [Entry] = []
    private static let entrySize = 16

    /// Two parts within so many seconds share an entry.
    package static let resolution = 0.001

    package static func path(ofLog path: String) -> String { path + ".times" }

    /// One entry as it stands in the file: both numbers little-endian, eight bytes each.
    package static func entry(position: Int, time: Double) -> [UInt8] {
        func bytes(_ number: UInt64) -> [UInt8] {
            (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * UInt64($0))) }
        }
        return bytes(UInt64(max(0, position))) + bytes(UInt64(max(0, time) * 1e9))
    }

    /// - Parameter bytes: the file's; a last entry that is not whole yet is left out.
    package init(_ bytes: [UInt8]) {
        func number(_ start: Int) -> UInt64 { (0..<8).reduce(0) { $0 | UInt64(bytes[start + $1]) << (8 * UInt64($1)) } }
        for start in stride(from: 0, to: bytes.count - bytes.count % Self.entrySize, by: Self.entrySize) {
            entries.append(
                Entry(
                    position: Int(truncatingIfNeeded: number(start) & UInt64(Int64.max)),
                    nanoseconds: Int64(truncatingIfNeeded: number(start + 8) & UInt64(Int64.max))))
        }
    }

    /// When the byte at a position was written, in nanoseconds since 1970; nil where nobody wrote it down.
    package func time(at position: Int) -> Int64? {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].position <= position { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? nil : entries[low - 1].nanoseconds
    }
}
