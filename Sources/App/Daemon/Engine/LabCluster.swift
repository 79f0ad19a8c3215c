internal import ClusterState
internal import Controllers
internal import Datapath
internal import KubernetesModel
internal import LabFiles
internal import NetworkModel
internal import PodLifecycle
internal import Workloads

/// A lab's objects with the controllers that work on them: everything Kubernetes, nothing of the kernel.
///
/// One caller at a time; the engine is it.
final class LabCluster {
    private let store: EmbeddedStore
    /// Exchanged when the pins of the lab's files change.
    private(set) var cluster: Cluster
    private var controllers: ControllerSet
    /// Up to where the controllers have seen the cluster.
    private var settledRevision: Int64 = -1

    /// - Parameters:
    ///   - files: the lab, for what its files pin.
    ///   - log: what an earlier daemon wrote, and where this one writes.
    /// - Throws: that the log or an object in it cannot be read.
    init(_ files: Lab, log: any StoreLog) throws {
        store = try EmbeddedStore(log: log)
        cluster = try Cluster(store: store, options: Self.options(files), clock: Self.clock)
        controllers = ControllerSet(cluster: cluster)
    }

    /// Whether the last record of the log was cut short, and left out.
    var hasDroppedTornRecord: Bool { store.hasDroppedTornRecord }

    /// Works with the pins of changed files from now on. What was allocated before stays.
    func use(_ files: Lab) throws {
        let options = Self.options(files)
        guard options != cluster.options else { return }
        cluster = try Cluster(store: store, options: options, clock: Self.clock)
        controllers = ControllerSet(cluster: cluster)
        settledRevision = -1
    }

    // MARK: What the lab's files ask for

    /// Makes the nodes of the kind config, and removes those that are no longer in it.
    func registerNodes(_ files: Lab) throws {
        let addresses = NodeAddresses(files)
        let isSingle = files.kind.nodes.count == 1
        for node in files.kind.nodes {
            guard let address = addresses[node.name] else { continue }
            try cluster.register(
                NodeRegistration(
                    name: node.name, cluster: files.kind.name,
                    role: node.role == .controlPlane ? .controlPlane : .worker, address: address,
                    labels: node.labels, kernelVersion: HostFacts.kernelVersion, osImage: HostFacts.osImage,
                    runtime: HostFacts.runtime, architecture: HostFacts.architecture, bootID: HostFacts.bootID,
                    capacity: HostFacts.capacity, isOnlyNode: isSingle))
        }
        let wanted = Set(files.kind.nodes.map(\.name))
        for node in cluster.list(Node.self) where !wanted.contains(node.name) {
            // Its pods and what Cilium knows of it follow.
            try cluster.delete(Node.self, "", node.name)
        }
    }

    /// Writes Cilium's settings where the agents look: ConfigMap kube-system/cilium-config.
    func installCNI(_ values: CiliumValues) throws {
        try cluster.apply(
            AnyKubernetesObject(
                ConfigMap(
                    metadata: ObjectMeta(name: "cilium-config", namespace: "kube-system"), data: values.ciliumConfig)))
    }

    /// What Cilium's settings are; nil before the CNI is installed, or when somebody made them unreadable.
    var values: CiliumValues? {
        cluster.get(ConfigMap.self, "kube-system", "cilium-config")?.data
            .flatMap { try? CiliumValues(ciliumConfig: $0) }
    }

    /// Applies the manifests, and deletes what earlier ones held and these do not.
    ///
    /// - Returns: the names of what was applied, for the next time.
    /// - Throws: every change that the API server would refuse, before anything is applied.
    func apply(_ manifests: [Manifest], previous: [String]) throws(ControlFailure) -> [String] {
        let refused = refusedChanges(manifests)
        guard refused.isEmpty else { throw ControlFailure(LabProblems(refused)) }
        var applied: [String] = []
        for manifest in manifests {
            do throws(ClusterError) {
                let object = try cluster.apply(manifest.object).object
                applied.append(AppliedName(object).text)
            } catch {
                // The object is at fault, unless it is the store that failed.
                if case .storage = error { throw ControlFailure(describing: error) }
                throw ControlFailure(LabProblems([Problem(at: manifest.place, "\(error)")]))
            }
        }
        for name in previous.compactMap(AppliedName.init(text:)) where !applied.contains(name.text) {
            name.delete(from: cluster)
        }
        return applied
    }

    /// What cannot become of the objects that are there. New ones may need what the others make, and were checked alone.
    private func refusedChanges(_ manifests: [Manifest]) -> [Problem] {
        manifests.compactMap { manifest in
            func isThere<Object: KubernetesObject>(_ object: Object) -> Bool {
                cluster.get(Object.self, object.namespace, object.name) != nil
            }
            guard isThere(manifest.object.object) else { return nil }
            do throws(ClusterError) {
                _ = try cluster.apply(manifest.object, isDryRun: true)
                return nil
            } catch {
                let object = manifest.object.object
                let isPod = object is Pod
                return Problem(
                    at: manifest.place, "\(error)",
                    expected: isPod ? "the pod as it is; to make it anew, delete pod \(object.name) first" : nil)
            }
        }
    }

    /// What `up` would come to, worked out on this copy: nodes ready, pods placed and addressed, nothing started.
    func simulatedUp(_ files: Lab, setting: LabSetting, applied: [String]) throws -> ClusterNetwork {
        try registerNodes(files)
        if let values = files.cilium { try installCNI(values) }
        _ = try settle()
        for node in cluster.list(Node.self) { try setNode(node.name, networkReady: files.cilium != nil) }
        _ = try settle()
        _ = try apply(files.manifests, previous: applied)
        _ = try settle()
        return network(setting)
    }

