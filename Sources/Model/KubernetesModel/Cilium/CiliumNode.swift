/// What Cilium knows of a node (cilium.io/v2 CiliumNode).
package struct CiliumNode: KubernetesObject {
    package static let resource = ResourceType(
        group: "cilium.io", version: "v2", kind: "CiliumNode", plural: "ciliumnodes", isNamespaced: false)

    package var apiVersion: String?
    package var kind: String?
    package var metadata: ObjectMeta
    package var spec: CiliumNodeSpec?
    package var status: JSONValue?

    package init(metadata: ObjectMeta, spec: CiliumNodeSpec? = nil, status: JSONValue? = nil) {
        apiVersion = Self.resource.apiVersion
        kind = Self.resource.kind
        self.metadata = metadata
        self.spec = spec
        self.status = status
    }
}

/// Addresses and CIDRs of a node as Cilium sees them (cilium.io/v2 NodeSpec).
package struct CiliumNodeSpec: Codable, Hashable, Sendable {
    package var addresses: [CiliumNodeAddress]?
    package var health: CiliumNodeHealth?
    package var ipam: CiliumNodeIPAM?

    package init(addresses: [CiliumNodeAddress]? = nil, health: CiliumNodeHealth? = nil, ipam: CiliumNodeIPAM? = nil) {
        self.addresses = addresses
        self.health = health
        self.ipam = ipam
    }
}

/// One address with its use: `InternalIP`, or `CiliumInternalIP` for the router (cilium.io/v2 NodeAddress).
package struct CiliumNodeAddress: Codable, Hashable, Sendable {
    package var type: String
    package var ip: String

    package init(type: String, ip: String) {
        self.type = type
        self.ip = ip
    }
}

/// The address cilium-health answers at on this node (cilium.io/v2 HealthAddressingSpec).
package struct CiliumNodeHealth: Codable, Hashable, Sendable {
    package var ipv4: String?
    package var ipv6: String?

    package init(ipv4: String? = nil, ipv6: String? = nil) {
        self.ipv4 = ipv4
        self.ipv6 = ipv6
    }
}

/// What the operator gave the node's agent to allocate from (cilium.io/v2 IPAMSpec).
package struct CiliumNodeIPAM: Codable, Hashable, Sendable {
    package var podCIDRs: [String]?

    package init(podCIDRs: [String]? = nil) {
        self.podCIDRs = podCIDRs
    }
}
