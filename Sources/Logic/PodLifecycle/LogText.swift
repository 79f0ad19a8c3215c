internal import KubernetesModel

/// Which part of a log is asked for, and how it is shown (core/v1 PodLogOptions): the log is handed in as it grows.
package struct LogText: Hashable, Sendable {
    /// Only the last so many lines of what is there at first.
    package var tailLines: Int?
    /// No more bytes than that, times included.
    package var limitBytes: Int?
    /// Nothing older, in nanoseconds since 1970.
    package var since: Int64?
    /// Whether every line begins with the time it was written at.
    package var hasTimestamps: Bool

    private var isAtLineStart = true
    /// Whether a line was young enough: those behind it are too.
    private var isYoung = false
    private var sent = 0

    package init(tailLines: Int? = nil, limitBytes: Int? = nil, since: Int64? = nil, hasTimestamps: Bool = false) {
        self.tailLines = tailLines
        self.limitBytes = limitBytes
        self.since = since
        self.hasTimestamps = hasTimestamps
    }

    /// Whether all that may be shown has been.
    package var isFull: Bool { limitBytes.map { sent >= $0 } ?? false }

    /// What is shown of a log as it is found.
    package mutating func begin(_ log: [UInt8], _ index: LogIndex) -> ArraySlice<UInt8> {
        go(on: Self.last(tailLines, linesOf: log), index)
    }

    /// What is shown of what came next.
    ///
    /// - Parameter part: the end of the log, whose indices are positions in it.
    package mutating func go(on part: ArraySlice<UInt8>, _ index: LogIndex) -> ArraySlice<UInt8> {
        var shown = part
        if !isYoung, let since {
            guard let start = young(part, since, index) else { return [] }
            shown = part[start...]
        }
        isYoung = isYoung || !shown.isEmpty
        if hasTimestamps { shown = stamped(shown, index)[...] }
        if let limitBytes { shown = shown.prefix(limitBytes - sent) }
        sent += shown.count
        return shown
    }

    private func young(_ part: ArraySlice<UInt8>, _ since: Int64, _ index: LogIndex) -> Int? {
        var start = part.startIndex
        while start < part.endIndex {
            if (index.time(at: start) ?? since) >= since { return start }
            guard let end = part[start...].firstIndex(of: UInt8(ascii: "\n")) else { return nil }
            start = end + 1
        }
        return nil
    }

    private mutating func stamped(_ part: ArraySlice<UInt8>, _ index: LogIndex) -> [UInt8] {
        var result: [UInt8] = []
        var start = part.startIndex
        while start < part.endIndex {
            if isAtLineStart, let time = index.time(at: start) { result += Self.text(time).utf8 }
            let end = part[start...].firstIndex(of: UInt8(ascii: "\n"))
            let next = end.map { $0 + 1 } ?? part.endIndex
            result += part[start..<next]
            isAtLineStart = end != nil
            start = next
        }
        return result
    }

    /// As the kubelet words it: RFC 3339 in UTC with nine digits, and a space.
    private static func text(_ nanoseconds: Int64) -> String {
        let fraction = String(nanoseconds % 1_000_000_000)
        return Timestamp(seconds: nanoseconds / 1_000_000_000).description.dropLast() + "."
            + String(repeating: "0", count: 9 - fraction.count) + fraction + "Z "
    }

    /// The last lines, or all of them.
    static func last(_ count: Int?, linesOf bytes: [UInt8]) -> ArraySlice<UInt8> {
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
        return count == 0 ? bytes[bytes.endIndex...] : bytes[...]
    }
}
