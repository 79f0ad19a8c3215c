import ClusterState
import KubernetesModel
import NetworkModel

private let managedBy = "endpointslice.kubernetes.io/managed-by"
private let sliceController = "endpointslice-controller.k8s.io"
private let headlessLabel = "service.kubernetes.io/headless"

extension ControllerSet {
    /// Makes a service's Endpoints and EndpointSlices say what its pods are (behaviour 6.5).
    ///
    /// A service without a selector is left alone. `last-change-trigger-time` is not set: it would make equal runs
    /// differ.
    func reconcileEndpoints(_ key: ObjectKey) throws(ClusterError) {
        // The API server keeps its own (kubernetes pkg/controlplane/controller/kubernetesservice).
        if key == Self.apiServer { return try cluster.bootstrap() }
        guard let service = cluster.get(Service.self, key) else {
            if let endpoints = cluster.get(Endpoints.self, key), endpoints.labels[managedBy] == nil {
                try cluster.deleteAny(ObjectIdentity(kind: "Endpoints", key: key))
            }
            return
        }
        guard let selector = service.spec?.selector, !selector.isEmpty, service.spec?.type != "ExternalName",
            service.metadata.deletionTimestamp == nil
        else { return }
        let backends = EndpointPlan.backends(of: service, pods: pods(matching: selector, in: key.namespace)) { node in
            cluster.get(Node.self, "", node)?.labels["topology.kubernetes.io/zone"]
        }
        var labels = service.labels
        if service.spec?.clusterIP == "None" { labels[headlessLabel] = "" }
        try write(endpoints: key, EndpointPlan.subsets(backends), labels)
        labels[EndpointSlice.serviceLabel] = key.name
        labels[managedBy] = sliceController
        try write(slices: service, EndpointPlan.groups(backends), labels)
    }

    static let apiServer = ObjectKey("default", "kubernetes")

    private func pods(matching selector: [String: String], in namespace: String) -> [Pod] {
        let sets = cluster.indexed { index in
            selector.map { index.podsByLabel[ClusterIndex.labelKey(namespace, $0.key, $0.value)] ?? [] }
        }
        guard let smallest = sets.min(by: { $0.count < $1.count }) else { return [] }
        return smallest.sorted().compactMap { cluster.get(Pod.self, $0) }
            .filter { pod in selector.allSatisfy { pod.labels[$0.key] == $0.value } }
    }

    private func write(
        endpoints key: ObjectKey, _ subsets: [EndpointSubset], _ labels: [String: String]
    ) throws(ClusterError) {
        let wanted = labels.isEmpty ? nil : labels
        let subsets = subsets.isEmpty ? nil : subsets
        let exists = try cluster.modify(Endpoints.self, key.namespace, key.name) { endpoints in
            endpoints.metadata.labels = wanted
            endpoints.subsets = subsets
        }
        guard exists == nil else { return }
        let metadata = ObjectMeta(name: key.name, namespace: key.namespace, labels: wanted)
        try cluster.create(Endpoints(metadata: metadata, subsets: subsets))
    }

    private func write(
        slices service: Service, _ groups: [EndpointPlan.Group], _ labels: [String: String]
    ) throws(ClusterError) {
        let key = ObjectKey(service)
        let existing = cluster.indexed { $0.slicesByService[key] ?? [] }.sorted()
            .compactMap { cluster.get(EndpointSlice.self, $0) }.filter { $0.labels[managedBy] == sliceController }
        let plan = EndpointPlan.slices(groups, existing: existing)
        for update in plan.updates {
            try cluster.modify(EndpointSlice.self, key.namespace, update.name) { slice in
                slice.metadata.labels = labels
                slice.endpoints = update.endpoints
                slice.ports = update.ports
            }
        }
        for content in plan.creations {
            let metadata = ObjectMeta(
                generateName: "\(key.name)-", namespace: key.namespace, labels: labels,
                ownerReferences: [.controller(service)])
            try cluster.create(
                EndpointSlice(
                    metadata: metadata, addressType: "IPv4", endpoints: content.endpoints, ports: content.ports))
        }
        for name in plan.deletions { try cluster.delete(EndpointSlice.self, key.namespace, name) }
    }
}
