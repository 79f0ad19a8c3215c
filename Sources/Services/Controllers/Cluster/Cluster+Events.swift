package import ClusterState
package import KubernetesModel

extension Cluster {
    /// Stores an event, and deletes the oldest ones beyond the limit.
    ///
    /// - Throws: as ``create(_:)``.
    package func record(_ event: Event) throws(ClusterError) {
        try transaction { state throws(ClusterError) in
            let created = try create(event, &state)
            state.eventOrder.append(ObjectKey(created))
            while state.eventOrder.count > options.eventLimit {
                let oldest = state.eventOrder.removeFirst()
                guard let event = state.objects["Event"]?[oldest] as? Event else { continue }
                try drop(event, &state)
            }
        }
    }

    /// The revision at which an object was first written: the order in which objects came.
    func creationRevision(of object: some KubernetesObject) -> Int64 {
        let resource = type(of: object).resource
        let key = StoreKey.key(of: resource, namespace: object.namespace, name: object.name)
        return store.get(key)?.createRevision ?? 0
    }
}
