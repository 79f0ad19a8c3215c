package import ClusterState
package import KubernetesModel
import NetworkModel

extension Cluster {
    /// Creates an object: name, uid, defaults, validation, ClusterIP.
    ///
    /// - Throws: `alreadyExists`, `notFound` for a missing namespace, `namespaceTerminating`, `invalid`, `storage`.
    @discardableResult
    package func create<Object: KubernetesObject>(
        _ object: Object, isDryRun: Bool = false
    ) throws(ClusterError) -> Object {
        try transaction(isDryRun: isDryRun) { state throws(ClusterError) in try create(object, &state) }
    }

    func create<Object: KubernetesObject>(_ given: Object, _ state: inout State) throws(ClusterError) -> Object {
        var object = given
        let resource = Object.resource
        object.metadata.namespace = resource.isNamespaced ? object.metadata.namespace ?? "default" : nil
        if object.name.isEmpty, let base = object.metadata.generateName, !base.isEmpty {
            repeat {
                let count = nextCount("name \(object.namespace)/\(base)", &state)
                object.metadata.name = ObjectNames.generated(
                    from: base, namespace: object.namespace, count: count, seed: options.seed)
            } while state.objects[resource.kind]?[ObjectKey(object)] != nil
        }
        let key = ObjectKey(object)
        if state.objects[resource.kind]?[key] != nil {
            throw .alreadyExists(resource: resource.qualifiedPlural, name: key.name)
        }
        if resource.isNamespaced {
            guard let namespace = state.objects["Namespace"]?[ObjectKey("", key.namespace)] else {
                throw .notFound(Namespace.resource, key.namespace)
            }
            if namespace.metadata.deletionTimestamp != nil {
                throw .namespaceTerminating(
                    resource: resource.qualifiedPlural, name: key.name, namespace: key.namespace)
            }
        }
        object = Defaults.applied(to: object)
        object.metadata.uid = ObjectNames.uid(
            options.seed, resource.kind, key.namespace, key.name,
            epoch, String(nextCount("uid \(resource.kind) \(key)", &state)))
        // Its template's labels are the server's, and are validated with the rest.
        if let job = object as? Job { object = Self.withSelector(job) as? Object ?? object }
        try validate(Validation.errors(in: object), object)
        object.metadata.creationTimestamp = clock()
        object.metadata.deletionTimestamp = nil
        object.metadata.generation = Self.countsGenerations(object) ? 1 : nil
        if var pod = object as? Pod {
            var status = pod.status ?? PodStatus()
            status.phase = status.phase ?? "Pending"
            status.qosClass = pod.qosClass
            pod.status = status
            object = pod as? Object ?? object
        } else if let service = object as? Service {
            object = try allocate(service, over: nil, state) as? Object ?? object
        }
        return try put(object, over: nil, &state)
    }

    /// A job's pods are told from others by its uid (batch/job strategy, generateSelector).
    private static func withSelector(_ given: Job) -> Job {
        var job = given
        guard job.spec?.manualSelector != true, job.spec?.selector == nil else { return given }
        let labels = ["controller-uid": given.uid]
        job.spec?.selector = LabelSelector(matchLabels: labels)
        var metadata = job.spec?.template.metadata ?? ObjectMeta()
        metadata.labels = (metadata.labels ?? [:]).merging(labels) { $1 }.merging(["job-name": given.name]) { $1 }
        job.spec?.template.metadata = metadata
        return job
    }

    /// Replaces what is wanted of an object; status, uid and what was allocated stay.
    ///
    /// A `resourceVersion` or `uid` in the object must be the stored one; without a version the write is unconditional.
    /// Writing what is already there changes nothing.
    ///
    /// - Throws: `notFound`, `conflict`, `invalid`, `storage`.
    @discardableResult
    package func update<Object: KubernetesObject>(
        _ object: Object, isDryRun: Bool = false
    ) throws(ClusterError) -> Object {
        try transaction(isDryRun: isDryRun) { state throws(ClusterError) in
            try replace(object, statusOnly: false, &state)
        }
    }

    /// Replaces the status alone.
    ///
    /// - Throws: `notFound`, `conflict`, `storage`.
    @discardableResult
    package func updateStatus<Object: ObjectWithStatus>(
        _ object: Object, isDryRun: Bool = false
    ) throws(ClusterError) -> Object {
        try transaction(isDryRun: isDryRun) { state throws(ClusterError) in
            try replace(object, statusOnly: true, &state)
        }
    }

    /// Creates the object of a manifest, or replaces what is wanted of the one that exists.
    ///
    /// - Throws: as ``create(_:)`` and ``update(_:)``.
    @discardableResult
    package func apply(
        _ manifest: AnyKubernetesObject, isDryRun: Bool = false
    ) throws(ClusterError) -> AnyKubernetesObject {
        func apply<Object: KubernetesObject>(_ object: Object) throws(ClusterError) -> AnyKubernetesObject {
            var object = object
            if Object.resource.isNamespaced { object.metadata.namespace = object.metadata.namespace ?? "default" }
            let result = try transaction(isDryRun: isDryRun) { state throws(ClusterError) in
                guard let old = state.objects[Object.resource.kind]?[ObjectKey(object)] else {
                    return try create(object, &state)
                }
                // A manifest does not know who owns what it describes, nor which object of that name is there.
                object.metadata.uid = old.uid
                object.metadata.ownerReferences = object.metadata.ownerReferences ?? old.metadata.ownerReferences
                return try replace(object, statusOnly: false, &state)
            }
            return AnyKubernetesObject(result)
        }
        return try apply(manifest.object)
    }

