import ClusterState
import Controllers
import KubernetesModel
import Synchronization
import Testing

@Suite struct StoreTests {
    @Test("a write against an old revision is refused and changes nothing")
    func compareAndSwap() throws {
        let store = try EmbeddedStore(log: MemoryLog())
        let first = try store.create("/registry/a", [1])
        let second = try store.update("/registry/a", [2], ifRevision: first)
        #expect(throws: StoreError.conflict(key: "/registry/a", current: second)) {
            try store.update("/registry/a", [3], ifRevision: first)
        }
        #expect(throws: StoreError.exists(key: "/registry/a")) { try store.create("/registry/a", [3]) }
        #expect(store.get("/registry/a")?.value == [2])
        #expect(store.revision == second)
    }

    @Test("a watch sees what came after its revision, past and new, and a forgotten revision is an error")
    func watch() throws {
        let store = try EmbeddedStore(log: MemoryLog(), historyLimit: 4)
        let first = try store.create("/registry/pods/a", [1])
        _ = try store.create("/registry/pods/b", [1])
        let seen = Mutex<[String]>([])
        _ = try store.watch(prefix: "/registry/pods/", after: first) { event in seen.withLock { $0.append(event.key) } }
        _ = try store.create("/registry/nodes/x", [1])
        _ = try store.delete("/registry/pods/a", ifRevision: nil)
        #expect(seen.withLock { $0 } == ["/registry/pods/b", "/registry/pods/a"])
        for index in 0..<10 { _ = try store.create("/registry/n\(index)", []) }
        #expect(throws: StoreError.self) { _ = try store.watch(prefix: "/", after: first) { _ in } }
    }

    @Test("every cut of the log replays to the writes that are whole", arguments: [0, 1, 7, 8, 20])
    func tornTail(cut: Int) throws {
        let log = MemoryLog()
        let store = try EmbeddedStore(log: log)
        _ = try store.create("/registry/a", [1, 2, 3])
        let whole = try log.contents()
        _ = try store.create("/registry/b", [4, 5, 6])
        let torn = MemoryLog(whole + (try log.contents()).dropFirst(whole.count).prefix(cut))
        let again = try EmbeddedStore(log: torn)
        #expect(again.list(prefix: "/registry/").values.map(\.key) == ["/registry/a"])
        #expect(try again.create("/registry/c", []) == 2)
        #expect(try EmbeddedStore(log: torn).list(prefix: "/").values.map(\.key) == ["/registry/a", "/registry/c"])
    }

    @Test("a damaged record in the middle is an error, not a shorter history")
    func damage() throws {
        let log = MemoryLog()
        let store = try EmbeddedStore(log: log)
        _ = try store.create("/registry/a", [1, 2, 3])
        _ = try store.create("/registry/b", [4])
        var bytes = try log.contents()
        bytes[12] ^= 0xff
        let damaged = MemoryLog(bytes)
        #expect(throws: StoreError.corrupt(offset: 0)) { try EmbeddedStore(log: damaged) }
    }

    @Test("a length damaged so that it points past the end is no torn tail: whole records stand behind it")
    func damagedLength() throws {
        let log = MemoryLog()
        let store = try EmbeddedStore(log: log)
        _ = try store.create("/registry/a", [1, 2, 3])
        let first = try log.contents().count
        _ = try store.create("/registry/b", [4])
        _ = try store.create("/registry/c", [5])
        var bytes = try log.contents()
        bytes[first + 2] = 0xff
        #expect(throws: StoreError.corrupt(offset: first)) { try EmbeddedStore(log: MemoryLog(bytes)) }
        #expect(try EmbeddedStore(log: MemoryLog(try log.contents())).hasDroppedTornRecord == false)
        #expect(try EmbeddedStore(log: MemoryLog(try log.contents().dropLast())).hasDroppedTornRecord)
    }

    @Test("a log that somebody removes is written whole again with the next write")
    func removedLog() throws {
        let log = RemovableLog()
        let store = try EmbeddedStore(log: log)
        _ = try store.create("/registry/a", [1])
        let revision = try store.create("/registry/b", [2])
        log.remove()
        _ = try store.create("/registry/c", [3])
        let again = try EmbeddedStore(log: log)
        #expect(again.list(prefix: "/").values.map(\.key) == ["/registry/a", "/registry/b", "/registry/c"])
        #expect(again.revision == revision + 1)
    }

    @Test("compaction keeps values and revisions, also that of a last deletion")
    func compaction() throws {
        let log = MemoryLog()
        let store = try EmbeddedStore(log: log, compactionFloor: 256)
        var revision = try store.create("/registry/a", [0])
        for value in 1..<200 { revision = try store.update("/registry/a", [UInt8(value)], ifRevision: revision) }
        let last = try store.delete("/registry/a", ifRevision: nil)
        #expect(try log.contents().count < 2000)
        #expect(try EmbeddedStore(log: log).revision == last)
    }

    @Test("a cluster resumes from its log with every object, and repeats no uid")
    func resume() throws {
        let log = MemoryLog()
        let before = try TestCluster(log: log)
        try before.join()
        try before.installCilium()
        try before.cluster.create(TestCluster.deployment("hello-app", replicas: 2))
        try before.converge()
        let after = try TestCluster(log: log)
        #expect(after.cluster.list(Pod.self) == before.cluster.list(Pod.self))
        #expect(after.cluster.revision == before.cluster.revision)
        #expect(try after.settle().changed == false)
        let old = Set(before.cluster.list(Pod.self).map(\.uid))
        for pod in after.cluster.list(Pod.self) { try after.cluster.delete(Pod.self, "default", pod.name) }
        try after.converge()
        let pods = after.cluster.list(Pod.self)
        #expect(pods.count == 2)
        #expect(old.isDisjoint(with: pods.map(\.uid)))
    }
}

/// A log in memory that can be taken away, as a file can.
private final class RemovableLog: StoreLog {
    private let bytes = Mutex<[UInt8]?>(nil)

    var isLost: Bool { bytes.withLock { $0 == nil } }
    func remove() { bytes.withLock { $0 = nil } }
    func append(_ more: [UInt8]) { bytes.withLock { $0 = ($0 ?? []) + more } }
    func contents() -> [UInt8] { bytes.withLock { $0 ?? [] } }
    func replace(with all: [UInt8]) { bytes.withLock { $0 = all } }
}
