/// Something worth telling about an object (core/v1 Event).
package struct Event: KubernetesObject {
    package static let resource = ResourceType(
        group: "", version: "v1", kind: "Event", plural: "events", isNamespaced: true)

    package var apiVersion: String?
    package var kind: String?
    package var metadata: ObjectMeta
    package var involvedObject: ObjectReference
    /// One word in CamelCase, such as `Scheduled`.
    package var reason: String?
    package var message: String?
    package var source: EventSource?
    package var firstTimestamp: Timestamp?
    package var lastTimestamp: Timestamp?
    /// How often the same thing was told.
    package var count: Int32?
    /// `Normal` or `Warning`.
    package var type: String?
    package var reportingComponent: String?
    package var reportingInstance: String?

    package init(
        metadata: ObjectMeta, involvedObject: ObjectReference, reason: String? = nil, message: String? = nil,
        source: EventSource? = nil, firstTimestamp: Timestamp? = nil, lastTimestamp: Timestamp? = nil,
        count: Int32? = nil, type: String? = nil, reportingComponent: String? = nil, reportingInstance: String? = nil
    ) {
        apiVersion = Self.resource.apiVersion
        kind = Self.resource.kind
        self.metadata = metadata
        self.involvedObject = involvedObject
        self.reason = reason
        self.message = message
        self.source = source
        self.firstTimestamp = firstTimestamp
        self.lastTimestamp = lastTimestamp
        self.count = count
        self.type = type
        self.reportingComponent = reportingComponent
        self.reportingInstance = reportingInstance
    }
}

/// Who told it (core/v1 EventSource).
package struct EventSource: Codable, Hashable, Sendable {
    package var component: String?
    package var host: String?

    package init(component: String? = nil, host: String? = nil) {
        self.component = component
        self.host = host
    }
}
