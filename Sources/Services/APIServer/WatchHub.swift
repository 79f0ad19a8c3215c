internal import ClusterState
internal import Dispatch
internal import KubernetesAPI
internal import KubernetesModel
internal import NIOCore
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
    /// How many watch.
    private let count = Atomic<Int>(0)
    private let queue = DispatchQueue(label: "netlab.api.watch")

    /// As many as one lab serves at once.
    static let limit = 2_000
    /// Milliseconds in which changes are gathered, where few watch and where many do.
    private static let pauses = (few: 1, many: 20)
    private static let few = 50
    /// Seconds between bookmarks, for those who want any.
    private static let bookmarkPause = 60

    init(_ storage: any ObjectStorage, now: @escaping @Sendable () -> Double) {
        self.storage = storage
        self.now = now
        state = Mutex(State(cursor: storage.list(ServedResource.all[0], namespace: nil).revision))
        scheduleBookmarks()
    }

    /// Says that something was written; from any thread, and cheap.
    ///
    /// What is written meanwhile is told together: a write to a client costs about as much as what is in it.
    func wake() {
        guard !isWoken.exchange(true, ordering: .acquiringAndReleasing) else { return }
        let pause = count.load(ordering: .relaxed) > Self.few ? Self.pauses.many : Self.pauses.few
        queue.asyncAfter(deadline: .now() + .milliseconds(pause)) { [self] in
            isWoken.store(false, ordering: .releasing)
            state.withLock { deliver(&$0) }
        }
    }

    /// Begins a watch: what there is or was since, then what comes.
    ///
    /// - Throws: 410 when changes since the revision asked for are forgotten, 429 when there are too many watches.
    func add(_ request: WatchRequest, begin: () -> APIStream) throws(StatusDocument) {
        let id = try state.withLock { state throws(StatusDocument) in
            guard !state.isClosed, state.watchers.count < Self.limit, !APIStream.isBacklogged else {
                throw StatusDocument(429, "TooManyRequests", "there are too many watches")
            }
            // First, so that what is written from here on is in `since`, or is told later, or both: never neither.
            deliver(&state)
            var since: [ObjectChange] = []
            if let after = request.after {
                do throws(ClusterError) {
                    since = try storage.changes(after: after)
                } catch {
                    throw StatusDocument(error, request.resource, name: "")
                }
            }
            let stream = begin()
            var watcher = Watcher(request: request, stream: stream, revision: request.after ?? 0)
            if request.after == nil {
                let (objects, revision) = storage.list(request.resource, namespace: request.namespace)
                watcher.revision = revision
                let bytes = request.initialEvents(objects, revision: revision, now: now())
                stream.send(ByteBuffer(bytes: bytes), isBeginning: true)
            } else if !since.isEmpty {
                var news = News(since, at: now())
                if let bytes = news.bytes(for: request, after: watcher.revision) {
                    stream.send(bytes, isBeginning: true)
                }
                watcher.revision = since.last?.revision ?? watcher.revision
            }
            state.next += 1
            state.watchers[state.next] = watcher
            count.store(state.watchers.count, ordering: .relaxed)
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
        guard let first = changes.first, let last = changes.last else { return }
        state.cursor = last.revision
        var news = News(changes, at: now())
        var told: [WatchRequest.Audience: ByteBuffer?] = [:]
        for (id, watcher) in state.watchers where watcher.revision < last.revision {
            let bytes: ByteBuffer?
            if watcher.revision >= first.revision {
                bytes = news.bytes(for: watcher.request, after: watcher.revision)
            } else if let known = told[watcher.request.audience] {
                bytes = known
            } else {
                bytes = news.bytes(for: watcher.request, after: watcher.revision)
                told[watcher.request.audience] = .some(bytes)
            }
            if let bytes, !watcher.stream.send(bytes) { state.watchers[id] = nil }
        }
        count.store(state.watchers.count, ordering: .relaxed)
    }

    /// Changes on their way to those who watch.
    private struct News {
        private let changes: [(change: ObjectChange, type: ResourceType)]
        private var lines: [WatchRequest.SharedLines]
        private let time: Double

        init(_ changes: [ObjectChange], at time: Double) {
            self.changes = changes.map { ($0, Swift.type(of: $0.object.object).resource) }
            lines = changes.map { _ in WatchRequest.SharedLines() }
            self.time = time
        }

        /// What they come to for one of them; nil for nothing.
        mutating func bytes(for request: WatchRequest, after revision: Int64) -> ByteBuffer? {
            var bytes: [UInt8] = []
            for (index, entry) in changes.enumerated()
            where entry.type == request.resource.type && entry.change.revision > revision {
                bytes += request.event(entry.change, now: time, sharing: &lines[index]) ?? []
            }
            return bytes.isEmpty ? nil : ByteBuffer(bytes: bytes)
        }
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
