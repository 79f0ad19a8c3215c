package import ClusterState
package import KubernetesModel

extension Cluster {
    /// Stores an event, and deletes the oldest ones beyond the limit.
    ///
    /// - Throws: as ``create(_:)``.
    package func record(_ event: Event) throws(ClusterError) {
        try transaction { state throws(ClusterError) in
            _ = try create(event, &state)
            let events = state.objects["Event"] ?? [:]
            // In batches, so that the search for the oldest is rare.
            guard events.count > options.eventLimit + options.eventLimit / 8 + 1 else { return }
            let oldest = events.values.compactMap { $0 as? Event }
                .sorted {
                    (Int64($0.metadata.resourceVersion ?? "") ?? 0) < (Int64($1.metadata.resourceVersion ?? "") ?? 0)
                }
            for event in oldest.prefix(events.count - options.eventLimit) { try drop(event, &state) }
        }
    }

    /// The revision at which an object was first written: the order in which objects came.
    func creationRevision(of object: some KubernetesObject) -> Int64 {
        let resource = type(of: object).resource
        let key = StoreKey.key(of: resource, namespace: object.namespace, name: object.name)
        return store.get(key)?.createRevision ?? 0
    }
}
