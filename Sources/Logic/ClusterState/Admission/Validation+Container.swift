import KubernetesModel

/// Containers (kubernetes pkg/apis/core/validation validateContainers).
extension Validation {
    static func containers(of spec: PodSpec, _ path: String) -> [FieldError] {
        guard !spec.containers.isEmpty else { return [FieldError(.required, "\(path).containers")] }
        var errors: [FieldError] = []
        var names: Set<String> = []
        var hostPorts: Set<String> = []
        let volumes = Set((spec.volumes ?? []).compactMap { $0["name"]?.text })
        for (list, field) in [(spec.containers, "containers"), (spec.initContainers ?? [], "initContainers")] {
            // Those that run before the others may have the same ports as they.
            hostPorts = []
            for (index, container) in list.enumerated() {
                let field = "\(path).\(field)[\(index)]"
                errors += name(container.name, "\(field).name", &names)
                errors += basics(container, field)
                errors += ports(container, isOnHost: spec.hostNetwork == true, &hostPorts, "\(field).ports")
                errors += surroundings(container, volumes, field)
                errors += probes(container, field)
            }
        }
        return errors
    }

    private static func basics(_ container: Container, _ field: String) -> [FieldError] {
        var errors: [FieldError] = []
        let image = container.image ?? ""
        if image.isEmpty {
            errors.append(FieldError(.required, "\(field).image"))
        } else if image.first?.isWhitespace == true || image.last?.isWhitespace == true {
            errors.append(invalid("\(field).image", image, "must not have leading or trailing whitespace"))
        }
        return errors
            + supported(
                container.terminationMessagePolicy ?? "", ["FallbackToLogsOnError", "File"],
                "\(field).terminationMessagePolicy")
    }

    private static func surroundings(
        _ container: Container, _ volumes: Set<String>, _ field: String
    ) -> [FieldError] {
        var errors: [FieldError] = []
        for (index, variable) in (container.env ?? []).enumerated() {
            errors += self.variable(variable, "\(field).env[\(index)]")
        }
        for (index, source) in (container.envFrom ?? []).enumerated() {
            errors += self.source(source, "\(field).envFrom[\(index)]")
        }
        errors += mounts(container.volumeMounts ?? [], volumes, "\(field).volumeMounts")
        return errors
            + supported(
                container.imagePullPolicy ?? "", ["Always", "IfNotPresent", "Never"], "\(field).imagePullPolicy")
    }

    private static func probes(_ container: Container, _ field: String) -> [FieldError] {
        var errors: [FieldError] = []
        for (probe, name) in [
            (container.livenessProbe, "livenessProbe"), (container.readinessProbe, "readinessProbe"),
            (container.startupProbe, "startupProbe"),
        ] {
            guard let probe else { continue }
            errors += self.probe(probe, "\(field).\(name)")
            // Who was found alive once is alive.
            if name != "readinessProbe", let count = probe.successThreshold, count != 1 {
                let field = "\(field).\(name).successThreshold"
                errors.append(FieldError(.invalid, field, value: String(count), "must be 1"))
            }
        }
        return errors
    }

    private static func ports(
        _ container: Container, isOnHost: Bool, _ hostPorts: inout Set<String>, _ path: String
    ) -> [FieldError] {
        var errors: [FieldError] = []
        var names: Set<String> = []
        for (index, port) in (container.ports ?? []).enumerated() {
            let field = "\(path)[\(index)]"
            if let name = port.name, !name.isEmpty {
                let problems = NameRules.portNameProblems(name)
                errors += problems.map { invalid("\(field).name", name, $0) }
                if problems.isEmpty, !names.insert(name).inserted {
                    errors.append(FieldError(.duplicate, "\(field).name", value: "\"\(name)\""))
                }
            }
            if port.containerPort == 0 {
                errors.append(FieldError(.required, "\(field).containerPort"))
            } else {
                errors += portNumber(port.containerPort, "\(field).containerPort")
            }
            let transport = port.protocol ?? ""
            errors += supported(transport, ["SCTP", "TCP", "UDP"], "\(field).protocol")
            guard let hostPort = port.hostPort, hostPort != 0 else { continue }
            errors += portNumber(hostPort, "\(field).hostPort")
            if isOnHost, hostPort != port.containerPort {
                let detail = "must match `hostPort` when `hostNetwork` is true"
                let value = String(port.containerPort)
                errors.append(FieldError(.invalid, "\(field).containerPort", value: value, detail))
            }
            let claim = "\(transport)/\(port.hostIP ?? "")/\(hostPort)"
            if !hostPorts.insert(claim).inserted {
                errors.append(FieldError(.duplicate, "\(field).hostPort", value: "\"\(claim)\""))
            }
        }
        return errors
    }

    private static func variable(_ variable: EnvVar, _ field: String) -> [FieldError] {
        var errors: [FieldError] = []
        if variable.name.isEmpty {
            errors.append(FieldError(.required, "\(field).name"))
        } else {
            errors += NameRules.environmentProblems(variable.name).map { invalid("\(field).name", variable.name, $0) }
        }
        guard let source = variable.valueFrom else { return errors }
        let path = "\(field).valueFrom"
        var count = source.resourceFieldRef == nil ? 0 : 1
        if let reference = source.fieldRef {
            count += 1
            errors += fieldPath(reference.fieldPath, "\(path).fieldRef.fieldPath")
        }
        for (selector, name) in [
            (source.configMapKeyRef, "configMapKeyRef"), (source.secretKeyRef, "secretKeyRef"),
        ] {
            guard let selector else { continue }
            count += 1
            if (selector.name ?? "").isEmpty { errors.append(FieldError(.required, "\(path).\(name).name")) }
            if selector.key.isEmpty {
                errors.append(FieldError(.required, "\(path).\(name).key"))
            } else {
                errors += NameRules.configKeyProblems(selector.key).map {
                    invalid("\(path).\(name).key", selector.key, $0)
                }
            }
        }
        if count == 0 {
            let detail = "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`"
            errors.append(invalid(path, "", detail))
        } else if !(variable.value ?? "").isEmpty {
            errors.append(invalid(path, "", "may not be specified when `value` is not empty"))
        } else if count > 1 {
            errors.append(invalid(path, "", "may not have more than one field specified at a time"))
        }
        return errors
    }

