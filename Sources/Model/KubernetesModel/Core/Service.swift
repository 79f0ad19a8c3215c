/// A stable address in front of pods (core/v1 Service).
package struct Service: KubernetesObject {
    package static let resource = ResourceType(
        group: "", version: "v1", kind: "Service", plural: "services", isNamespaced: true)

    package var apiVersion: String?
    package var kind: String?
    package var metadata: ObjectMeta
    package var spec: ServiceSpec?
    package var status: ServiceStatus?

    package init(metadata: ObjectMeta, spec: ServiceSpec? = nil, status: ServiceStatus? = nil) {
        apiVersion = Self.resource.apiVersion
        kind = Self.resource.kind
        self.metadata = metadata
        self.spec = spec
        self.status = status
    }
}

/// What is wanted of a service (core/v1 ServiceSpec).
package struct ServiceSpec: Codable, Hashable, Sendable {
    package var ports: [ServicePort]?
    /// Absent: no controller makes endpoints for it.
    package var selector: [String: String]?
    /// `None` makes the service headless.
    package var clusterIP: String?
    package var clusterIPs: [String]?
    /// `ClusterIP`, `NodePort`, `LoadBalancer` or `ExternalName`.
    package var type: String?
    package var externalIPs: [String]?
    /// `None` or `ClientIP`.
    package var sessionAffinity: String?
    package var sessionAffinityConfig: SessionAffinityConfig?
    package var loadBalancerIP: String?
    package var loadBalancerSourceRanges: [String]?
    package var loadBalancerClass: String?
    package var allocateLoadBalancerNodePorts: Bool?
    package var externalName: String?
    /// `Cluster` or `Local`.
    package var externalTrafficPolicy: String?
    package var internalTrafficPolicy: String?
    package var healthCheckNodePort: Int32?
    package var publishNotReadyAddresses: Bool?
    /// `IPv4`, `IPv6`.
    package var ipFamilies: [String]?
    /// `SingleStack`, `PreferDualStack` or `RequireDualStack`.
    package var ipFamilyPolicy: String?

    package init(
        ports: [ServicePort]? = nil, selector: [String: String]? = nil, clusterIP: String? = nil,
        clusterIPs: [String]? = nil, type: String? = nil, externalIPs: [String]? = nil,
        sessionAffinity: String? = nil, sessionAffinityConfig: SessionAffinityConfig? = nil,
        loadBalancerIP: String? = nil, loadBalancerSourceRanges: [String]? = nil, loadBalancerClass: String? = nil,
        allocateLoadBalancerNodePorts: Bool? = nil, externalName: String? = nil,
        externalTrafficPolicy: String? = nil, internalTrafficPolicy: String? = nil,
        healthCheckNodePort: Int32? = nil, publishNotReadyAddresses: Bool? = nil, ipFamilies: [String]? = nil,
        ipFamilyPolicy: String? = nil
    ) {
        self.ports = ports
        self.selector = selector
        self.clusterIP = clusterIP
        self.clusterIPs = clusterIPs
        self.type = type
        self.externalIPs = externalIPs
        self.sessionAffinity = sessionAffinity
        self.sessionAffinityConfig = sessionAffinityConfig
        self.loadBalancerIP = loadBalancerIP
        self.loadBalancerSourceRanges = loadBalancerSourceRanges
        self.loadBalancerClass = loadBalancerClass
        self.allocateLoadBalancerNodePorts = allocateLoadBalancerNodePorts
        self.externalName = externalName
        self.externalTrafficPolicy = externalTrafficPolicy
        self.internalTrafficPolicy = internalTrafficPolicy
        self.healthCheckNodePort = healthCheckNodePort
        self.publishNotReadyAddresses = publishNotReadyAddresses
        self.ipFamilies = ipFamilies
        self.ipFamilyPolicy = ipFamilyPolicy
    }
}

/// One port of a service (core/v1 ServicePort).
package struct ServicePort: Codable, Hashable, Sendable {
    package var name: String?
    package var `protocol`: String?
    package var appProtocol: String?
    package var port: Int32
    /// A number, or the name of a container port; absent means the same as `port`.
    package var targetPort: IntOrString?
    package var nodePort: Int32?

    package init(
        name: String? = nil, protocol: String? = nil, appProtocol: String? = nil, port: Int32,
        targetPort: IntOrString? = nil, nodePort: Int32? = nil
    ) {
        self.name = name
        self.protocol = `protocol`
        self.appProtocol = appProtocol
        self.port = port
        self.targetPort = targetPort
        self.nodePort = nodePort
    }
}

/// How long a client sticks (core/v1 SessionAffinityConfig).
package struct SessionAffinityConfig: Codable, Hashable, Sendable {
    package var clientIP: ClientIPConfig?

    package init(clientIP: ClientIPConfig? = nil) {
        self.clientIP = clientIP
    }
}

/// Affinity by client address (core/v1 ClientIPConfig).
package struct ClientIPConfig: Codable, Hashable, Sendable {
    /// Default 10800.
    package var timeoutSeconds: Int32?

    package init(timeoutSeconds: Int32? = nil) {
        self.timeoutSeconds = timeoutSeconds
    }
}

/// What a load balancer made of a service (core/v1 ServiceStatus).
package struct ServiceStatus: Codable, Hashable, Sendable {
    package var loadBalancer: JSONValue?

    package init(loadBalancer: JSONValue? = nil) {
        self.loadBalancer = loadBalancer
    }
}
