package import KubernetesModel

/// What the API server refuses, every problem at once (kubernetes pkg/apis/*/validation).
package enum Validation {
    /// The problems of an object on its own; defaults must have been applied.
    package static func errors(in object: any KubernetesObject) -> [FieldError] {
        var errors = name(object) + metadata(object)
        switch object {
        case let pod as Pod: errors += podSpec(pod.spec, "spec")
        case let deployment as Deployment:
            guard let spec = deployment.spec else { return errors + [FieldError(.required, "spec")] }
            errors += replicas(spec.replicas)
            errors += selector(spec.selector, template: spec.template, of: "deployment")
            errors += podTemplate(spec.template, "spec.template")
            errors += restartPolicy(spec.template, among: ["Always"])
            errors += strategy(spec.strategy)
        case let set as ReplicaSet:
            errors += replicas(set.spec?.replicas)
            // Its words speak of a deployment, as the API server's do.
            errors += selector(set.spec?.selector, template: set.spec?.template, of: "deployment")
            errors += podTemplate(set.spec?.template, "spec.template")
            errors += restartPolicy(set.spec?.template, among: ["Always"])
        case let set as DaemonSet:
            errors += selector(set.spec?.selector, template: set.spec?.template, of: "daemonset")
            errors += podTemplate(set.spec?.template, "spec.template")
            errors += restartPolicy(set.spec?.template, among: ["Always"])
            errors += strategy(set.spec?.updateStrategy)
        case let job as Job: errors += jobSpec(job)
        case let service as Service: errors += serviceSpec(service.spec ?? ServiceSpec())
        case let node as Node: errors += self.node(node)
        case let map as ConfigMap: errors += data(map.data, binary: map.binaryData)
        case let secret as Secret: errors += data(secret.data)
        case let endpoints as Endpoints: errors += self.endpoints(endpoints)
        case let slice as EndpointSlice: errors += self.slice(slice)
        default: break
        }
        return errors
    }

    /// The problems of a change; both have defaults.
    package static func errors(changing old: any KubernetesObject, to new: any KubernetesObject) -> [FieldError] {
        finalizers(changing: old, to: new) + constants(changing: old, to: new)
    }

    private static func constants(changing old: any KubernetesObject, to new: any KubernetesObject) -> [FieldError] {
        let immutable = "field is immutable"
        switch (old, new) {
        case (let old as Pod, let new as Pod): return errors(changing: old, to: new)
        case (let old as ConfigMap, let new as ConfigMap):
            let hasChanged = old.data != new.data || old.binaryData != new.binaryData
            return constants(old.immutable, new.immutable, hasChanged: hasChanged)
        case (let old as Secret, let new as Secret):
            let errors = constants(old.immutable, new.immutable, hasChanged: old.data != new.data)
            return old.type == new.type ? errors : [invalid("type", new.type ?? "", immutable)] + errors
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
        "v1.LabelSelector{MatchLabels:\(goText(selector?.matchLabels)), "
            + "MatchExpressions:[]v1.LabelSelectorRequirement(nil)}"
    }

    private static func goText(_ labels: [String: String]?) -> String {
        guard let labels else { return "map[string]string(nil)" }
        let texts = labels.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\"\($0.value)\"" }
        return "map[string]string{\(texts.joined(separator: ", "))}"
    }

    private static func replicas(_ count: Int32?) -> [FieldError] {
        guard let count, count < 0 else { return [] }
        return [FieldError(.invalid, "spec.replicas", value: String(count), "must be greater than or equal to 0")]
    }

    /// The labels of what a template makes must be those that are looked for.
    ///
    /// - Parameter kind: as the API server names it to whoever looks for everything.
    private static func selector(
        _ selector: LabelSelector?, template: PodTemplateSpec?, of kind: String
    ) -> [FieldError] {
        let field = "spec.selector"
        var errors: [FieldError] = []
        if let selector {
            errors += self.selector(selector, field)
            if !errors.isEmpty {
                let text = goText(selector)
                return errors + [FieldError(.invalid, field, value: text, "invalid label selector")]
            }
            if selector.isEmpty {
                let detail = "empty selector is invalid for \(kind)"
                return [FieldError(.invalid, field, value: goText(selector), detail)]
            }
        } else {
            errors.append(FieldError(.required, field))
        }
        // Without a selector nothing is looked for.
        let labels = template?.metadata?.labels
        guard selector?.matches(labels ?? [:]) != true else { return errors }
        return errors + [
            FieldError(
                .invalid, "spec.template.metadata.labels", value: goText(labels),
                "`selector` does not match template `labels`")
        ]
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
