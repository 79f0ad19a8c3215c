package import ClusterState
package import KubernetesModel

extension Cluster {
    /// Stores an event, and deletes the oldest ones beyond the limit. One that says what another said before is counted
    /// on that one, as client-go's recorder does.
    ///
    /// - Throws: as ``create(_:)``.
    package func record(_ event: Event) throws(ClusterError) {
        try transaction { state throws(ClusterError) in
            let saying = EventSaying(event)
            if let key = state.eventKeys[saying], let known = state.objects["Event"]?[key] as? Event {
                var again = known
                again.count = (known.count ?? 1) + 1
                again.lastTimestamp = event.lastTimestamp
                _ = try put(again, over: known, &state)
                return
            }
            var event = event
            if (event.metadata.name ?? "").isEmpty, event.metadata.generateName == nil {
                event.metadata.name = Self.eventName(of: event, state.revision)
            }
            let created = try create(event, &state)
            state.eventOrder.append(ObjectKey(created))
            state.eventKeys[saying] = ObjectKey(created)
            while state.eventOrder.count > options.eventLimit {
                let oldest = state.eventOrder.removeFirst()
                guard let event = state.objects["Event"]?[oldest] as? Event else { continue }
                try drop(event, &state)
            }
        }
    }

    /// The object's name and the time in hexadecimal nanoseconds, as client-go's recorder makes it: the events of an
    /// object are listed in their order. The revision stands for what is below a second, and for uniqueness.
    private static func eventName(of event: Event, _ revision: Int64) -> String {
        let time = (event.lastTimestamp?.seconds ?? 0) * 1_000_000_000 + revision % 1_000_000_000
        let suffix = "." + String(time, radix: 16)
        // A name takes 253 characters, and none of its parts ends with anything but a letter or a digit.
        var base = (event.involvedObject.name ?? "").prefix(253 - suffix.count)
        while let last = base.last, last == "." || last == "-" { base.removeLast() }
        return base + suffix
    }

    /// Tells something about an object. In a namespace that is being emptied nobody would read it, so nothing is told.
    ///
    /// - Parameters:
    ///   - uid: another than the object's own, as kubelet's events about its node have.
    ///   - fieldPath: which part of the object it is about.
    package func record(
        about object: some KubernetesObject, uid: String? = nil, fieldPath: String? = nil, _ reason: String,
        _ message: String, source: EventSource, isWarning: Bool = false
    ) throws(ClusterError) {
        let resource = type(of: object).resource
        let namespace = object.namespace.isEmpty ? "default" : object.namespace
        guard get(Namespace.self, "", namespace)?.metadata.deletionTimestamp == nil else { return }
        let now = clock()
        let event = Event(
            metadata: ObjectMeta(namespace: namespace),
            involvedObject: ObjectReference(
                apiVersion: resource.apiVersion, kind: resource.kind, namespace: object.metadata.namespace,
                name: object.name, uid: uid ?? object.metadata.uid, resourceVersion: object.metadata.resourceVersion,
                fieldPath: fieldPath),
            reason: reason, message: message, source: source, firstTimestamp: now, lastTimestamp: now, count: 1,
            type: isWarning ? "Warning" : "Normal")
        do throws(ClusterError) {
            try record(event)
        } catch .namespaceTerminating {
            // It began to be emptied just now.
        }
    }

    /// The revision at which an object was first written: the order in which objects came.
    func creationRevision(of object: some KubernetesObject) -> Int64 {
        let resource = type(of: object).resource
        let key = StoreKey.key(of: resource, namespace: object.namespace, name: object.name)
        return store.get(key)?.createRevision ?? 0
    }
}

/// What an event says of what, whenever it says it.
struct EventSaying: Hashable {
    private let about: ObjectReference
    private let reason: String?
    private let message: String?
    private let source: EventSource?
    private let type: String?

    init(_ event: Event) {
        var about = event.involvedObject
        about.resourceVersion = nil
        self.about = about
        reason = event.reason
        message = event.message
        source = event.source
        type = event.type
    }
}
