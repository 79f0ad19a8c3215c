/// A machine of the cluster (core/v1 Node).
package struct Node: KubernetesObject {
    package static let resource = ResourceType(
        group: "", version: "v1", kind: "Node", plural: "nodes", isNamespaced: false)

    package var apiVersion: String?
    package var kind: String?
    package var metadata: ObjectMeta
    package var spec: NodeSpec?
    package var status: NodeStatus?

    package init(metadata: ObjectMeta, spec: NodeSpec? = nil, status: NodeStatus? = nil) {
        apiVersion = Self.resource.apiVersion
        kind = Self.resource.kind
        self.metadata = metadata
        self.spec = spec
        self.status = status
    }
}

/// What is wanted of a node (core/v1 NodeSpec).
package struct NodeSpec: Codable, Hashable, Sendable {
    /// What kube-controller-manager's node IPAM gave it; Cilium's cluster-pool mode ignores it.
    package var podCIDR: String?
    package var podCIDRs: [String]?
    /// `kind://docker/<cluster>/<node>` in kind.
    package var providerID: String?
    /// Set by `kubectl cordon`.
    package var unschedulable: Bool?
    package var taints: [Taint]?

    package init(
        podCIDR: String? = nil, podCIDRs: [String]? = nil, providerID: String? = nil, unschedulable: Bool? = nil,
        taints: [Taint]? = nil
    ) {
        self.podCIDR = podCIDR
        self.podCIDRs = podCIDRs
        self.providerID = providerID
        self.unschedulable = unschedulable
        self.taints = taints
    }
}

/// Keeps pods without a matching toleration off a node (core/v1 Taint).
package struct Taint: Codable, Hashable, Sendable {
    package var key: String
    package var value: String?
    /// `NoSchedule`, `PreferNoSchedule` or `NoExecute`.
    package var effect: String
    package var timeAdded: Timestamp?

    package init(key: String, value: String? = nil, effect: String, timeAdded: Timestamp? = nil) {
        self.key = key
        self.value = value
        self.effect = effect
        self.timeAdded = timeAdded
    }
}

/// What a node reports (core/v1 NodeStatus).
package struct NodeStatus: Codable, Hashable, Sendable {
    package var capacity: [String: Quantity]?
    package var allocatable: [String: Quantity]?
    package var conditions: [NodeCondition]?
    package var addresses: [NodeAddress]?
    package var nodeInfo: NodeSystemInfo?
    package var daemonEndpoints: JSONValue?

    package init(
        capacity: [String: Quantity]? = nil, allocatable: [String: Quantity]? = nil,
        conditions: [NodeCondition]? = nil, addresses: [NodeAddress]? = nil, nodeInfo: NodeSystemInfo? = nil,
        daemonEndpoints: JSONValue? = nil
    ) {
        self.capacity = capacity
        self.allocatable = allocatable
        self.conditions = conditions
        self.addresses = addresses
        self.nodeInfo = nodeInfo
        self.daemonEndpoints = daemonEndpoints
    }
}

/// One aspect of a node's health (core/v1 NodeCondition).
package struct NodeCondition: Codable, Hashable, Sendable {
    package var type: String
    /// `True`, `False` or `Unknown`.
    package var status: String
    package var lastHeartbeatTime: Timestamp?
    package var lastTransitionTime: Timestamp?
    package var reason: String?
    package var message: String?

    package init(
        type: String, status: String, lastHeartbeatTime: Timestamp? = nil, lastTransitionTime: Timestamp? = nil,
        reason: String? = nil, message: String? = nil
    ) {
        self.type = type
        self.status = status
        self.lastHeartbeatTime = lastHeartbeatTime
        self.lastTransitionTime = lastTransitionTime
        self.reason = reason
        self.message = message
    }
}

/// An address of a node with its kind, `InternalIP` or `Hostname` (core/v1 NodeAddress).
package struct NodeAddress: Codable, Hashable, Sendable {
    package var type: String
    package var address: String

    package init(type: String, address: String) {
        self.type = type
        self.address = address
    }
}

/// Versions and identities a node reports (core/v1 NodeSystemInfo).
package struct NodeSystemInfo: Codable, Hashable, Sendable {
    package var machineID: String
    package var systemUUID: String
    package var bootID: String
    package var kernelVersion: String
    package var osImage: String
    package var containerRuntimeVersion: String
    package var kubeletVersion: String
    package var kubeProxyVersion: String
    package var operatingSystem: String
    package var architecture: String

    package init(
        machineID: String = "", systemUUID: String = "", bootID: String = "", kernelVersion: String, osImage: String,
        containerRuntimeVersion: String, kubeletVersion: String, kubeProxyVersion: String,
        operatingSystem: String = "linux", architecture: String
    ) {
        self.machineID = machineID
        self.systemUUID = systemUUID
        self.bootID = bootID
        self.kernelVersion = kernelVersion
        self.osImage = osImage
        self.containerRuntimeVersion = containerRuntimeVersion
        self.kubeletVersion = kubeletVersion
        self.kubeProxyVersion = kubeProxyVersion
        self.operatingSystem = operatingSystem
        self.architecture = architecture
    }
}
