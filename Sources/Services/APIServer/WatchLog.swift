internal import KubernetesAPI
internal import KubernetesModel
internal import NIOCore

/// The latest changes with the words that they were put into, from which each who watches is told at its own pace.
struct WatchLog {
    private struct Entry {
        var change: ObjectChange
        var type: ResourceType
        var lines = WatchRequest.SharedLines()
    }

    /// Up to which revision changes are here.
    private(set) var end: Int64
    /// After which revision they are.
    private var start: Int64
    private var entries: [Entry] = []
    private var size = 0

    /// Bounds: many short changes, or the words of long ones.
    private static let limits = (entries: 20_000, bytes: 64 << 20)
    /// Bytes that are put together at once for one client.
    private static let portion = 256 << 10

    init(after revision: Int64) {
        start = revision
        end = revision
    }

    mutating func append(_ changes: [ObjectChange]) {
        for change in changes {
            entries.append(Entry(change: change, type: Swift.type(of: change.object.object).resource))
            end = change.revision
        }
        guard entries.count > Self.limits.entries || size > Self.limits.bytes else { return }
        // Half of it, so that this is seldom.
        forget(entries.count / 2)
    }

    private mutating func forget(_ count: Int) {
        guard count > 0 else { return }
        start = entries[count - 1].change.revision
        size -= entries[..<count].reduce(0) { $0 + $1.lines.size }
        entries.removeFirst(count)
    }

    /// Whether what came after a revision is still here.
    func reaches(back revision: Int64) -> Bool { revision >= start }

    /// The next portion for one who was told up to a revision, and up to which it is then.
    mutating func portion(
        for request: WatchRequest, after revision: Int64, now: Double
    ) -> (bytes: ByteBuffer?, revision: Int64) {
        var bytes: [UInt8] = []
        var index = first(after: revision)
        while index < entries.count, bytes.count < Self.portion {
            if entries[index].type == request.resource.type {
                let before = entries[index].lines.size
                bytes += request.event(entries[index].change, now: now, sharing: &entries[index].lines) ?? []
                size += entries[index].lines.size - before
            }
            index += 1
        }
        let last = index == entries.count ? max(end, revision) : entries[index - 1].change.revision
        return (bytes.isEmpty ? nil : ByteBuffer(bytes: bytes), last)
    }

    private func first(after revision: Int64) -> Int {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].change.revision <= revision { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
