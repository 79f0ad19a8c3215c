/// One program of a pod (core/v1 Container).
package struct Container: Codable, Hashable, Sendable {
    package var name: String
    package var image: String?
    package var command: [String]?
    package var args: [String]?
    package var workingDir: String?
    package var ports: [ContainerPort]?
    package var envFrom: [EnvFromSource]?
    package var env: [EnvVar]?
    package var resources: ResourceRequirements?
    package var volumeMounts: [JSONValue]?
    package var livenessProbe: Probe?
    package var readinessProbe: Probe?
    package var startupProbe: Probe?
    package var lifecycle: JSONValue?
    package var terminationMessagePath: String?
    package var terminationMessagePolicy: String?
    /// `Always`, `IfNotPresent` or `Never`; nothing is ever pulled here.
    package var imagePullPolicy: String?
    package var securityContext: JSONValue?
    package var stdin: Bool?
    package var stdinOnce: Bool?
    package var tty: Bool?

    package init(
        name: String, image: String? = nil, command: [String]? = nil, args: [String]? = nil,
        workingDir: String? = nil, ports: [ContainerPort]? = nil, envFrom: [EnvFromSource]? = nil,
        env: [EnvVar]? = nil, resources: ResourceRequirements? = nil, volumeMounts: [JSONValue]? = nil,
        livenessProbe: Probe? = nil, readinessProbe: Probe? = nil, startupProbe: Probe? = nil,
        lifecycle: JSONValue? = nil, terminationMessagePath: String? = nil, terminationMessagePolicy: String? = nil,
        imagePullPolicy: String? = nil, securityContext: JSONValue? = nil, stdin: Bool? = nil,
        stdinOnce: Bool? = nil, tty: Bool? = nil
    ) {
        self.name = name
        self.image = image
        self.command = command
        self.args = args
        self.workingDir = workingDir
        self.ports = ports
        self.envFrom = envFrom
        self.env = env
        self.resources = resources
        self.volumeMounts = volumeMounts
        self.livenessProbe = livenessProbe
        self.readinessProbe = readinessProbe
        self.startupProbe = startupProbe
        self.lifecycle = lifecycle
        self.terminationMessagePath = terminationMessagePath
        self.terminationMessagePolicy = terminationMessagePolicy
        self.imagePullPolicy = imagePullPolicy
        self.securityContext = securityContext
        self.stdin = stdin
        self.stdinOnce = stdinOnce
        self.tty = tty
    }
}

/// A port a container says it listens on (core/v1 ContainerPort).
package struct ContainerPort: Codable, Hashable, Sendable {
    package var name: String?
    package var hostPort: Int32?
    package var containerPort: Int32
    /// `TCP`, `UDP` or `SCTP`.
    package var `protocol`: String?
    package var hostIP: String?

    package init(
        name: String? = nil, hostPort: Int32? = nil, containerPort: Int32, protocol: String? = nil,
        hostIP: String? = nil
    ) {
        self.name = name
        self.hostPort = hostPort
        self.containerPort = containerPort
        self.protocol = `protocol`
        self.hostIP = hostIP
    }
}

/// CPU and memory wanted (core/v1 ResourceRequirements); nothing enforces them here.
package struct ResourceRequirements: Codable, Hashable, Sendable {
    package var limits: [String: Quantity]?
    package var requests: [String: Quantity]?

    package init(limits: [String: Quantity]? = nil, requests: [String: Quantity]? = nil) {
        self.limits = limits
        self.requests = requests
    }
}
