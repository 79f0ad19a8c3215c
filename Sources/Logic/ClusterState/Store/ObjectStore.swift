/// Where a cluster's objects are kept, with etcd's semantics.
///
/// One revision counts every write of every key. Writes compare and swap, watches start at a revision. Keys are
/// etcd's (`/registry/pods/default/x`, see ``StoreKey``), values JSON. The embedded store needs no server; etcd
/// itself fits behind the same port, where a key may also be bound to a lease that deletes it when it is not renewed
/// (the embedded store lives in the process that would renew it, so the port does not ask for one).
///
/// Every call is synchronous and safe from any thread. An acknowledged write outlives the process.
package protocol ObjectStore: Sendable {
    /// The last write's revision; 0 for an empty store.
    var revision: Int64 { get }

    /// The value now; nil when the key does not exist.
    func get(_ key: String) -> StoredValue?

    /// Every key with this prefix in order, and the revision at which they were read.
    func list(prefix: String) -> StoreListing

    /// Writes a key that does not exist.
    ///
    /// - Throws: `exists`; `log` when the write could not be made durable, and then nothing changed.
    func create(_ key: String, _ value: [UInt8]) throws(StoreError) -> Int64

    /// Writes a key last written at `revision`.
    ///
    /// - Throws: `conflict`, `notFound`, `log`.
    func update(_ key: String, _ value: [UInt8], ifRevision revision: Int64) throws(StoreError) -> Int64

    /// Deletes a key; with `revision` only if that was its last write.
    ///
    /// - Throws: `conflict`, `notFound`, `log`.
    func delete(_ key: String, ifRevision revision: Int64?) throws(StoreError) -> Int64

    /// Calls `body` with each event of the prefix after `revision`, first the past ones, then every new one, in
    /// order. `body` runs inside the write: it must be brief and must not call the store.
    ///
    /// - Throws: `compacted` when events after `revision` are no longer known: list anew and watch from there.
    func watch(
        prefix: String, after revision: Int64, _ body: @escaping @Sendable (StoreEvent) -> Void
    ) throws(StoreError) -> StoreWatchID

    /// Ends a watch; `body` is not called afterwards.
    func cancel(_ watch: StoreWatchID)
}

/// A key's value with the revisions of its first and last write.
package struct StoredValue: Hashable, Sendable {
    package var key: String
    package var value: [UInt8]
    package var createRevision: Int64
    package var modRevision: Int64

    package init(key: String, value: [UInt8], createRevision: Int64, modRevision: Int64) {
        self.key = key
        self.value = value
        self.createRevision = createRevision
        self.modRevision = modRevision
    }
}

/// What was listed, and when.
package struct StoreListing: Hashable, Sendable {
    package var values: [StoredValue]
    package var revision: Int64

    package init(values: [StoredValue], revision: Int64) {
        self.values = values
        self.revision = revision
    }
}

/// One write, as a watch sees it.
package struct StoreEvent: Hashable, Sendable {
    package enum Kind: Hashable, Sendable { case create, update, delete }

    package var kind: Kind
    package var key: String
    /// The new value; for a deletion the last one.
    package var value: [UInt8]
    package var revision: Int64

    package init(kind: Kind, key: String, value: [UInt8], revision: Int64) {
        self.kind = kind
        self.key = key
        self.value = value
        self.revision = revision
    }
}

/// Names a running watch.
package struct StoreWatchID: Hashable, Sendable {
    package var number: Int
    package init(_ number: Int) { self.number = number }
}

/// Why the store refused.
package enum StoreError: Error, Hashable, Sendable, CustomStringConvertible {
    case exists(key: String)
    case notFound(key: String)
    /// Somebody else wrote in between; `current` is the key's revision now.
    case conflict(key: String, current: Int64)
    /// Events up to and including `oldest` are forgotten.
    case compacted(oldest: Int64)
    /// The log could not be written or read.
    case log(StoreLogError)
    /// The log holds a record that was damaged after it was written, at this byte.
    case corrupt(offset: Int)

    package var description: String {
        switch self {
        case .exists(let key): "\(key) exists"
        case .notFound(let key): "\(key) does not exist"
        case .conflict(let key, let current): "\(key) was written in between, at revision \(current)"
        case .compacted(let oldest): "events up to revision \(oldest) are forgotten"
        case .log(let error): "\(error)"
        case .corrupt(let offset): "the log is damaged at byte \(offset)"
        }
    }
}