    /// Reads, changes and writes one object in one step, spec and status alike: for controllers and node agents.
    ///
    /// No defaults and no validation. Returns nil when there is no such object; an unchanged one is not written.
    ///
    /// - Throws: `storage`.
    @discardableResult
    package func modify<Object: KubernetesObject>(
        _ type: Object.Type, _ namespace: String, _ name: String, _ change: (inout Object) -> Void
    ) throws(ClusterError) -> Object? {
        try transaction { state throws(ClusterError) in
            guard let old = state.objects[type.resource.kind]?[ObjectKey(namespace, name)] as? Object else {
                return nil
            }
            var new = old
            change(&new)
            guard new != old else { return old }
            if new.isReleased, !old.isReleased {
                try drop(new, &state)
                return new
            }
            bumpGeneration(&new, from: old)
            return try put(new, over: old, &state)
        }
    }

    private func replace<Object: KubernetesObject>(
        _ given: Object, statusOnly: Bool, _ state: inout State
    ) throws(ClusterError) -> Object {
        let resource = Object.resource
        guard let old = state.objects[resource.kind]?[ObjectKey(given)] as? Object else {
            throw .notFound(resource, given.name)
        }
        if let version = given.metadata.resourceVersion, !version.isEmpty, version != old.metadata.resourceVersion {
            throw .conflict(resource: resource.qualifiedPlural, name: given.name)
        }
        // One of the same name made since is not what was meant (registry store.go, Preconditions).
        if !given.uid.isEmpty, given.uid != old.uid {
            throw .conflict(resource: resource.qualifiedPlural, name: given.name)
        }
        var new = given
        if statusOnly {
            new = Self.withStatus(of: given, in: old)
        } else {
            new = Self.withStatus(of: old, in: Defaults.applied(to: given))
            new.metadata.uid = old.metadata.uid
            new.metadata.creationTimestamp = old.metadata.creationTimestamp
            new.metadata.deletionTimestamp = old.metadata.deletionTimestamp
            new.metadata.deletionGracePeriodSeconds = old.metadata.deletionGracePeriodSeconds
            new.metadata.generation = old.metadata.generation
            new.metadata.generateName = old.metadata.generateName
            new.metadata.managedFields = given.metadata.managedFields ?? old.metadata.managedFields
            if let service = new as? Service {
                new = try allocate(service, over: old as? Service, state) as? Object ?? new
            } else if var pod = new as? Pod, let oldPod = old as? Pod {
                if (pod.spec?.nodeName ?? "").isEmpty { pod.spec?.nodeName = oldPod.spec?.nodeName }
                new = pod as? Object ?? new
            } else if let job = new as? Job {
                new = Self.withSelector(job) as? Object ?? new
            } else if var node = new as? Node, let oldNode = old as? Node {
                var spec = node.spec ?? NodeSpec()
                spec.podCIDR = spec.podCIDR ?? oldNode.spec?.podCIDR
                spec.podCIDRs = spec.podCIDRs ?? oldNode.spec?.podCIDRs
                node.spec = spec
                new = node as? Object ?? new
            }
            try validate(Validation.errors(in: new) + Validation.errors(changing: old, to: new), new)
            bumpGeneration(&new, from: old)
        }
        new.apiVersion = old.apiVersion
        new.kind = old.kind
        new.metadata.resourceVersion = old.metadata.resourceVersion
        guard new != old else { return old }
        if new.isReleased {
            try drop(new, &state)
            return new
        }
        return try put(new, over: old, &state)
    }

    private static func countsGenerations(_ object: any KubernetesObject) -> Bool {
        object is Deployment || object is ReplicaSet || object is DaemonSet || object is EndpointSlice
            || object is Job || object is CiliumNode
    }

    private func bumpGeneration<Object: KubernetesObject>(_ new: inout Object, from old: Object) {
        guard Self.countsGenerations(new) else { return }
        var probe = Self.withStatus(of: old, in: new)
        probe.metadata = old.metadata
        if probe != old { new.metadata.generation = (old.metadata.generation ?? 0) + 1 }
    }

    /// `object` with the status of `source`.
    private static func withStatus<Object: KubernetesObject>(of source: Object, in object: Object) -> Object {
        func copied<Some: ObjectWithStatus>(_ object: Some) -> Object? {
            var object = object
            object.status = (source as? Some)?.status
            return object as? Object
        }
        guard let some = object as? any ObjectWithStatus else { return object }
        return copied(some) ?? object
    }

    private func validate(_ errors: [FieldError], _ object: some KubernetesObject) throws(ClusterError) {
        guard !errors.isEmpty else { return }
        let resource = type(of: object).resource
        let kind = resource.group.isEmpty ? resource.kind : "\(resource.kind).\(resource.group)"
        throw .invalid(kind: kind, name: object.name, errors: errors)
    }
}

extension Pod {
    /// `Guaranteed` and `Burstable` follow requests and limits; nothing here enforces them.
    var qosClass: String {
        let all = (spec?.containers ?? []).map { $0.resources ?? ResourceRequirements() }
        if all.allSatisfy({ ($0.limits ?? [:]).isEmpty && ($0.requests ?? [:]).isEmpty }) { return "BestEffort" }
        let isGuaranteed = all.allSatisfy { resources in
            ["cpu", "memory"].allSatisfy { name in
                resources.limits?[name] != nil
                    && (resources.requests?[name] ?? resources.limits?[name]) == resources.limits?[name]
            }
        }
        return isGuaranteed ? "Guaranteed" : "Burstable"
    }
}
