/// What is wanted of a pod (core/v1 PodSpec).
package struct PodSpec: Codable, Hashable, Sendable {
    /// Volume sources are kept as they came: pods of a lab see the host's file system.
    package var volumes: [JSONValue]?
    package var initContainers: [Container]?
    package var containers: [Container]
    /// `Always`, `OnFailure` or `Never`.
    package var restartPolicy: String?
    package var terminationGracePeriodSeconds: Int64?
    package var activeDeadlineSeconds: Int64?
    /// `ClusterFirst`, `ClusterFirstWithHostNet`, `Default` or `None`.
    package var dnsPolicy: String?
    package var nodeSelector: [String: String]?
    package var serviceAccountName: String?
    package var serviceAccount: String?
    package var automountServiceAccountToken: Bool?
    /// Set by the scheduler, or by hand to go past it.
    package var nodeName: String?
    package var hostNetwork: Bool?
    package var hostPID: Bool?
    package var hostIPC: Bool?
    package var shareProcessNamespace: Bool?
    package var securityContext: JSONValue?
    package var imagePullSecrets: [JSONValue]?
    package var hostname: String?
    package var subdomain: String?
    /// core/v1 Affinity as it came; the scheduler reads the required node affinity out of it.
    package var affinity: JSONValue?
    package var schedulerName: String?
    package var tolerations: [Toleration]?
    package var hostAliases: [HostAlias]?
    package var priorityClassName: String?
    package var priority: Int32?
    package var dnsConfig: PodDNSConfig?
    package var readinessGates: [JSONValue]?
    package var runtimeClassName: String?
    package var enableServiceLinks: Bool?
    package var preemptionPolicy: String?
    package var overhead: [String: Quantity]?
    package var topologySpreadConstraints: [TopologySpreadConstraint]?

    package init(
        volumes: [JSONValue]? = nil, initContainers: [Container]? = nil, containers: [Container],
        restartPolicy: String? = nil, terminationGracePeriodSeconds: Int64? = nil,
        activeDeadlineSeconds: Int64? = nil, dnsPolicy: String? = nil, nodeSelector: [String: String]? = nil,
        serviceAccountName: String? = nil, serviceAccount: String? = nil, automountServiceAccountToken: Bool? = nil,
        nodeName: String? = nil, hostNetwork: Bool? = nil, hostPID: Bool? = nil, hostIPC: Bool? = nil,
        shareProcessNamespace: Bool? = nil, securityContext: JSONValue? = nil, imagePullSecrets: [JSONValue]? = nil,
        hostname: String? = nil, subdomain: String? = nil, affinity: JSONValue? = nil, schedulerName: String? = nil,
        tolerations: [Toleration]? = nil, hostAliases: [HostAlias]? = nil, priorityClassName: String? = nil,
        priority: Int32? = nil, dnsConfig: PodDNSConfig? = nil, readinessGates: [JSONValue]? = nil,
        runtimeClassName: String? = nil, enableServiceLinks: Bool? = nil, preemptionPolicy: String? = nil,
        overhead: [String: Quantity]? = nil, topologySpreadConstraints: [TopologySpreadConstraint]? = nil
    ) {
        self.volumes = volumes
        self.initContainers = initContainers
        self.containers = containers
        self.restartPolicy = restartPolicy
        self.terminationGracePeriodSeconds = terminationGracePeriodSeconds
        self.activeDeadlineSeconds = activeDeadlineSeconds
        self.dnsPolicy = dnsPolicy
        self.nodeSelector = nodeSelector
        self.serviceAccountName = serviceAccountName
        self.serviceAccount = serviceAccount
        self.automountServiceAccountToken = automountServiceAccountToken
        self.nodeName = nodeName
        self.hostNetwork = hostNetwork
        self.hostPID = hostPID
        self.hostIPC = hostIPC
        self.shareProcessNamespace = shareProcessNamespace
        self.securityContext = securityContext
        self.imagePullSecrets = imagePullSecrets
        self.hostname = hostname
        self.subdomain = subdomain
        self.affinity = affinity
        self.schedulerName = schedulerName
        self.tolerations = tolerations
        self.hostAliases = hostAliases
        self.priorityClassName = priorityClassName
        self.priority = priority
        self.dnsConfig = dnsConfig
        self.readinessGates = readinessGates
        self.runtimeClassName = runtimeClassName
        self.enableServiceLinks = enableServiceLinks
        self.preemptionPolicy = preemptionPolicy
        self.overhead = overhead
        self.topologySpreadConstraints = topologySpreadConstraints
    }
}

/// Lets a pod onto nodes with a taint (core/v1 Toleration).
package struct Toleration: Codable, Hashable, Sendable {
    /// Absent with `Exists` tolerates every taint.
    package var key: String?
    /// `Equal` (the default) or `Exists`.
    package var `operator`: String?
    package var value: String?
    /// Absent matches every effect.
    package var effect: String?
    /// How long a NoExecute taint is borne; absent is for ever.
    package var tolerationSeconds: Int64?

    package init(
        key: String? = nil, operator: String? = nil, value: String? = nil, effect: String? = nil,
        tolerationSeconds: Int64? = nil
    ) {
        self.key = key
        self.operator = `operator`
        self.value = value
        self.effect = effect
        self.tolerationSeconds = tolerationSeconds
    }
}

/// A line for the pod's /etc/hosts (core/v1 HostAlias).
package struct HostAlias: Codable, Hashable, Sendable {
    package var ip: String
    package var hostnames: [String]?

    package init(ip: String, hostnames: [String]? = nil) {
        self.ip = ip
        self.hostnames = hostnames
    }
}

/// A pod's own resolver settings (core/v1 PodDNSConfig).
package struct PodDNSConfig: Codable, Hashable, Sendable {
    package var nameservers: [String]?
    package var searches: [String]?
    package var options: [PodDNSConfigOption]?

    package init(nameservers: [String]? = nil, searches: [String]? = nil, options: [PodDNSConfigOption]? = nil) {
        self.nameservers = nameservers
        self.searches = searches
        self.options = options
    }
}

/// One resolver option, such as `ndots` (core/v1 PodDNSConfigOption).
package struct PodDNSConfigOption: Codable, Hashable, Sendable {
    package var name: String?
    package var value: String?

    package init(name: String? = nil, value: String? = nil) {
        self.name = name
        self.value = value
    }
}

/// How pods spread over a topology (core/v1 TopologySpreadConstraint).
package struct TopologySpreadConstraint: Codable, Hashable, Sendable {
    package var maxSkew: Int32
    package var topologyKey: String
    /// `DoNotSchedule` or `ScheduleAnyway`.
    package var whenUnsatisfiable: String
    package var labelSelector: LabelSelector?
    package var minDomains: Int32?

    package init(
        maxSkew: Int32, topologyKey: String, whenUnsatisfiable: String, labelSelector: LabelSelector? = nil,
        minDomains: Int32? = nil
    ) {
        self.maxSkew = maxSkew
        self.topologyKey = topologyKey
        self.whenUnsatisfiable = whenUnsatisfiable
        self.labelSelector = labelSelector
        self.minDomains = minDomains
    }
}
