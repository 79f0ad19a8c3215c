package import KubernetesModel

/// The environment kubelet gives a container (makeEnvironmentVariables, pkg/kubelet/envvars).
package enum PodEnvironment {
    /// A variable that cannot be had; kubelet's reason for it is `CreateContainerConfigError`.
    package struct Unavailable: Error, Hashable, Sendable {
        package var message: String
        package init(message: String) { self.message = message }
    }

    /// What field references are answered from.
    package struct Facts: Hashable, Sendable {
        package var podIPs: [String]
        package var hostIP: String
        package init(podIPs: [String], hostIP: String) {
            self.podIPs = podIPs
            self.hostIP = hostIP
        }
    }

    /// Variables of services, then the container's own, `$(NAME)` expanded from those before.
    ///
    /// ConfigMaps, Secrets and resource fields are not passed into containers yet: unless optional they are refused.
    package static func variables(
        _ container: Container, of pod: Pod, services: [Service], facts: Facts
    ) throws(Unavailable) -> [String: String] {
        var result = serviceVariables(services, for: pod)
        for source in container.envFrom ?? []
        where !(source.configMapRef?.optional ?? source.secretRef?.optional ?? false) {
            let name = source.configMapRef?.name ?? source.secretRef?.name ?? ""
            throw Unavailable(message: "envFrom \"\(name)\": ConfigMaps and Secrets are not passed into containers")
        }
        for variable in container.env ?? [] {
            guard let source = variable.valueFrom else {
                result[variable.name] = expand(variable.value ?? "", result)
                continue
            }
            if let path = source.fieldRef?.fieldPath {
                guard let value = field(path, pod, facts) else {
                    throw Unavailable(message: "unsupported fieldPath: \(path)")
                }
                result[variable.name] = value
            } else if !(source.configMapKeyRef?.optional ?? source.secretKeyRef?.optional ?? false) {
                throw Unavailable(message: "env \"\(variable.name)\": only fieldRef is passed into containers")
            }
        }
        return result
    }

    /// Variables of the pod's namespace's services, and of `kubernetes` in any case (envvars.FromServices).
    package static func serviceVariables(_ services: [Service], for pod: Pod) -> [String: String] {
        var result: [String: String] = [:]
        let hasLinks = pod.spec?.enableServiceLinks ?? true
        for service in services.sorted(by: { $0.name < $1.name }) {
            let isMaster = service.namespace == "default" && service.name == "kubernetes"
            guard isMaster || (hasLinks && service.namespace == pod.namespace), let spec = service.spec,
                let address = spec.clusterIP, !address.isEmpty, address != "None", let first = spec.ports?.first
            else { continue }
            let prefix = variableName(service.name)
            let host = address.utf8.contains(UInt8(ascii: ":")) ? "[\(address)]" : address
            result["\(prefix)_SERVICE_HOST"] = address
            result["\(prefix)_SERVICE_PORT"] = "\(first.port)"
            for (index, port) in (spec.ports ?? []).enumerated() {
                let transport = (port.protocol ?? "TCP")
                let url = "\(transport.lowercased())://\(host):\(port.port)"
                let link = "\(prefix)_PORT_\(port.port)_\(transport.uppercased())"
                if let name = port.name, !name.isEmpty {
                    result["\(prefix)_SERVICE_PORT_\(variableName(name))"] = "\(port.port)"
                }
                if index == 0 { result["\(prefix)_PORT"] = url }
                result[link] = url
                result["\(link)_PROTO"] = transport.lowercased()
                result["\(link)_PORT"] = "\(port.port)"
                result["\(link)_ADDR"] = address
            }
        }
        return result
    }

    /// Command and arguments with `$(NAME)` expanded; unknown names stay as they are, `$$(NAME)` is the text `$(NAME)`.
    package static func expand(_ text: String, _ variables: [String: String]) -> String {
        var result = ""
        var rest = text[...]
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            rest = rest[rest.index(after: dollar)...]
            if rest.first == "$" {
                result += "$"
                rest = rest.dropFirst()
            } else if rest.first == "(", let end = rest.firstIndex(of: ")") {
                let name = String(rest[rest.index(after: rest.startIndex)..<end])
                result += variables[name] ?? "$(\(name))"
                rest = rest[rest.index(after: end)...]
            } else {
                result += "$"
            }
        }
        return result + rest
    }

    private static func variableName(_ name: String) -> String {
        String(name.uppercased().map { $0 == "-" ? "_" : $0 })
    }

    /// The downward API (fieldpath.ExtractFieldPathAsString and kubelet's own).
    private static func field(_ path: String, _ pod: Pod, _ facts: Facts) -> String? {
        switch path {
        case "metadata.name": return pod.name
        case "metadata.namespace": return pod.namespace
        case "metadata.uid": return pod.uid
        case "spec.nodeName": return pod.spec?.nodeName ?? ""
        case "spec.serviceAccountName": return pod.spec?.serviceAccountName ?? "default"
        case "status.podIP": return facts.podIPs.first ?? ""
        case "status.podIPs": return facts.podIPs.joined(separator: ",")
        case "status.hostIP": return facts.hostIP
        default:
            for (prefix, values) in [("metadata.labels['", pod.labels), ("metadata.annotations['", pod.annotations)]
            where path.hasPrefix(prefix) && path.hasSuffix("']") {
                return values[String(path.dropFirst(prefix.count).dropLast(2))] ?? ""
            }
            return nil
        }
    }
}
