/// The older list of a service's backends (core/v1 Endpoints).
package struct Endpoints: KubernetesObject {
    package static let resource = ResourceType(
        group: "", version: "v1", kind: "Endpoints", plural: "endpoints", isNamespaced: true)

    package var apiVersion: String?
    package var kind: String?
    package var metadata: ObjectMeta
    package var subsets: [EndpointSubset]?

    package init(metadata: ObjectMeta, subsets: [EndpointSubset]? = nil) {
        apiVersion = Self.resource.apiVersion
        kind = Self.resource.kind
        self.metadata = metadata
        self.subsets = subsets
    }
}

/// Addresses that share the same ports (core/v1 EndpointSubset).
package struct EndpointSubset: Codable, Hashable, Sendable {
    package var addresses: [EndpointAddress]?
    package var notReadyAddresses: [EndpointAddress]?
    package var ports: [EndpointPort]?

    package init(
        addresses: [EndpointAddress]? = nil, notReadyAddresses: [EndpointAddress]? = nil,
        ports: [EndpointPort]? = nil
    ) {
        self.addresses = addresses
        self.notReadyAddresses = notReadyAddresses
        self.ports = ports
    }
}

/// One backend's address (core/v1 EndpointAddress).
package struct EndpointAddress: Codable, Hashable, Sendable {
    package var ip: String
    package var hostname: String?
    package var nodeName: String?
    package var targetRef: ObjectReference?

    package init(ip: String, hostname: String? = nil, nodeName: String? = nil, targetRef: ObjectReference? = nil) {
        self.ip = ip
        self.hostname = hostname
        self.nodeName = nodeName
        self.targetRef = targetRef
    }
}

/// One port of Endpoints or an EndpointSlice (core/v1 and discovery/v1 EndpointPort).
package struct EndpointPort: Codable, Hashable, Sendable {
    /// The service port's name; empty or absent when that has none.
    package var name: String?
    package var port: Int32?
    package var `protocol`: String?
    package var appProtocol: String?

    package init(name: String? = nil, port: Int32? = nil, protocol: String? = nil, appProtocol: String? = nil) {
        self.name = name
        self.port = port
        self.protocol = `protocol`
        self.appProtocol = appProtocol
    }
}

/// Points at another object (core/v1 ObjectReference).
package struct ObjectReference: Codable, Hashable, Sendable {
    package var apiVersion: String?
    package var kind: String?
    package var namespace: String?
    package var name: String?
    package var uid: String?
    package var resourceVersion: String?
    package var fieldPath: String?

    package init(
        apiVersion: String? = nil, kind: String? = nil, namespace: String? = nil, name: String? = nil,
        uid: String? = nil, resourceVersion: String? = nil, fieldPath: String? = nil
    ) {
        self.apiVersion = apiVersion
        self.kind = kind
        self.namespace = namespace
        self.name = name
        self.uid = uid
        self.resourceVersion = resourceVersion
        self.fieldPath = fieldPath
    }
}
