/// A part of a service's backends (discovery.k8s.io/v1 EndpointSlice).
package struct EndpointSlice: KubernetesObject {
    package static let resource = ResourceType(
        group: "discovery.k8s.io", version: "v1", kind: "EndpointSlice", plural: "endpointslices", isNamespaced: true)

    package var apiVersion: String?
    package var kind: String?
    package var metadata: ObjectMeta
    /// `IPv4`, `IPv6` or `FQDN`.
    package var addressType: String
    package var endpoints: [Endpoint]?
    package var ports: [EndpointPort]?

    package init(
        metadata: ObjectMeta, addressType: String = "IPv4", endpoints: [Endpoint]? = nil,
        ports: [EndpointPort]? = nil
    ) {
        apiVersion = Self.resource.apiVersion
        kind = Self.resource.kind
        self.metadata = metadata
        self.addressType = addressType
        self.endpoints = endpoints
        self.ports = ports
    }
}

/// One backend (discovery.k8s.io/v1 Endpoint).
package struct Endpoint: Codable, Hashable, Sendable {
    package var addresses: [String]
    package var conditions: EndpointConditions?
    package var hostname: String?
    package var targetRef: ObjectReference?
    package var deprecatedTopology: [String: String]?
    package var nodeName: String?
    package var zone: String?

    package init(
        addresses: [String], conditions: EndpointConditions? = nil, hostname: String? = nil,
        targetRef: ObjectReference? = nil, deprecatedTopology: [String: String]? = nil, nodeName: String? = nil,
        zone: String? = nil
    ) {
        self.addresses = addresses
        self.conditions = conditions
        self.hostname = hostname
        self.targetRef = targetRef
        self.deprecatedTopology = deprecatedTopology
        self.nodeName = nodeName
        self.zone = zone
    }
}

/// Whether a backend takes traffic (discovery.k8s.io/v1 EndpointConditions). Absent `ready` means true.
package struct EndpointConditions: Codable, Hashable, Sendable {
    package var ready: Bool?
    package var serving: Bool?
    package var terminating: Bool?

    package init(ready: Bool? = nil, serving: Bool? = nil, terminating: Bool? = nil) {
        self.ready = ready
        self.serving = serving
        self.terminating = terminating
    }
}
