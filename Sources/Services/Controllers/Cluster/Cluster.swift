package import ClusterState
package import KubernetesModel
import Synchronization

/// The API server without HTTP: typed objects over a store, with defaults, validation, names, addresses and the rules
/// of deletion.
///
/// Safe from any thread; each call is one step. It keeps every object decoded and is the only writer of its store in
/// this process. Readers follow ``changes(after:)``; ``onChange(_:)`` tells when to look.
package final class Cluster: Sendable {
    struct State {
        var objects: [String: [ObjectKey: any KubernetesObject]] = [:]
        var index = ClusterIndex()
        var changes: [ClusterChange] = []
        var compacted: Int64 = 0
        var revision: Int64 = 0
        /// How many names were made from a base, and objects with a name, since this process began.
        var counts: [String: Int] = [:]
        var wake: [@Sendable () -> Void] = []
        /// Events, oldest first; some may be gone.
        var eventOrder: [ObjectKey] = []
        /// The event that says it.
        var eventKeys: [EventSaying: ObjectKey] = [:]
        /// Whether this is a copy on which something is tried out: nothing reaches the store.
        var isDryRun = false
    }

    package let options: ClusterOptions
    let store: any ObjectStore
    let clock: @Sendable () -> Timestamp
    /// The revision this process began at, part of each uid so that a restart repeats none. Names need no such thing:
    /// one that is taken is passed over.
    let epoch: String
    let state: Mutex<State>
    private let changeLimit = 20_000

    /// Opens a cluster on what the store holds and makes the objects every cluster has.
    ///
    /// - Parameter clock: the time written into objects.
    /// - Throws: `corrupt`, `storage`.
    package init(
        store: any ObjectStore, options: ClusterOptions, clock: @escaping @Sendable () -> Timestamp
    ) throws(ClusterError) {
        self.store = store
        self.options = options
        self.clock = clock
        var state = State()
        let listing = store.list(prefix: StoreKey.root)
        for value in listing.values {
            do {
                var object = try KubernetesJSON.decode(AnyKubernetesObject.self, from: value.value).object
                object.metadata.resourceVersion = String(value.modRevision)
                let kind = type(of: object).resource.kind
                state.objects[kind, default: [:]][ObjectKey(object.namespace, object.name)] = object
                state.index.add(object)
            } catch {
                throw .corrupt(key: value.key, reason: "\(error)")
            }
        }
        state.eventOrder = listing.values.sorted { $0.createRevision < $1.createRevision }.compactMap { value in
            let parts = value.key.split(separator: "/")
            return parts.count == 4 && parts[1] == "events" ? ObjectKey(String(parts[2]), String(parts[3])) : nil
        }
        for (key, event) in state.objects["Event"] ?? [:] {
            if let event = event as? Event { state.eventKeys[EventSaying(event)] = key }
        }
        state.revision = listing.revision
        state.compacted = listing.revision
        epoch = listing.revision == 0 ? "" : String(listing.revision)
        self.state = Mutex(state)
        try bootstrap()
    }

    /// The last write's revision: the `resourceVersion` of a list read now.
    package var revision: Int64 { state.withLock { $0.revision } }

    package func get<Object: KubernetesObject>(_ type: Object.Type, _ namespace: String, _ name: String) -> Object? {
        state.withLock { $0.objects[type.resource.kind]?[ObjectKey(namespace, name)] as? Object }
    }

    /// A cluster-scoped object.
    package func get<Object: KubernetesObject>(_ type: Object.Type, _ name: String) -> Object? { get(type, "", name) }

    func get<Object: KubernetesObject>(_ type: Object.Type, _ key: ObjectKey) -> Object? {
        get(type, key.namespace, key.name)
    }

    /// Objects of a kind in the order of their keys; with a namespace only those in it.
    package func list<Object: KubernetesObject>(_ type: Object.Type, namespace: String? = nil) -> [Object] {
        state.withLock { state in
            (state.objects[type.resource.kind] ?? [:]).filter { namespace == nil || $0.key.namespace == namespace }
                .sorted { $0.key < $1.key }.compactMap { $0.value as? Object }
        }
    }

    /// Every write after a revision, in order.
    ///
    /// - Throws: `expired` when some of them are forgotten: list anew.
    package func changes(after revision: Int64) throws(ClusterError) -> [ClusterChange] {
        try state.withLock { state throws(ClusterError) in
            if revision < state.compacted { throw .expired(revision: revision, oldest: state.compacted) }
            guard let first = state.changes.firstIndex(where: { $0.revision > revision }) else { return [] }
            return Array(state.changes[first...])
        }
    }

    /// Calls `body` after each write, on the writer's thread and outside the cluster's lock: it should only wake.
    package func onChange(_ body: @escaping @Sendable () -> Void) { state.withLock { $0.wake.append(body) } }

    func indexed<Value>(_ read: (borrowing ClusterIndex) -> Value) -> Value { state.withLock { read($0.index) } }

    /// Runs one write under the lock, then wakes the readers.
    ///
    /// - Parameter isDryRun: everything is decided as it would be, on a copy that is thrown away.
    func transaction<Value>(
        isDryRun: Bool = false, _ body: (inout State) throws(ClusterError) -> Value
    ) throws(ClusterError) -> Value {
        let (value, wake) = try state.withLock {
            state throws(ClusterError) -> (Value, [@Sendable () -> Void]) in
            if isDryRun {
                var copy = state
                copy.isDryRun = true
                return (try body(&copy), [])
            }
            let before = state.revision
            let value = try body(&state)
            return (value, state.revision == before ? [] : state.wake)
        }
        for body in wake { body() }
        return value
    }

    /// Puts an object into the store and the cache, and returns it with its new resourceVersion.
    func put<Object: KubernetesObject>(
        _ object: Object, over old: Object?, _ state: inout State
    ) throws(ClusterError) -> Object {
        var object = object
        object.apiVersion = Object.resource.apiVersion
        object.kind = Object.resource.kind
        object.metadata.resourceVersion = nil
        if state.isDryRun {
            object.metadata.resourceVersion = old?.metadata.resourceVersion
            return object
        }
        let key = ObjectKey(object)
        let path = StoreKey.key(of: Object.resource, namespace: key.namespace, name: key.name)
        let bytes: [UInt8]
        do { bytes = try KubernetesJSON.encode(object) } catch { throw .badRequest("\(error)") }
        let revision: Int64
        do throws(StoreError) {
            if let old {
                revision = try store.update(
                    path, bytes, ifRevision: Int64(old.metadata.resourceVersion ?? "") ?? 0)
            } else {
                revision = try store.create(path, bytes)
            }
        } catch { throw .storage(error) }
        object.metadata.resourceVersion = String(revision)
        if let old { state.index.remove(old) }
        state.index.add(object)
        state.objects[Object.resource.kind, default: [:]][key] = object
        let kind: ClusterChange.Kind = old == nil ? .added : .modified
        record(ClusterChange(kind: kind, object: object, previous: old, revision: revision), &state)
        return object
    }

    /// Takes an object out of the store and the cache.
    func drop<Object: KubernetesObject>(_ object: Object, _ state: inout State) throws(ClusterError) {
        if state.isDryRun { return }
        let key = ObjectKey(object)
        let path = StoreKey.key(of: Object.resource, namespace: key.namespace, name: key.name)
        let revision: Int64
        do throws(StoreError) {
            revision = try store.delete(path, ifRevision: nil)
        } catch { throw .storage(error) }
        state.index.remove(object)
        state.objects[Object.resource.kind]?[key] = nil
        if let event = object as? Event { state.eventKeys[EventSaying(event)] = nil }
        var last = object
        last.metadata.resourceVersion = String(revision)
        record(ClusterChange(kind: .deleted, object: last, previous: object, revision: revision), &state)
    }

    private func record(_ change: ClusterChange, _ state: inout State) {
        state.revision = change.revision
        state.changes.append(change)
        guard state.changes.count > 2 * changeLimit else { return }
        state.changes.removeFirst(changeLimit)
        state.compacted = state.changes[0].revision - 1
    }

    /// How often this was asked before: the ordinal that makes draws distinct.
    func nextCount(_ words: String, _ state: inout State) -> Int {
        let count = state.counts[words, default: 0]
        state.counts[words] = count + 1
        return count
    }
}