    /// What environments may be told of their pod (validEnvDownwardAPIFieldPathExpressions).
    private static let fieldPaths = [
        "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName",
        "status.hostIP", "status.podIP", "status.podIPs",
    ]

    private static func fieldPath(_ path: String, _ field: String) -> [FieldError] {
        if path.isEmpty { return [FieldError(.required, field)] }
        for list in ["labels", "annotations"]
        where path.hasPrefix("metadata.\(list)['") && path.hasSuffix("']") {
            return []
        }
        // Known, but not to environments; all others are no field that can be asked for.
        let isKnown = [
            "metadata.annotations", "metadata.labels", "spec.restartPolicy", "spec.schedulerName", "status.phase",
        ].contains(path)
        if isKnown || fieldPaths.contains(path) { return supported(path, fieldPaths, field) }
        return [invalid(field, path, "error converting fieldPath: field label not supported: \(path)")]
    }

    private static func source(_ source: EnvFromSource, _ field: String) -> [FieldError] {
        var errors: [FieldError] = []
        if let prefix = source.prefix, !prefix.isEmpty {
            errors += NameRules.environmentProblems(prefix).map { invalid("\(field).prefix", prefix, $0) }
        }
        let references = [(source.configMapRef, "configMapRef"), (source.secretRef, "secretRef")]
        for (reference, name) in references where reference.map({ ($0.name ?? "").isEmpty }) ?? false {
            errors.append(FieldError(.required, "\(field).\(name).name"))
        }
        switch references.filter({ $0.0 != nil }).count {
        case 0: errors.append(invalid(field, "", "must specify one of: `configMapRef` or `secretRef`"))
        case 1: break
        default: errors.append(invalid(field, "", "may not have more than one field specified at a time"))
        }
        return errors
    }

    private static func mounts(_ mounts: [JSONValue], _ volumes: Set<String>, _ path: String) -> [FieldError] {
        var errors: [FieldError] = []
        var places: Set<String> = []
        for (index, mount) in mounts.enumerated() {
            let field = "\(path)[\(index)]"
            let (name, place) = (mount["name"]?.text ?? "", mount["mountPath"]?.text ?? "")
            if name.isEmpty {
                errors.append(FieldError(.required, "\(field).name"))
            } else if !volumes.contains(name) {
                errors.append(FieldError(.notFound, "\(field).name", value: "\"\(name)\""))
            }
            if place.isEmpty {
                errors.append(FieldError(.required, "\(field).mountPath"))
            } else if !places.insert(place).inserted {
                errors.append(invalid("\(field).mountPath", place, "must be unique"))
            }
        }
        return errors
    }

    private static func probe(_ probe: Probe, _ path: String) -> [FieldError] {
        var errors: [FieldError] = []
        var isFirst = true
        func handler(_ name: String, _ problems: [FieldError]) {
            if isFirst {
                errors += problems
            } else {
                errors.append(FieldError(.forbidden, "\(path).\(name)", "may not specify more than 1 handler type"))
            }
            isFirst = false
        }
        if let exec = probe.exec {
            handler("exec", (exec.command ?? []).isEmpty ? [FieldError(.required, "\(path).exec.command")] : [])
        }
        if let get = probe.httpGet { handler("httpGet", request(get, "\(path).httpGet")) }
        if let socket = probe.tcpSocket { handler("tcpSocket", port(socket.port, "\(path).tcpSocket.port")) }
        if probe.grpc != nil { handler("grpc", []) }
        if isFirst { errors.append(FieldError(.required, path, "must specify a handler type")) }
        for (value, name) in [
            (probe.initialDelaySeconds, "initialDelaySeconds"), (probe.timeoutSeconds, "timeoutSeconds"),
            (probe.periodSeconds, "periodSeconds"), (probe.successThreshold, "successThreshold"),
            (probe.failureThreshold, "failureThreshold"),
        ] {
            errors += notNegative(value.map(Int64.init), "\(path).\(name)")
        }
        if let seconds = probe.terminationGracePeriodSeconds, seconds <= 0 {
            let field = "\(path).terminationGracePeriodSeconds"
            errors.append(FieldError(.invalid, field, value: String(seconds), "must be greater than 0"))
        }
        return errors
    }

    private static func request(_ get: HTTPGetAction, _ path: String) -> [FieldError] {
        var errors: [FieldError] = []
        if (get.path ?? "").isEmpty { errors.append(FieldError(.required, "\(path).path")) }
        errors += port(get.port, "\(path).port")
        errors += supported(get.scheme ?? "", ["HTTP", "HTTPS"], "\(path).scheme")
        for header in get.httpHeaders ?? [] {
            errors += NameRules.headerProblems(header.name).map { invalid("\(path).httpHeaders", header.name, $0) }
        }
        return errors
    }
}
