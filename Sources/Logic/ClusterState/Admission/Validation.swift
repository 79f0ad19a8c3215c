package import KubernetesModel

/// What the API server refuses, every problem at once (kubernetes pkg/apis/*/validation).
package enum Validation {
    /// The problems of an object on its own; defaults must have been applied.
    package static func errors(in object: any KubernetesObject) -> [FieldError] {
        var errors = name(object)
        switch object {
        case let pod as Pod: errors += podSpec(pod.spec, "spec")
        case let deployment as Deployment:
            guard let spec = deployment.spec else { return errors + [FieldError(.required, "spec")] }
            errors += replicas(spec.replicas)
            errors += selector(spec.selector, template: spec.template)
            errors += podSpec(spec.template.spec, "spec.template.spec")
            errors += restartPolicy(spec.template, among: ["Always"])
            errors += strategy(spec.strategy)
        case let set as ReplicaSet:
            errors += replicas(set.spec?.replicas)
            errors += selector(set.spec?.selector, template: set.spec?.template)
            errors += podSpec(set.spec?.template?.spec, "spec.template.spec")
            errors += restartPolicy(set.spec?.template, among: ["Always"])
        case let set as DaemonSet:
            errors += selector(set.spec?.selector, template: set.spec?.template)
            errors += podSpec(set.spec?.template.spec, "spec.template.spec")
            errors += restartPolicy(set.spec?.template, among: ["Always"])
            errors += strategy(set.spec?.updateStrategy)
        case let job as Job: errors += jobSpec(job)
        case let service as Service: errors += serviceSpec(service.spec ?? ServiceSpec())
        default: break
        }
        return errors
    }

    /// The problems of a change; both have defaults.
    package static func errors(changing old: any KubernetesObject, to new: any KubernetesObject) -> [FieldError] {
        let immutable = "field is immutable"
        switch (old, new) {
        case (let old as Deployment, let new as Deployment) where old.spec?.selector != new.spec?.selector:
            return [FieldError(.invalid, "spec.selector", value: goText(new.spec?.selector), immutable)]
        case (let old as ReplicaSet, let new as ReplicaSet) where old.spec?.selector != new.spec?.selector:
            return [FieldError(.invalid, "spec.selector", value: goText(new.spec?.selector), immutable)]
        case (let old as DaemonSet, let new as DaemonSet) where old.spec?.selector != new.spec?.selector:
            return [FieldError(.invalid, "spec.selector", value: goText(new.spec?.selector), immutable)]
        case (let old as Job, let new as Job): return errors(changing: old, to: new, immutable)
        case (let old as Service, let new as Service):
            guard let before = old.spec?.clusterIP, !before.isEmpty, before != new.spec?.clusterIP,
                new.spec?.type != "ExternalName"
            else { return [] }
            let text = "[]string{\"\(new.spec?.clusterIP ?? "")\"}"
            return [FieldError(.invalid, "spec.clusterIPs[0]", value: text, "may not change once set")]
        default: return []
        }
    }

    static func goText(_ selector: LabelSelector?) -> String {
        let labels = (selector?.matchLabels ?? [:]).sorted { $0.key < $1.key }
        let text = labels.map { "\"\($0.key)\":\"\($0.value)\"" }.joined(separator: ", ")
        return "v1.LabelSelector{MatchLabels:map[string]string{\(text)}, "
            + "MatchExpressions:[]v1.LabelSelectorRequirement(nil)}"
    }

    private static func replicas(_ count: Int32?) -> [FieldError] {
        guard let count, count < 0 else { return [] }
        return [FieldError(.invalid, "spec.replicas", value: String(count), "must be greater than or equal to 0")]
    }

    private static func selector(_ selector: LabelSelector?, template: PodTemplateSpec?) -> [FieldError] {
        guard let selector else { return [FieldError(.required, "spec.selector")] }
        if selector.isEmpty {
            return [
                FieldError(.invalid, "spec.selector", value: "{}", "empty selector is invalid for deployment")
            ]
        }
        let labels = template?.metadata?.labels ?? [:]
        guard !selector.matches(labels) else { return [] }
        let text = labels.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\"\($0.value)\"" }.joined(separator: ", ")
        return [
            FieldError(
                .invalid, "spec.template.metadata.labels", value: "map[string]string{\(text)}",
                "`selector` does not match template `labels`")
        ]
    }

    static func podSpec(_ spec: PodSpec?, _ path: String) -> [FieldError] {
        guard let spec, !spec.containers.isEmpty else { return [FieldError(.required, "\(path).containers")] }
        var errors: [FieldError] = []
        var names: Set<String> = []
        for (index, container) in spec.containers.enumerated() {
            let field = "\(path).containers[\(index)]"
            if container.name.isEmpty {
                errors.append(FieldError(.required, "\(field).name"))
            } else if let problem = NameRules.labelProblem(container.name) {
                errors.append(FieldError(.invalid, "\(field).name", value: "\"\(container.name)\"", problem))
            } else if !names.insert(container.name).inserted {
                errors.append(FieldError(.duplicate, "\(field).name", value: "\"\(container.name)\""))
            }
            if (container.image ?? "").isEmpty { errors.append(FieldError(.required, "\(field).image")) }
            for (position, port) in (container.ports ?? []).enumerated() {
                errors += portNumber(port.containerPort, "\(field).ports[\(position)].containerPort")
            }
        }
        return errors
    }

    private static func serviceSpec(_ spec: ServiceSpec) -> [FieldError] {
        let ports = spec.ports ?? []
        let isHeadless = spec.clusterIP == "None"
        var errors: [FieldError] = []
        if ports.isEmpty, !isHeadless, spec.type != "ExternalName" {
            errors.append(FieldError(.required, "spec.ports"))
        }
        var names: Set<String> = []
        var pairs: Set<String> = []
        for (index, port) in ports.enumerated() {
            let field = "spec.ports[\(index)]"
            let name = port.name ?? ""
            if name.isEmpty, ports.count > 1 {
                errors.append(FieldError(.required, "\(field).name"))
            } else if !name.isEmpty, let problem = NameRules.labelProblem(name) {
                errors.append(FieldError(.invalid, "\(field).name", value: "\"\(name)\"", problem))
            } else if !name.isEmpty, !names.insert(name).inserted {
                errors.append(FieldError(.duplicate, "\(field).name", value: "\"\(name)\""))
            }
            errors += portNumber(port.port, "\(field).port")
            let transport = port.protocol ?? "TCP"
            if !["TCP", "UDP", "SCTP"].contains(transport) {
                let detail = "supported values: \"SCTP\", \"TCP\", \"UDP\""
                errors.append(FieldError(.unsupported, "\(field).protocol", value: "\"\(transport)\"", detail))
            }
            if case .int(let number)? = port.targetPort { errors += portNumber(number, "\(field).targetPort") }
            if !pairs.insert("\(transport)/\(port.port)").inserted {
                let value = "core.ServicePort{Protocol:\"\(transport)\", Port:\(port.port)}"
                errors.append(FieldError(.duplicate, field, value: value))
            }
        }
        return errors
    }

    private static func portNumber(_ port: Int32, _ field: String) -> [FieldError] {
        guard !(1...65_535).contains(port) else { return [] }
        return [FieldError(.invalid, field, value: String(port), "must be between 1 and 65535, inclusive")]
    }

    private static func name(_ object: any KubernetesObject) -> [FieldError] {
        let name = object.name
        if name.isEmpty { return [FieldError(.required, "metadata.name", "name or generateName is required")] }
        let problem: String? =
            switch object {
            case is Namespace: NameRules.labelProblem(name)
            case is Service: NameRules.serviceProblem(name)
            default: NameRules.subdomainProblem(name)
            }
        guard let problem else { return [] }
        return [FieldError(.invalid, "metadata.name", value: "\"\(name)\"", problem)]
    }
}
