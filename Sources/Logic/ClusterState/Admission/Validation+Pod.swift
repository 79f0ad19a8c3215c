import KubernetesModel
import NetworkModel

/// Pods and what templates make of them (kubernetes pkg/apis/core/validation ValidatePodSpec).
extension Validation {
    static func podTemplate(_ template: PodTemplateSpec?, _ path: String) -> [FieldError] {
        labels(template?.metadata?.labels, "\(path).labels")
            + annotations(template?.metadata?.annotations, "\(path).annotations")
            + podSpec(template?.spec, "\(path).spec")
    }

    static func podSpec(_ spec: PodSpec?, _ path: String) -> [FieldError] {
        guard let spec else { return [FieldError(.required, "\(path).containers")] }
        var errors = volumes(spec.volumes ?? [], "\(path).volumes")
        errors += containers(of: spec, path)
        errors += supported(spec.restartPolicy ?? "", ["Always", "OnFailure", "Never"], "\(path).restartPolicy")
        errors += supported(
            spec.dnsPolicy ?? "", ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"], "\(path).dnsPolicy")
        errors += labels(spec.nodeSelector, "\(path).nodeSelector")
        for (name, field) in [
            (spec.serviceAccountName, "serviceAccountName"), (spec.nodeName, "nodeName"),
            (spec.priorityClassName, "priorityClassName"), (spec.runtimeClassName, "runtimeClassName"),
        ] {
            guard let name, !name.isEmpty, let problem = NameRules.subdomainProblem(name) else { continue }
            errors.append(invalid("\(path).\(field)", name, problem))
        }
        if let seconds = spec.activeDeadlineSeconds, !(1...Int64(Int32.max)).contains(seconds) {
            errors.append(
                FieldError(
                    .invalid, "\(path).activeDeadlineSeconds", value: String(seconds),
                    "must be between 1 and 2147483647, inclusive"))
        }
        for (name, field) in [(spec.hostname, "hostname"), (spec.subdomain, "subdomain")] {
            guard let name, !name.isEmpty, let problem = NameRules.labelProblem(name) else { continue }
            errors.append(invalid("\(path).\(field)", name, problem))
        }
        for (index, toleration) in (spec.tolerations ?? []).enumerated() {
            errors += self.toleration(toleration, "\(path).tolerations[\(index)]")
        }
        for (index, alias) in (spec.hostAliases ?? []).enumerated() {
            let field = "\(path).hostAliases[\(index)]"
            if !isAddress(alias.ip) { errors.append(invalid("\(field).ip", alias.ip, "must be valid IP address")) }
            for (position, name) in (alias.hostnames ?? []).enumerated() {
                guard let problem = NameRules.subdomainProblem(name) else { continue }
                errors.append(invalid("\(field).hostnames[\(position)]", name, problem))
            }
        }
        for (index, constraint) in (spec.topologySpreadConstraints ?? []).enumerated() {
            errors += spread(constraint, "\(path).topologySpreadConstraints[\(index)]")
        }
        return errors
    }

    private static func toleration(_ toleration: Toleration, _ field: String) -> [FieldError] {
        var errors: [FieldError] = []
        let key = toleration.key ?? ""
        let `operator` = toleration.operator ?? ""
        if !key.isEmpty { errors += NameRules.qualifiedProblems(key).map { invalid("\(field).key", key, $0) } }
        if key.isEmpty, `operator` != "Exists" {
            errors.append(
                invalid(
                    "\(field).operator", `operator`,
                    "operator must be Exists when `key` is empty, which means \"match all values and all keys\""))
        }
        if toleration.tolerationSeconds != nil, toleration.effect != "NoExecute" {
            errors.append(
                invalid(
                    "\(field).effect", toleration.effect ?? "",
                    "effect must be 'NoExecute' when `tolerationSeconds` is set"))
        }
        let value = toleration.value ?? ""
        switch `operator` {
        case "Equal", "":
            errors += NameRules.labelValueProblems(value).map { invalid("\(field).operator", value, $0) }
        case "Exists":
            if !value.isEmpty {
                errors.append(invalid("\(field).operator", value, "value must be empty when `operator` is 'Exists'"))
            }
        default: errors += supported(`operator`, ["Equal", "Exists"], "\(field).operator")
        }
        if let effect = toleration.effect, !effect.isEmpty {
            errors += supported(effect, ["NoSchedule", "PreferNoSchedule", "NoExecute"], "\(field).effect")
        }
        return errors
    }

    private static func spread(_ constraint: TopologySpreadConstraint, _ field: String) -> [FieldError] {
        var errors: [FieldError] = []
        if constraint.maxSkew <= 0 {
            let value = String(constraint.maxSkew)
            errors.append(FieldError(.invalid, "\(field).maxSkew", value: value, "must be greater than zero"))
        }
        if constraint.topologyKey.isEmpty {
            errors.append(FieldError(.required, "\(field).topologyKey", "can not be empty"))
        }
        errors += supported(
            constraint.whenUnsatisfiable, ["DoNotSchedule", "ScheduleAnyway"], "\(field).whenUnsatisfiable")
        return errors
    }

    private static func volumes(_ volumes: [JSONValue], _ path: String) -> [FieldError] {
        var errors: [FieldError] = []
        var names: Set<String> = []
        for (index, volume) in volumes.enumerated() {
            guard case .object(let members) = volume else { continue }
            let field = "\(path)[\(index)]"
            errors += self.name(members["name"]?.text ?? "", "\(field).name", &names)
            // Without one it is an empty directory by default.
            for source in members.keys.filter({ $0 != "name" }).sorted().dropFirst() {
                errors.append(
                    FieldError(.forbidden, "\(field).\(source)", "may not specify more than 1 volume type"))
            }
        }
        return errors
    }

    /// The name of a volume or a container, each once.
    static func name(_ name: String, _ field: String, _ known: inout Set<String>) -> [FieldError] {
        if name.isEmpty { return [FieldError(.required, field)] }
        if let problem = NameRules.labelProblem(name) { return [invalid(field, name, problem)] }
        if !known.insert(name).inserted { return [FieldError(.duplicate, field, value: "\"\(name)\"")] }
        return []
    }

    static func isAddress(_ text: String) -> Bool { IPAddress(text) != nil }

    /// What may change of a pod that exists (ValidatePodUpdate). The API server adds a diff of the specs.
    static func errors(changing old: Pod, to new: Pod) -> [FieldError] {
        guard var before = old.spec, let after = new.spec else { return [] }
        for (known, given, name) in [
            (before.containers, after.containers, "containers"),
            (before.initContainers ?? [], after.initContainers ?? [], "initContainers"),
        ] where known.count != given.count {
            return [FieldError(.forbidden, "spec.\(name)", "pod updates may not add or remove containers")]
        }
        var errors: [FieldError] = []
        let kept = (before.tolerations ?? []).allSatisfy { toleration in
            (after.tolerations ?? []).contains { other in
                var other = other
                other.tolerationSeconds = toleration.tolerationSeconds
                return other == toleration
            }
        }
        if !kept {
            let detail = "existing toleration can not be modified except its tolerationSeconds"
            errors.append(FieldError(.forbidden, "spec.tolerations", detail))
        }
        if let deadline = before.activeDeadlineSeconds {
            let field = "spec.activeDeadlineSeconds"
            if let given = after.activeDeadlineSeconds, given > deadline {
                let detail = "must be less than or equal to previous value"
                errors.append(FieldError(.invalid, field, value: String(given), detail))
            } else if after.activeDeadlineSeconds == nil {
                let detail = "must not update from a positive integer to nil value"
                errors.append(FieldError(.invalid, field, value: "null", detail))
            }
        }
        before.tolerations = after.tolerations
        before.activeDeadlineSeconds = after.activeDeadlineSeconds
        for index in before.containers.indices { before.containers[index].image = after.containers[index].image }
        for index in (before.initContainers ?? []).indices {
            before.initContainers?[index].image = after.initContainers?[index].image
        }
        guard before != after else { return errors }
        let detail =
            "pod updates may not change fields other than `spec.containers[*].image`, "
            + "`spec.initContainers[*].image`, `spec.activeDeadlineSeconds`, `spec.tolerations` (only additions to "
            + "existing tolerations) or `spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was "
            + "previously negative)"
        return errors + [FieldError(.forbidden, "spec", detail)]
    }
}
