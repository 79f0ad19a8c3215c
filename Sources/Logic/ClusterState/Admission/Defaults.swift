package import KubernetesModel

/// What the API server fills in before it stores an object (kubernetes pkg/apis/*/v1/defaults.go).
package enum Defaults {
    /// The object with defaults where nothing was said.
    package static func applied<Object: KubernetesObject>(to object: Object) -> Object {
        var result: any KubernetesObject = object
        switch object {
        case var pod as Pod:
            pod.spec = applied(to: pod.spec ?? noContainers, template: false)
            result = pod
        case var deployment as Deployment:
            if let spec = deployment.spec { deployment.spec = applied(to: spec) }
            result = deployment
        case var set as DaemonSet:
            set.spec?.revisionHistoryLimit.fill(10)
            let strategy = set.spec?.updateStrategy ?? DaemonSetUpdateStrategy()
            set.spec?.updateStrategy = applied(to: strategy)
            let pod = set.spec?.template.spec ?? noContainers
            set.spec?.template.spec = applied(to: pod, template: true)
            result = set
        case var set as ReplicaSet:
            set.spec?.replicas.fill(1)
            var template = set.spec?.template ?? PodTemplateSpec()
            template.spec = applied(to: template.spec ?? noContainers, template: true)
            set.spec?.template = template
            result = set
        case var job as Job:
            if let spec = job.spec { job.spec = applied(to: spec) }
            result = job
        case var service as Service:
            if let spec = service.spec { service.spec = applied(to: spec) }
            service.status.fill(ServiceStatus(loadBalancer: .object([:])))
            result = service
        case var slice as EndpointSlice:
            for index in (slice.ports ?? []).indices {
                slice.ports?[index].name.fill("")
                slice.ports?[index].protocol.fill("TCP")
            }
            result = slice
        case var namespace as Namespace:
            namespace.spec = NamespaceSpec(finalizers: ["kubernetes"])
            namespace.metadata.labels = namespace.labels.merging(
                ["kubernetes.io/metadata.name": namespace.name], uniquingKeysWith: { _, new in new })
            namespace.status.fill(NamespaceStatus(phase: "Active"))
            result = namespace
        case var secret as Secret:
            secret.type.fill("Opaque")
            result = secret
        default: break
        }
        return result as? Object ?? object
    }

    /// What a pod is that nothing is said of: it gets defaults like any other, and is refused for its containers.
    private static let noContainers = PodSpec(containers: [])

    static func applied(to spec: JobSpec) -> JobSpec {
        var spec = spec
        // One pod, unless it is said how many at once or altogether.
        if spec.completions == nil, spec.parallelism == nil { spec.completions = 1 }
        spec.parallelism.fill(1)
        spec.backoffLimit.fill(6)
        spec.completionMode.fill("NonIndexed")
        spec.suspend.fill(false)
        spec.template.spec = applied(to: spec.template.spec ?? noContainers, template: true)
        return spec
    }

    private static func applied(to strategy: DaemonSetUpdateStrategy) -> DaemonSetUpdateStrategy {
        var strategy = strategy
        strategy.type.fill("RollingUpdate")
        guard strategy.type == "RollingUpdate" else { return strategy }
        var rolling = strategy.rollingUpdate ?? RollingUpdateDaemonSet()
        rolling.maxUnavailable.fill(1)
        rolling.maxSurge.fill(0)
        strategy.rollingUpdate = rolling
        return strategy
    }

    static func applied(to spec: DeploymentSpec) -> DeploymentSpec {
        var spec = spec
        spec.replicas.fill(1)
        var strategy = spec.strategy ?? DeploymentStrategy()
        strategy.type.fill("RollingUpdate")
        if strategy.type == "RollingUpdate" {
            var rolling = strategy.rollingUpdate ?? RollingUpdateDeployment()
            rolling.maxUnavailable.fill("25%")
            rolling.maxSurge.fill("25%")
            strategy.rollingUpdate = rolling
        }
        spec.strategy = strategy
        spec.revisionHistoryLimit.fill(10)
        spec.progressDeadlineSeconds.fill(600)
        spec.template.spec = applied(to: spec.template.spec ?? noContainers, template: true)
        return spec
    }

    /// - Parameter template: a pod itself also gets the tolerations and the service links that admission adds.
    static func applied(to spec: PodSpec, template: Bool) -> PodSpec {
        var spec = spec
        spec.restartPolicy.fill("Always")
        spec.terminationGracePeriodSeconds.fill(30)
        spec.dnsPolicy.fill("ClusterFirst")
        spec.schedulerName.fill("default-scheduler")
        spec.securityContext.fill(.object([:]))
        spec.serviceAccount.fill(spec.serviceAccountName)
        spec.serviceAccountName.fill(spec.serviceAccount)
        spec.volumes = spec.volumes?.map(applied(toVolume:))
        spec.containers = spec.containers.map(applied)
        spec.initContainers = spec.initContainers?.map(applied)
        if spec.hostNetwork == true {
            spec.containers = spec.containers.map(onHostNetwork)
            spec.initContainers = spec.initContainers?.map(onHostNetwork)
        }
        guard !template else { return spec }
        spec.enableServiceLinks.fill(true)
        spec.priority.fill(0)
        spec.preemptionPolicy.fill("PreemptLowerPriority")
        spec.serviceAccountName.fill("default")
        spec.serviceAccount.fill(spec.serviceAccountName)
        spec.containers = spec.containers.map(withRequests)
        spec.initContainers = spec.initContainers?.map(withRequests)
        for key in ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"] {
            let taint = Taint(key: key, effect: "NoExecute")
            if !(spec.tolerations ?? []).contains(where: { $0.tolerates(taint) }) {
                spec.tolerations =
                    (spec.tolerations ?? []) + [
                        Toleration(key: key, operator: "Exists", effect: "NoExecute", tolerationSeconds: 300)
                    ]
            }
        }
        return spec
    }

    /// What has a limit and no request requests its limit (SetDefaults_Pod).
    private static func withRequests(_ container: Container) -> Container {
        var container = container
        guard var resources = container.resources, let limits = resources.limits, !limits.isEmpty else {
            return container
        }
        resources.requests = limits.merging(resources.requests ?? [:]) { $1 }
        container.resources = resources
        return container
    }

    private static func applied(to container: Container) -> Container {
        var container = container
        container.terminationMessagePath.fill("/dev/termination-log")
        container.terminationMessagePolicy.fill("File")
        container.imagePullPolicy.fill(pullPolicy(of: container.image ?? ""))
        container.resources.fill(ResourceRequirements())
        for index in (container.ports ?? []).indices {
            container.ports?[index].protocol.fill("TCP")
        }
        for index in (container.env ?? []).indices {
            container.env?[index].valueFrom?.fieldRef?.apiVersion.fill("v1")
        }
        container.livenessProbe = container.livenessProbe.map(applied)
        container.readinessProbe = container.readinessProbe.map(applied)
        container.startupProbe = container.startupProbe.map(applied)
        return container
    }

    /// A port on the host network is the host's port too.
    private static func onHostNetwork(_ container: Container) -> Container {
        var container = container
        for index in (container.ports ?? []).indices {
            let number = container.ports?[index].containerPort
            container.ports?[index].hostPort.fill(number)
        }
        return container
    }

    /// `Always` for the tag `latest` or none, else `IfNotPresent`.
    private static func pullPolicy(of image: String) -> String {
        if image.contains("@") { return "IfNotPresent" }
        let last = image.split(separator: "/").last ?? ""
        let tag = last.split(separator: ":").dropFirst().first
        return tag == nil || tag == "latest" ? "Always" : "IfNotPresent"
    }

    private static func applied(to probe: Probe) -> Probe {
        var probe = probe
        probe.timeoutSeconds.fill(1)
        probe.periodSeconds.fill(10)
        probe.successThreshold.fill(1)
        probe.failureThreshold.fill(3)
        probe.httpGet?.path.fill("/")
        probe.httpGet?.scheme.fill("HTTP")
        return probe
    }

    static func applied(to spec: ServiceSpec) -> ServiceSpec {
        var spec = spec
        spec.type.fill("ClusterIP")
        spec.sessionAffinity.fill("None")
        if spec.sessionAffinity == "ClientIP" {
            spec.sessionAffinityConfig.fill(SessionAffinityConfig(clientIP: ClientIPConfig(timeoutSeconds: 10_800)))
        }
        for index in (spec.ports ?? []).indices {
            spec.ports?[index].protocol.fill("TCP")
            if let port = spec.ports?[index].port { spec.ports?[index].targetPort.fill(.int(port)) }
        }
        guard spec.type != "ExternalName" else { return spec }
        spec.ipFamilies.fill(["IPv4"])
        spec.ipFamilyPolicy.fill("SingleStack")
        spec.internalTrafficPolicy.fill("Cluster")
        if spec.type != "ClusterIP" { spec.externalTrafficPolicy = spec.externalTrafficPolicy ?? "Cluster" }
        return spec
    }
}

extension Optional {
    /// Sets a value where there is none.
    mutating func fill(_ value: @autoclosure () -> Wrapped?) {
        if self == nil { self = value() }
    }
}
