internal import ClusterState
internal import Controllers
internal import KubernetesAPI
internal import KubernetesModel
internal import LinuxKernel

/// A cluster as the API's storage: objects of any kind, where the cluster knows typed ones.
struct ClusterObjects: ObjectStorage {
    let cluster: Cluster
    let admission: WorkloadAdmission

    func list(_ resource: ServedResource, namespace: String?) -> (objects: [AnyKubernetesObject], revision: Int64) {
        // Read first: what is written in between is in the list, and told again to those who watch from here.
        let revision = cluster.revision
        func all<Object: KubernetesObject>(_ type: Object.Type) -> [AnyKubernetesObject] {
            cluster.list(type, namespace: namespace).map { AnyKubernetesObject($0) }
        }
        if resource.type == CiliumEndpoint.resource {
            let pods = cluster.list(Pod.self, namespace: namespace)
            return (pods.compactMap { CiliumEndpoint($0).map { AnyKubernetesObject($0) } }, revision)
        }
        guard let type = Self.type(resource) else { return ([], revision) }
        return (all(type).map(renewed), revision)
    }

    func get(_ resource: ServedResource, namespace: String, name: String) -> AnyKubernetesObject? {
        func one<Object: KubernetesObject>(_ type: Object.Type) -> AnyKubernetesObject? {
            cluster.get(type, namespace, name).map { AnyKubernetesObject($0) }
        }
        if resource.type == CiliumEndpoint.resource {
            return cluster.get(Pod.self, namespace, name).flatMap { CiliumEndpoint($0) }.map { AnyKubernetesObject($0) }
        }
        return Self.type(resource).flatMap { one($0) }.map(renewed)
    }

    /// Seconds between a kubelet's renewals.
    private static let renewal = 10.0

    /// A node's lease as its kubelet keeps it: whoever answers here is the kubelet's stand-in, and lives.
    ///
    /// Not written into the store: a thousand nodes would write a hundred times a second.
    private func renewed(_ object: AnyKubernetesObject) -> AnyKubernetesObject {
        guard var lease = object.object as? Lease, lease.namespace == Lease.nodeNamespace,
            lease.metadata.ownerReferences?.first?.kind == "Node", case .object(var spec)? = lease.spec
        else { return object }
        let time = Timestamp(seconds: Int64((Clock.wall() / Self.renewal).rounded(.down) * Self.renewal))
        spec["renewTime"] = .string(Lease.microTime(max(time, lease.metadata.creationTimestamp ?? time)))
        lease.spec = .object(spec)
        return AnyKubernetesObject(lease)
    }

    func create(_ object: AnyKubernetesObject, isDryRun: Bool) throws(ClusterError) -> AnyKubernetesObject {
        func create<Object: KubernetesObject>(_ object: Object) throws(ClusterError) -> AnyKubernetesObject {
            AnyKubernetesObject(try cluster.create(object, isDryRun: isDryRun))
        }
        try admission.check(object.object)
        return try create(object.object)
    }

    func update(
        _ object: AnyKubernetesObject, statusOnly: Bool, isDryRun: Bool
    ) throws(ClusterError) -> AnyKubernetesObject {
        func update<Object: KubernetesObject>(_ object: Object) throws(ClusterError) -> AnyKubernetesObject {
            AnyKubernetesObject(try cluster.update(object, isDryRun: isDryRun))
        }
        func updateStatus<Object: ObjectWithStatus>(_ object: Object) throws(ClusterError) -> AnyKubernetesObject {
            AnyKubernetesObject(try cluster.updateStatus(object, isDryRun: isDryRun))
        }
        if statusOnly, let object = object.object as? any ObjectWithStatus { return try updateStatus(object) }
        try admission.check(object.object)
        return try update(object.object)
    }

    func delete(
        _ resource: ServedResource, namespace: String, name: String, _ options: DeletionOptions
    ) throws(ClusterError) -> AnyKubernetesObject? {
        func delete<Object: KubernetesObject>(_ type: Object.Type) throws(ClusterError) -> AnyKubernetesObject? {
            let found = cluster.get(type, namespace, name)
            if let version = options.resourceVersion, let found, found.metadata.resourceVersion != version {
                throw .conflict(resource: resource.type.qualifiedPlural, name: name)
            }
            try cluster.delete(
                type, namespace, name, uid: options.uid, gracePeriodSeconds: options.gracePeriodSeconds,
                propagation: options.propagation.flatMap { DeletionPropagation(rawValue: $0) } ?? .background,
                isDryRun: options.isDryRun)
            if options.isDryRun { return nil }
            // One of the same name may have been made since.
            return cluster.get(type, namespace, name).flatMap { left in
                left.uid == found?.uid ? AnyKubernetesObject(left) : nil
            }
        }
        guard let type = Self.type(resource) else { throw .notFound(resource.type, name) }
        return try delete(type)
    }

    func changes(after revision: Int64) throws(ClusterError) -> [ObjectChange] {
        try cluster.changes(after: revision).flatMap { change in
            let kind: ObjectChange.Kind =
                switch change.kind {
                case .added: .added
                case .modified: .modified
                case .deleted: .deleted
                }
            let own = ObjectChange(
                kind: kind, object: AnyKubernetesObject(change.object),
                previous: change.previous.map { AnyKubernetesObject($0) }, revision: change.revision)
            return [own] + [Self.endpointChange(change)].compactMap { $0 }
        }
    }

    /// What a change of a pod comes to for those who watch Cilium's endpoints.
    private static func endpointChange(_ change: ClusterChange) -> ObjectChange? {
        guard let pod = change.object as? Pod else { return nil }
        let before = (change.previous as? Pod).flatMap { CiliumEndpoint($0) }
        let after = change.kind == .deleted ? nil : CiliumEndpoint(pod)
        let kind: ObjectChange.Kind
        switch (before, after) {
        case (nil, nil): return nil
        case (nil, _): kind = .added
        case (_, nil): kind = .deleted
        case (let before?, let after?):
            var unchanged = before
            unchanged.metadata.resourceVersion = after.metadata.resourceVersion
            if unchanged == after { return nil }
            kind = .modified
        }
        guard var object = after ?? before else { return nil }
        object.metadata.resourceVersion = String(change.revision)
        return ObjectChange(
            kind: kind, object: AnyKubernetesObject(object), previous: before.map { AnyKubernetesObject($0) },
            revision: change.revision)
    }

    func bind(namespace: String, pod: String, node: String) throws(ClusterError) {
        guard cluster.get(Node.self, "", node) != nil else { throw .notFound(Node.resource, node) }
        var isBound = false
        let found = try cluster.modify(Pod.self, namespace, pod) { pod in
            isBound = !(pod.spec?.nodeName ?? "").isEmpty
            if !isBound { pod.spec?.nodeName = node }
        }
        if found == nil { throw .notFound(Pod.resource, pod) }
        if isBound { throw .conflict(resource: "pods/binding", name: pod) }
    }

    private static func type(_ resource: ServedResource) -> (any KubernetesObject.Type)? {
        resource.origin == .stored
            ? KubernetesKinds.type(apiVersion: resource.type.apiVersion, kind: resource.type.kind) : nil
    }
}
