internal import ClusterState
internal import Dispatch
internal import KubernetesAPI
internal import KubernetesModel
internal import NIOCore
internal import Synchronization

/// Tells those who watch of what was written: each change is read once, and put into words once for each form.
///
/// Who reads slowly is told later, from the same log; who is further behind than that goes back lists anew.
final class WatchHub: Sendable {
    private struct Watcher {
        var request: WatchRequest
        var stream: APIStream
        /// What this one has been told of already.
        var revision: Int64
    }

    private struct State {
        var log: WatchLog
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
        state = Mutex(State(log: WatchLog(after: storage.list(ServedResource.all[0], namespace: nil).revision)))
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
            guard !state.isClosed, state.watchers.count < Self.limit else {
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
                // More than the log may know, and asked for as a whole.
                var past = WatchLog(after: watcher.revision)
                past.append(since)
                while watcher.revision < past.end {
                    let (bytes, told) = past.portion(for: request, after: watcher.revision, now: now())
                    if let bytes { stream.send(bytes, isBeginning: true) }
                    watcher.revision = told
                }
            }
            stream.whenDrained { [weak self] in self?.wake() }
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

    /// What one client may have before it as long as it is told more.
    private static let enough = 256 << 10

    private func deliver(_ state: inout State) {
        do throws(ClusterError) {
            state.log.append(try storage.changes(after: state.log.end))
        } catch {
            // More was written than is remembered: everybody lists anew.
            for watcher in state.watchers.values { Self.expire(watcher, error) }
            state.watchers = [:]
            state.log = WatchLog(after: storage.list(ServedResource.all[0], namespace: nil).revision)
            return
        }
        let time = now()
        var told: [WatchRequest.Audience: [Int64: (bytes: ByteBuffer?, revision: Int64)]] = [:]
        for (id, watcher) in state.watchers where watcher.revision < state.log.end {
            guard state.log.reaches(back: watcher.revision) else {
                Self.expire(watcher, .expired(revision: watcher.revision, oldest: state.log.end))
                state.watchers[id] = nil
                continue
            }
            guard watcher.stream.waiting <= Self.enough else { continue }
            let audience = watcher.request.audience
            let next =
                told[audience]?[watcher.revision]
                ?? state.log.portion(for: watcher.request, after: watcher.revision, now: time)
            told[audience, default: [:]][watcher.revision] = next
            state.watchers[id]?.revision = next.revision
            if let bytes = next.bytes, !watcher.stream.send(bytes) { state.watchers[id] = nil }
            if next.revision < state.log.end, watcher.stream.waiting <= Self.enough { wake() }
        }
        count.store(state.watchers.count, ordering: .relaxed)
    }

    /// Sends away one who is too far behind; one who reads learns why.
    private static func expire(_ watcher: Watcher, _ error: ClusterError) {
        guard watcher.stream.waiting <= enough else { return watcher.stream.abandon() }
        watcher.stream.send(WatchRequest.expired(StatusDocument(error, watcher.request.resource, name: "")))
        watcher.stream.finish()
    }

    private func scheduleBookmarks() {
        queue.asyncAfter(deadline: .now() + .seconds(Self.bookmarkPause)) { [weak self] in
            guard let self else { return }
            let goesOn = state.withLock { state in
                for watcher in state.watchers.values where watcher.request.wantsBookmarks {
                    watcher.stream.send(watcher.request.bookmark(watcher.revision))
                }
                return !state.isClosed
            }
            if goesOn { scheduleBookmarks() }
        }
    }
}
