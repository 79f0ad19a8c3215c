import KubernetesModel

/// Services (kubernetes pkg/apis/core/validation ValidateService).
extension Validation {
    static func serviceSpec(_ spec: ServiceSpec) -> [FieldError] {
        let ports = spec.ports ?? []
        let isHeadless = spec.clusterIP == "None"
        var errors: [FieldError] = []
        if ports.isEmpty, !isHeadless, spec.type != "ExternalName" {
            errors.append(FieldError(.required, "spec.ports"))
        }
        if spec.type == "ExternalName" {
            let name = spec.externalName ?? ""
            if name.isEmpty {
                errors.append(FieldError(.required, "spec.externalName"))
            } else if let problem = NameRules.subdomainProblem(name.hasSuffix(".") ? String(name.dropLast()) : name) {
                errors.append(invalid("spec.externalName", name, problem))
            }
        }
        errors += labels(spec.selector, "spec.selector")
        errors += supported(spec.sessionAffinity ?? "", ["ClientIP", "None"], "spec.sessionAffinity")
        if let seconds = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds, !(1...86_400).contains(seconds) {
            errors.append(
                FieldError(
                    .invalid, "spec.sessionAffinityConfig.clientIP.timeoutSeconds", value: String(seconds),
                    "must be greater than 0 and less than 86400"))
        }
        errors += supported(
            spec.type ?? "", ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"], "spec.type")
        if let policy = spec.internalTrafficPolicy {
            errors += supported(policy, ["Cluster", "Local"], "spec.internalTrafficPolicy")
        }
        if let policy = spec.externalTrafficPolicy, !policy.isEmpty {
            errors += supported(policy, ["Cluster", "Local"], "spec.externalTrafficPolicy")
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
            errors += supported(transport, ["SCTP", "TCP", "UDP"], "\(field).protocol")
            if let target = port.targetPort { errors += self.port(target, "\(field).targetPort") }
            if !pairs.insert("\(transport)/\(port.port)").inserted {
                let value = "core.ServicePort{Protocol:\"\(transport)\", Port:\(port.port)}"
                errors.append(FieldError(.duplicate, field, value: value))
            }
        }
        return errors
    }
}
