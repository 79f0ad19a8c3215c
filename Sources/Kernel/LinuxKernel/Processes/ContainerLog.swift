internal import Glibc
internal import PodLifecycle

/// Where a shim writes its container's output: the log is its own standard output, the index says when.
struct ContainerLog {
    private let index: Int32
    private var position = Int(lseek(1, 0, SEEK_END))
    private var indexedAt = 0.0

    /// - Parameter index: a file that is made; without it the log has no times.
    init(index path: String) {
        index = open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0o600)
    }

    /// Writes what came just now. What a full disk does not take is lost, as it would be to the container.
    mutating func append(_ bytes: ArraySlice<UInt8>) {
        let now = Clock.wall()
        if index >= 0, now - indexedAt >= LogIndex.resolution {
            indexedAt = now
            _ = try? StateFile.writeAll(LogIndex.entry(position: position, time: now), to: index)
        }
        guard (try? StateFile.writeAll(Array(bytes), to: 1)) != nil else {
            position = Int(lseek(1, 0, SEEK_END))
            return
        }
        position += bytes.count
    }

    /// In the container's first process, which has no part in it.
    func letGo() { if index >= 0 { close(index) } }
}
