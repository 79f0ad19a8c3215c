internal import KubernetesAPI
internal import KubernetesModel
internal import LinuxKernel
internal import PodLifecycle
internal import Synchronization

/// What pods and nodes use, as metrics.k8s.io/v1beta1 words it: counted in /proc when it is asked for.
///
/// Processor use is what was used between two questions, or since the container's start at the first; a node uses what
/// its pods do, because it is nothing else.
final class UsageMeter: Sendable {
    private struct Sample {
        var at: Double
        var usage: ContainerUsage
    }

    private struct Metrics: Encodable {
        var kind: String
        var apiVersion = "metrics.k8s.io/v1beta1"
        var metadata: ObjectMeta
        var timestamp: Timestamp
        var window: String
        var usage: [String: Quantity]?
        var containers: [Container]?
    }

    private struct Container: Encodable {
        var name: String
        var usage: [String: Quantity]
    }

    private struct List: Encodable {
        var kind: String
        var apiVersion = "metrics.k8s.io/v1beta1"
        var metadata: [String: String] = [:]
        var items: [Metrics]
    }

    private let samples = Mutex<[ContainerID: Sample]>([:])

    func answer(
        _ resource: ServedResource, namespace: String?, name: String?, pods: [Pod], nodes: [String],
        below root: String
    ) -> APIResponse {
        let now = Clock.wall()
        let isOfNodes = resource.type.kind == "NodeMetrics"
        let chosen = pods.filter { pod in
            isOfNodes || (namespace == nil || pod.namespace == namespace) && (name == nil || pod.name == name)
        }
        let measured = chosen.map { pod in (pod, containers(of: pod, now, root)) }
        forget(exceptOf: Set(pods.map(\.uid)))
        let items: [Metrics]
        if isOfNodes {
            items = nodes.filter { name == nil || $0 == name }.map { node in
                let own = measured.filter { $0.0.spec?.nodeName == node }.flatMap(\.1).map(\.use)
                return Metrics(
                    kind: "NodeMetrics", metadata: ObjectMeta(name: node), timestamp: Timestamp(seconds: Int64(now)),
                    window: "10s", usage: Self.quantities(own.map(\.cores).reduce(0, +), own.map(\.bytes).reduce(0, +)))
            }
        } else {
            items = measured.filter { !$0.1.isEmpty }.map { pod, containers in
                Metrics(
                    kind: "PodMetrics",
                    metadata: ObjectMeta(name: pod.name, namespace: pod.namespace, labels: pod.metadata.labels),
                    timestamp: Timestamp(seconds: Int64(now)), window: "10s",
                    containers: containers.map {
                        Container(name: $0.name, usage: Self.quantities($0.use.cores, $0.use.bytes))
                    })
            }
        }
        if let name {
            guard let item = items.first else { return StatusDocument.notFound(resource, name).response }
            return Self.response(item)
        }
        return Self.response(List(kind: resource.type.kind + "List", items: items))
    }

    private func containers(
        of pod: Pod, _ now: Double, _ root: String
    ) -> [(name: String, use: (cores: Double, bytes: Int64))] {
        (pod.status?.containerStatuses ?? []).compactMap { status in
            guard let running = status.state?.running else { return nil }
            let id = ContainerID(podUID: pod.uid, container: status.name, attempt: Int(status.restartCount))
            guard let usage = ContainerUsage(of: id, below: root) else { return nil }
            let before = samples.withLock { samples in
                // Two questions at nearly the same time are answered from the same beginning.
                let old = samples[id]
                if old == nil || now - (old?.at ?? 0) > 1 { samples[id] = Sample(at: now, usage: usage) }
                return old
            }
            let start = before?.at ?? Double(running.startedAt?.seconds ?? Int64(now))
            let used = usage.processorSeconds - (before?.usage.processorSeconds ?? 0)
            return (status.name, (max(0, used) / max(1, now - start), usage.residentBytes))
        }
    }

    private func forget(exceptOf uids: Set<String>) {
        samples.withLock { samples in samples = samples.filter { uids.contains($0.key.podUID) } }
    }

    private static func quantities(_ cores: Double, _ bytes: Int64) -> [String: Quantity] {
        ["cpu": Quantity("\(Int64((cores * 1e9).rounded()))n"), "memory": Quantity("\(bytes / 1024)Ki")]
    }

    private static func response(_ value: some Encodable) -> APIResponse {
        APIResponse(body: (try? KubernetesJSON.encode(value)) ?? [])
    }
}
