import ClusterState
import Controllers
import KubernetesModel
import NetworkModel
import Synchronization

/// A cluster in memory with its controllers and a clock that moves only when told.
final class TestCluster {
    let log: MemoryLog
    let cluster: Cluster
    let controllers: ControllerSet
    let time: Clock

    final class Clock: Sendable {
        let seconds = Mutex<Int64>(1_670_000_000)
        var now: Timestamp { Timestamp(seconds: seconds.withLock { $0 }) }
        func advance(_ by: Int64) { seconds.withLock { $0 += by } }
    }

    init(seed: UInt64 = 1, pins: Pins = Pins(), log: MemoryLog = MemoryLog(), eventLimit: Int = 1000) throws {
        let time = Clock()
        self.time = time
        self.log = log
        let options = ClusterOptions(
            seed: Seed(seed), pins: pins, apiServer: IPAddress(172, 18, 0, 4), eventLimit: eventLimit)
        cluster = try Cluster(store: EmbeddedStore(log: log), options: options) { time.now }
        controllers = ControllerSet(cluster: cluster)
    }

    @discardableResult
    func settle() throws -> SettleResult { try controllers.settle(now: time.now) }

    /// The tutorial's nodes, not ready.
    func join(_ names: [String] = ["kind-control-plane", "kind-worker", "kind-worker2"]) throws {
        for (index, name) in names.enumerated() {
            let isControlPlane = name.hasSuffix("control-plane")
            try cluster.register(
                NodeRegistration(
                    name: name, cluster: "kind", role: isControlPlane ? .controlPlane : .worker,
                    address: IPAddress(172, 18, 0, UInt8(index + 2)), kernelVersion: "5.15", osImage: "Ubuntu",
                    runtime: "containerd://1.6.9", isOnlyNode: names.count == 1))
        }
    }

    func installCilium(_ data: [String: String] = ["ipam": "cluster-pool", "cluster-pool-ipv4-cidr": "10.0.0.0/8"])
        throws
    {
        let metadata = ObjectMeta(name: "cilium-config", namespace: "kube-system")
        try cluster.apply(AnyKubernetesObject(ConfigMap(metadata: metadata, data: data)))
        for node in cluster.list(Node.self) { try cluster.setNodeNetworkReady(node.name, true) }
    }

    static func deployment(_ name: String, replicas: Int32, image: String = "hello-app:1.0") -> Deployment {
        Deployment(
            metadata: ObjectMeta(name: name, namespace: "default", labels: ["app": name]),
            spec: DeploymentSpec(
                replicas: replicas, selector: LabelSelector(matchLabels: ["app": name]),
                template: PodTemplateSpec(
                    metadata: ObjectMeta(labels: ["app": name]),
                    spec: PodSpec(containers: [Container(name: name, image: image)]))))
    }

    static func service(_ name: String, port: Int32 = 8080, target: IntOrString? = nil) -> Service {
        Service(
            metadata: ObjectMeta(name: name, namespace: "default"),
            spec: ServiceSpec(
                ports: [ServicePort(port: port, targetPort: target)], selector: ["app": name]))
    }

    /// What node agents would do: makes some or all bound pods ready, and lets terminating ones go.
    func runAgents(readyLimit: Int = .max) throws {
        var left = readyLimit
        for pod in cluster.list(Pod.self) {
            if pod.metadata.deletionTimestamp != nil {
                try cluster.delete(Pod.self, pod.namespace, pod.name, gracePeriodSeconds: 0)
            } else if pod.status?.podIP != nil, !pod.isReady, left > 0 {
                left -= 1
                try setReady(pod, true)
            }
        }
    }

    func setReady(_ pod: Pod, _ ready: Bool) throws {
        let now = time.now
        try cluster.modify(Pod.self, pod.namespace, pod.name) { pod in
            pod.status?.phase = "Running"
            pod.setCondition(PodCondition(type: "Ready", status: ready ? "True" : "False"), now: now)
        }
    }

    /// Until nothing changes any more.
    func converge() throws {
        for _ in 0..<50 {
            try settle()
            let before = cluster.revision
            try runAgents()
            if cluster.revision == before { return }
        }
    }
}
