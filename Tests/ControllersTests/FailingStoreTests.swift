import ClusterState
import Controllers
import KubernetesModel
import NetworkModel
import Synchronization
import Testing

/// Writes that fail, and processes that end, at each single write of a cluster's way to two ready pods.
struct FailingStoreTests {
    @Test("a write that fails once holds nothing up: whoever comes next goes on from there")
    func everyWriteFailsOnce() throws {
        let undisturbed = FailingLog(failAt: nil)
        try Self.build(on: undisturbed)
        let writes = undisturbed.writes
        #expect(writes > 40)
        let wanted = try Self.pods(in: undisturbed)
        #expect(wanted.count == 2)
        for write in 1...writes {
            let log = FailingLog(failAt: write)
            var failures = 0
            // Whoever asks, asks again; two writes cannot fail where one was told to.
            while (try? Self.build(on: log)) == nil, failures < 2 { failures += 1 }
            #expect(failures == 1, "write \(write)")
            #expect(try Self.pods(in: log) == wanted, "write \(write)")
        }
    }

    @Test("the same cluster goes on after a failed write, without being opened anew")
    func everyWriteFailsOnceInOneProcess() throws {
        let undisturbed = FailingLog(failAt: nil)
        try Self.build(on: undisturbed)
        let wanted = try Self.pods(in: undisturbed)
        for write in 12...undisturbed.writes {
            let log = FailingLog(failAt: write)
            guard let parts = try? Parts(log) else { continue }
            var failures = 0
            while (try? parts.build()) == nil, failures < 2 { failures += 1 }
            #expect(failures == 1, "write \(write)")
            #expect(try Self.pods(in: log) == wanted, "write \(write)")
        }
    }

    @Test("what a deleted Deployment owned goes after a restart too, whichever write was the last before it")
    func deletionIsFinishedAfterRestart() throws {
        let first = FailingLog(failAt: nil)
        let parts = try Parts(first)
        try parts.build()
        let before = first.writes
        try parts.delete()
        for write in (before + 1)...first.writes {
            let log = FailingLog(failAt: write)
            let parts = try Parts(log)
            try parts.build()
            #expect(throws: ClusterError.self) { try parts.delete() }
            // Another process, on what was written.
            let next = try Parts(log)
            try next.settle()
            let wasDeleted = next.cluster.get(Deployment.self, "default", "hello-app") == nil
            #expect(next.cluster.list(ReplicaSet.self).isEmpty == wasDeleted, "write \(write)")
            #expect(next.cluster.list(Pod.self).isEmpty == wasDeleted, "write \(write)")
        }
    }

    private static func build(on log: FailingLog) throws { try Parts(log).build() }

    /// Node, readiness and address of each pod.
    private static func pods(in log: FailingLog) throws -> [String] {
        try Parts(log).cluster.list(Pod.self)
            .map { "\($0.spec?.nodeName ?? "") \($0.isReady) \($0.status?.podIP != nil)" }.sorted()
    }
}

/// What a daemon makes of a log when it starts.
private struct Parts {
    let cluster: Cluster
    private let controllers: ControllerSet
    private static let now = Timestamp(seconds: 1_670_000_000)

    init(_ log: FailingLog) throws {
        let options = ClusterOptions(seed: Seed(1), apiServer: IPAddress(172, 18, 0, 4))
        cluster = try Cluster(store: EmbeddedStore(log: log), options: options) { Self.now }
        controllers = ControllerSet(cluster: cluster)
    }

    /// As often as one likes, until it does not throw.
    func build() throws {
        for (index, name) in ["kind-control-plane", "kind-worker"].enumerated() {
            try cluster.register(
                NodeRegistration(
                    name: name, cluster: "kind", role: index == 0 ? .controlPlane : .worker,
                    address: IPAddress(172, 18, 0, UInt8(index + 2)), kernelVersion: "5.15", osImage: "Ubuntu",
                    runtime: "containerd://1.6.9", isOnlyNode: false))
        }
        let settings = ["ipam": "cluster-pool", "cluster-pool-ipv4-cidr": "10.0.0.0/8"]
        let metadata = ObjectMeta(name: "cilium-config", namespace: "kube-system")
        try cluster.apply(AnyKubernetesObject(ConfigMap(metadata: metadata, data: settings)))
        try settle()
        for node in cluster.list(Node.self) { try cluster.setNodeNetworkReady(node.name, true) }
        try settle()
        try cluster.apply(AnyKubernetesObject(TestCluster.deployment("hello-app", replicas: 2)))
        try cluster.apply(AnyKubernetesObject(TestCluster.service("hello-app")))
        try settle()
        for pod in cluster.list(Pod.self) {
            try cluster.modify(Pod.self, pod.namespace, pod.name) { pod in
                pod.status?.phase = "Running"
                pod.setCondition(PodCondition(type: "Ready", status: "True"), now: Self.now)
            }
        }
        try settle()
    }

    func delete() throws {
        try cluster.delete(Deployment.self, "default", "hello-app")
        try settle()
    }

    /// The controllers, and node agents that let go of pods at once.
    func settle() throws {
        _ = try controllers.settle(now: Self.now)
        for pod in cluster.list(Pod.self) where pod.metadata.deletionTimestamp != nil {
            try cluster.delete(Pod.self, pod.namespace, pod.name, gracePeriodSeconds: 0)
        }
        _ = try controllers.settle(now: Self.now)
    }
}

/// A log in memory that refuses one write.
private final class FailingLog: StoreLog {
    private let memory = MemoryLog()
    private let count = Mutex(0)
    private let failAt: Int?

    init(failAt: Int?) { self.failAt = failAt }

    var writes: Int { count.withLock { $0 } }

    func append(_ bytes: [UInt8]) throws(StoreLogError) {
        let number = count.withLock { count in
            count += 1
            return count
        }
        if number == failAt { throw StoreLogError("append", errno: 28) }
        try memory.append(bytes)
    }

    func contents() throws(StoreLogError) -> [UInt8] { try memory.contents() }
    func replace(with bytes: [UInt8]) throws(StoreLogError) { try memory.replace(with: bytes) }
}
