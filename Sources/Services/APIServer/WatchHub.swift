internal import ClusterState
internal import Dispatch
internal import KubernetesAPI
internal import KubernetesModel
internal import Synchronization

/// Tells those who watch of what was written: each change is read once, and put into words once for each form.
final class WatchHub: Sendable {
    private struct Watcher {
        var request: WatchRequest
        var stream: APIStream
        /// What this one has been told of already.
        var revision: Int64
    }

    private struct State {
        var cursor: Int64
        var watchers: [Int: Watcher] = [:]
        var next = 0
        var isClosed = false
    }

    private let storage: any ObjectStorage
    private let now: @Sendable () -> Double
    private let state: Mutex<State>
    private let isWoken = Atomic<Bool>(false)
    private let queue = DispatchQueue(label: "netlab.api.watch")

    /// As many as one lab serves at once.
    static let limit = 2_000
    /// Seconds between bookmarks, for those who want any.
    private static let bookmarkPause = 60

    init(_ storage: any ObjectStorage, now: @escaping @Sendable () -> Double) {
        self.storage = storage
        self.now = now
        state = Mutex(State(cursor: storage.list(ServedResource.all[0], namespace: nil).revision))
        scheduleBookmarks()
    }

    /// Says that something was written; from any thread, and cheap.
    func wake() {
        guard !isWoken.exchange(true, ordering: .acquiringAndReleasing) else { return }
        queue.async { [self] in
            isWoken.store(false, ordering: .releasing)
            state.withLock { deliver(&$0) }
        }
    }

    /// Begins a watch: what there is or was since, then what comes.
    ///
    /// - Throws: 410 when changes since the revision asked for are forgotten, 429 when there are too many watches.
    func add(_ request: WatchRequest, begin: () -> APIStream) throws(StatusDocument) {
        let id = try state.withLock { state throws(StatusDocument) in
            guard !state.isClosed, state.watchers.count < Self.limit else {
                throw StatusDocument(429, "TooManyRequests", "there are too many watches")
            }
            var since: [ObjectChange] = []
            if let after = request.after {
                do throws(ClusterError) {
                    since = try storage.changes(after: after)
                } catch {
                    throw StatusDocument(error, request.resource, name: "")
                }
            }
            deliver(&state)
            let stream = begin()
            var watcher = Watcher(request: request, stream: stream, revision: request.after ?? 0)
            if request.after == nil {
                let (objects, revision) = storage.list(request.resource, namespace: request.namespace)
                watcher.revision = revision
                stream.send(request.initialEvents(objects, revision: revision, now: now()))
            }
            for change in since { Self.tell(&watcher, change, now()) }
            state.next += 1
            state.watchers[state.next] = watcher
            let id = state.next
            stream.whenClosed { [weak self] in self?.remove(id) }
            return id
        }
        queue.asyncAfter(deadline: .now() + request.timeout) { [weak self] in self?.end(id) }
    }

    /// Ends every watch: clients list and watch anew.
    func close() {
        let watchers = state.withLock { state in
            defer { state.watchers = [:] }
            state.isClosed = true
            return Array(state.watchers.values)
        }
        for watcher in watchers { watcher.stream.finish() }
    }

    private func remove(_ id: Int) { state.withLock { _ = $0.watchers.removeValue(forKey: id) } }

    private func end(_ id: Int) {
        state.withLock { $0.watchers.removeValue(forKey: id) }?.stream.finish()
    }

    private func deliver(_ state: inout State) {
        let changes: [ObjectChange]
        do throws(ClusterError) {
            changes = try storage.changes(after: state.cursor)
        } catch {
            // More was written than is remembered: everybody lists anew.
            for watcher in state.watchers.values {
                watcher.stream.send(WatchRequest.expired(StatusDocument(error, watcher.request.resource, name: "")))
                watcher.stream.finish()
            }
            state.watchers = [:]
            state.cursor = storage.list(ServedResource.all[0], namespace: nil).revision
            return
        }
        guard let last = changes.last else { return }
        state.cursor = last.revision
        let time = now()
        for change in changes {
            let type = Swift.type(of: change.object.object).resource
            var lines = WatchRequest.SharedLines()
            for (id, watcher) in state.watchers
            where watcher.request.resource.type == type && watcher.revision < change.revision {
                guard let event = watcher.request.event(change, now: time, sharing: &lines) else { continue }
                if !watcher.stream.send(event) { state.watchers[id] = nil }
            }
        }
    }

    private static func tell(_ watcher: inout Watcher, _ change: ObjectChange, _ now: Double) {
        watcher.revision = change.revision
        guard Swift.type(of: change.object.object).resource == watcher.request.resource.type else { return }
        var lines = WatchRequest.SharedLines()
        if let event = watcher.request.event(change, now: now, sharing: &lines) { watcher.stream.send(event) }
    }

    private func scheduleBookmarks() {
        queue.asyncAfter(deadline: .now() + .seconds(Self.bookmarkPause)) { [weak self] in
            guard let self else { return }
            let goesOn = state.withLock { state in
                for watcher in state.watchers.values where watcher.request.wantsBookmarks {
                    watcher.stream.send(watcher.request.bookmark(max(state.cursor, watcher.revision)))
                }
                return !state.isClosed
            }
            if goesOn { scheduleBookmarks() }
        }
    }
}
