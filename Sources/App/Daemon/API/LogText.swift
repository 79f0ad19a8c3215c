/// Parts of a log.
package enum LogText {
    /// The last lines, or all of them.
    package static func last(_ count: Int?, linesOf bytes: [UInt8]) -> ArraySlice<UInt8> {
        guard let count else { return bytes[...] }
        var remaining = count
        var start = bytes.count
        while start > 0 {
            if start < bytes.count, bytes[start - 1] == UInt8(ascii: "\n") {
                remaining -= 1
                if remaining == 0 { return bytes[start...] }
            }
            start -= 1
        }
        return count == 0 ? [] : bytes[...]
    }
}