    // MARK: Working

    /// Runs the controllers until they have nothing left to do; returns when they want to be run again.
    func settle() throws -> Timestamp? {
        let result = try controllers.settle(now: Self.clock())
        settledRevision = cluster.revision
        return result.nextDue
    }

    /// Whether something was written that the controllers have not seen.
    var hasChanges: Bool { cluster.revision != settledRevision }

    func setNode(_ name: String, networkReady: Bool) throws {
        try cluster.setNodeNetworkReady(name, networkReady)
    }

    /// Takes over what the workers say of a pod.
    func report(_ update: PodStatusUpdate) throws {
        guard let pod = cluster.get(Pod.self, update.namespace, update.name), pod.uid == update.uid else { return }
        for event in update.events {
            try cluster.record(
                about: pod, fieldPath: event.fieldPath, event.reason, event.message,
                source: EventSource(component: "kubelet", host: pod.spec?.nodeName), isWarning: event.isWarning)
        }
        if update.isGone, pod.metadata.deletionTimestamp != nil {
            try cluster.delete(Pod.self, update.namespace, update.name, uid: update.uid, gracePeriodSeconds: 0)
            return
        }
        try cluster.modify(Pod.self, update.namespace, update.name) { pod in
            // The scheduler's condition is not the workers' to change.
            let scheduled = pod.status?.conditions?.first { $0.type == "PodScheduled" }
            pod.status = update.status
            if let scheduled { pod.setCondition(scheduled, now: scheduled.lastTransitionTime ?? Self.clock()) }
        }
    }

    /// Takes back what is written of pods that do not run any more: they ended while no daemon looked.
    ///
    /// - Parameter running: by uid, the names of the containers that run.
    func doubtReadiness(running: [String: Set<String>]) throws {
        for pod in pods where pod.isReady {
            let wanted = Set((pod.spec?.containers ?? []).map(\.name))
            guard !wanted.isSubset(of: running[pod.uid] ?? []) else { continue }
            try cluster.modify(Pod.self, pod.namespace, pod.name) { pod in
                for type in ["Ready", "ContainersReady"] {
                    pod.setCondition(
                        PodCondition(type: type, status: "False", reason: "ContainersNotReady"), now: Self.clock())
                }
                for index in (pod.status?.containerStatuses ?? []).indices {
                    pod.status?.containerStatuses?[index].ready = false
                }
            }
        }
    }

    // MARK: Reading

    var pods: [Pod] { cluster.list(Pod.self) }
    var services: [Service] { cluster.list(Service.self) }
    var slices: [EndpointSlice] { cluster.list(EndpointSlice.self) }

    var readyNodes: Int {
        cluster.list(Node.self).count { node in
            node.status?.conditions?.contains { $0.type == "Ready" && $0.status == "True" } == true
        }
    }

    /// The first control-plane node.
    var controlPlane: String? {
        cluster.list(Node.self).first { $0.labels["node-role.kubernetes.io/control-plane"] != nil }?.name
    }

    func network(_ setting: LabSetting) -> ClusterNetwork {
        ClusterNetwork(
            setting, nodes: cluster.list(Node.self), ciliumNodes: cluster.list(CiliumNode.self), pods: pods,
            values: values)
    }

    /// Whether every pod is ready or has run to its end, and every Deployment has the pods it wants.
    var workloadsAreReady: Bool {
        pods.allSatisfy(Self.isDone)
            && cluster.list(Deployment.self).allSatisfy {
                ($0.status?.availableReplicas ?? 0) >= ($0.spec?.replicas ?? 1)
            }
    }

    static func isDone(_ pod: Pod) -> Bool {
        pod.isReady || pod.status?.phase == "Succeeded" || pod.metadata.deletionTimestamp != nil
    }

    /// The objects of a resource by its plural; empty for a resource that is not known.
    func objects(_ resource: String) -> [AnyKubernetesObject] {
        func all<Object: KubernetesObject>(_ type: Object.Type) -> [AnyKubernetesObject] {
            cluster.list(type).map { AnyKubernetesObject($0) }
        }
        guard let type = KubernetesKinds.all.first(where: { $0.resource.plural == resource }) else { return [] }
        return all(type)
    }

    /// The address of the service `kubernetes`.
    static func firstServiceAddress(_ files: Lab) -> IPAddress? {
        ClusterIPRange(files.kind.networking.serviceSubnet).first
    }

    private static let clock: @Sendable () -> Timestamp = { HostFacts.now }

    private static func options(_ files: Lab) -> ClusterOptions {
        var pins = Pins()
        for (node, pin) in files.options.nodes {
            pins.podCIDR[node] = pin.podCIDR
            pins.router[node] = pin.router
        }
        for (service, address) in files.options.serviceIPs {
            pins.clusterIP[ObjectKey(service.namespace, service.name)] = address
        }
        let controlPlane = files.kind.nodes.first { $0.role == .controlPlane }
        return ClusterOptions(
            seed: Seed(files.options.seed), serviceSubnet: files.kind.networking.serviceSubnet,
            podSubnet: files.kind.networking.podSubnet, pins: pins,
            apiServer: controlPlane.flatMap { NodeAddresses(files)[$0.name] })
    }
}
