package import ClusterState
import Synchronization

/// The store inside the lab's daemon: a dictionary, a bounded history for watches, and a log.
///
/// A write is appended to the log before it is applied, so what was acknowledged is there after a crash. The log is
/// replaced by a snapshot when it has grown to several times what is alive.
package final class EmbeddedStore: ObjectStore {
    private struct Watcher {
        var prefix: String
        var body: @Sendable (StoreEvent) -> Void
    }

    private struct State {
        var values: [String: StoredValue] = [:]
        var revision: Int64 = 0
        var history: [StoreEvent] = []
        /// Events up to this revision are forgotten.
        var compacted: Int64 = 0
        var watchers: [Int: Watcher] = [:]
        var nextWatcher = 1
        var liveBytes = 0
        var logBytes = 0
    }

    private let log: any StoreLog
    private let historyLimit: Int
    /// The log is compacted when it exceeds this and four times the live bytes.
    private let compactionFloor: Int
    private let state: Mutex<State>
    /// Whether the log ended in the middle of a record, which is left out: that write was never acknowledged.
    package let hasDroppedTornRecord: Bool

    /// Opens the store on what the log holds. A torn last record, of a write that was never acknowledged, is dropped.
    ///
    /// - Throws: `log`, or `corrupt` when a record that is not the last is damaged.
    package init(log: any StoreLog, historyLimit: Int = 10_000, compactionFloor: Int = 4 << 20) throws(StoreError) {
        self.log = log
        self.historyLimit = historyLimit
        self.compactionFloor = compactionFloor
        var state = State()
        let bytes: [UInt8]
        do throws(StoreLogError) { bytes = try log.contents() } catch { throw .log(error) }
        let outcome = StoreRecord.replay(bytes) { Self.apply($0, to: &state) }
        if case .damaged(let offset) = outcome { throw .corrupt(offset: offset) }
        state.logBytes = bytes.count
        hasDroppedTornRecord = outcome == .torn
        if outcome == .torn {
            let snapshot = Self.snapshot(state)
            do throws(StoreLogError) { try log.replace(with: snapshot) } catch { throw .log(error) }
            state.logBytes = snapshot.count
        }
        state.history = []
        state.compacted = state.revision
        self.state = Mutex(state)
    }

    package var revision: Int64 { state.withLock { $0.revision } }

    package func get(_ key: String) -> StoredValue? { state.withLock { $0.values[key] } }

    package func list(prefix: String) -> StoreListing {
        state.withLock { state in
            StoreListing(
                values: state.values.values.filter { $0.key.hasPrefix(prefix) }.sorted { $0.key < $1.key },
                revision: state.revision)
        }
    }

    package func create(_ key: String, _ value: [UInt8]) throws(StoreError) -> Int64 {
        try write { state throws(StoreError) in
            if state.values[key] != nil { throw .exists(key: key) }
            return StoreRecord(operation: .put, revision: state.revision + 1, key: key, value: value)
        }
    }

    package func update(_ key: String, _ value: [UInt8], ifRevision revision: Int64) throws(StoreError) -> Int64 {
        try write { state throws(StoreError) in
            guard let old = state.values[key] else { throw .notFound(key: key) }
            if old.modRevision != revision { throw .conflict(key: key, current: old.modRevision) }
            return StoreRecord(operation: .put, revision: state.revision + 1, key: key, value: value)
        }
    }

    package func delete(_ key: String, ifRevision revision: Int64?) throws(StoreError) -> Int64 {
        try write { state throws(StoreError) in
            guard let old = state.values[key] else { throw .notFound(key: key) }
            if let revision, old.modRevision != revision { throw .conflict(key: key, current: old.modRevision) }
            return StoreRecord(operation: .delete, revision: state.revision + 1, key: key, value: [])
        }
    }

    package func watch(
        prefix: String, after revision: Int64, _ body: @escaping @Sendable (StoreEvent) -> Void
    ) throws(StoreError) -> StoreWatchID {
        try state.withLock { state throws(StoreError) in
            if revision < state.compacted { throw .compacted(oldest: state.compacted) }
            for event in state.history where event.revision > revision && event.key.hasPrefix(prefix) { body(event) }
            let number = state.nextWatcher
            state.nextWatcher += 1
            state.watchers[number] = Watcher(prefix: prefix, body: body)
            return StoreWatchID(number)
        }
    }

    package func cancel(_ watch: StoreWatchID) {
        state.withLock { _ = $0.watchers.removeValue(forKey: watch.number) }
    }

    private func write(_ decide: (borrowing State) throws(StoreError) -> StoreRecord) throws(StoreError) -> Int64 {
        try state.withLock { state throws(StoreError) in
            let record = try decide(state)
            let bytes = record.bytes
            do throws(StoreLogError) {
                if state.logBytes > 0, log.isLost {
                    let snapshot = Self.snapshot(state)
                    try log.replace(with: snapshot)
                    state.logBytes = snapshot.count
                }
                try log.append(bytes)
            } catch {
                throw .log(error)
            }
            state.logBytes += bytes.count
            let event = Self.apply(record, to: &state)
            state.history.append(event)
            if state.history.count > historyLimit * 2 {
                state.history.removeFirst(state.history.count - historyLimit)
                state.compacted = state.history[0].revision - 1
            }
            for watcher in state.watchers.values where event.key.hasPrefix(watcher.prefix) { watcher.body(event) }
            compactIfWorthwhile(&state)
            return record.revision
        }
    }

    /// A failure to compact is not the writer's: the longer log still holds everything.
    private func compactIfWorthwhile(_ state: inout State) {
        guard state.logBytes > compactionFloor, state.logBytes > 4 * state.liveBytes else { return }
        let snapshot = Self.snapshot(state)
        if (try? log.replace(with: snapshot)) != nil { state.logBytes = snapshot.count }
    }

    @discardableResult
    private static func apply(_ record: StoreRecord, to state: inout State) -> StoreEvent {
        let old = state.values[record.key]
        state.revision = record.revision
        state.liveBytes -= old.map { $0.value.count + $0.key.utf8.count } ?? 0
        switch record.operation {
        case .put, .restore:
            let created = record.operation == .restore ? record.createRevision : old?.createRevision
            state.values[record.key] = StoredValue(
                key: record.key, value: record.value, createRevision: created ?? record.revision,
                modRevision: record.revision)
            state.liveBytes += record.value.count + record.key.utf8.count
            return StoreEvent(
                kind: old == nil ? .create : .update, key: record.key, value: record.value, revision: record.revision)
        case .delete:
            state.values[record.key] = nil
            return StoreEvent(
                kind: .delete, key: record.key, value: old?.value ?? [], revision: record.revision)
        case .mark:
            return StoreEvent(kind: .update, key: "", value: [], revision: record.revision)
        }
    }

    private static func snapshot(_ state: borrowing State) -> [UInt8] {
        var bytes: [UInt8] = []
        for value in state.values.values.sorted(by: { $0.modRevision < $1.modRevision }) {
            bytes +=
                StoreRecord(
                    operation: .restore, revision: value.modRevision, createRevision: value.createRevision,
                    key: value.key, value: value.value
                ).bytes
        }
        // The last write may have been a deletion, whose revision must not be given again.
        return bytes + StoreRecord(operation: .mark, revision: state.revision, key: "", value: []).bytes
    }
}
