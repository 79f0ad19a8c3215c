package import NetworkPlanning
internal import Synchronization

/// A journal that lasts as long as the test, and remembers every record it was given.
package final class InMemoryJournal: Journal {
    /// What a save can be made to fail with.
    package struct Full: Error {
        package init() {}
    }

    private struct Content {
        var record: JournalRecord?
        var saved: [JournalRecord] = []
        var savesUntilFull: Int?
    }

    private let content: Mutex<Content>

    package init(_ record: JournalRecord? = nil) {
        content = Mutex(Content(record: record))
    }

    /// The record as it stands.
    package var record: JournalRecord? { content.withLock { $0.record } }

    /// Every record saved so far, in order.
    package var saved: [JournalRecord] { content.withLock { $0.saved } }

    /// Lets this many saves succeed and every later one fail, as on a full disk.
    package func fillUp(after saves: Int = 0) {
        content.withLock { $0.savesUntilFull = saves }
    }

    package func load() throws -> JournalRecord? { record }

    package func save(_ record: JournalRecord) throws {
        try content.withLock { content in
            if let left = content.savesUntilFull {
                if left == 0 { throw Full() }
                content.savesUntilFull = left - 1
            }
            content.record = record
            content.saved.append(record)
        }
    }

    package func clear() throws {
        content.withLock { $0.record = nil }
    }
}
