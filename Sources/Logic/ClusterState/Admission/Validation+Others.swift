import KubernetesModel

/// Nodes, configuration, endpoints (kubernetes pkg/apis/core/validation, pkg/apis/discovery/validation).
extension Validation {
    static func node(_ node: Node) -> [FieldError] {
        var errors: [FieldError] = []
        var known: Set<String> = []
        for (index, taint) in (node.spec?.taints ?? []).enumerated() {
            let field = "spec.taints[\(index)]"
            errors += NameRules.qualifiedProblems(taint.key).map { invalid("\(field).key", taint.key, $0) }
            let value = taint.value ?? ""
            errors += NameRules.labelValueProblems(value).map { invalid("\(field).value", value, $0) }
            if taint.effect.isEmpty {
                errors.append(FieldError(.required, "\(field).effect"))
            } else {
                errors += supported(
                    taint.effect, ["NoSchedule", "PreferNoSchedule", "NoExecute"], "\(field).effect")
            }
            if !known.insert("\(taint.key):\(taint.effect)").inserted {
                let text =
                    "core.Taint{Key:\"\(taint.key)\", Value:\"\(value)\", Effect:\"\(taint.effect)\", TimeAdded:<nil>}"
                let detail = "taints must be unique by key and effect pair"
                errors.append(FieldError(.duplicate, field, value: text, detail))
            }
        }
        return errors
    }

    /// Bytes of a ConfigMap's or a Secret's values together.
    private static let mostData = 1_048_576

    static func data(_ data: [String: String]?, binary: [String: String]? = nil) -> [FieldError] {
        var errors: [FieldError] = []
        for (members, field) in [(data ?? [:], "data"), (binary ?? [:], "binaryData")] {
            for key in members.keys.sorted() {
                errors += NameRules.configKeyProblems(key).map { invalid("\(field)[\(key)]", key, $0) }
                if field == "binaryData", data?[key] != nil {
                    errors.append(
                        invalid("data[\(key)]", key, "duplicate of key present in binaryData"))
                }
            }
        }
        let plain = (data ?? [:]).values.reduce(0) { $0 + $1.utf8.count }
        let encoded = (binary ?? [:]).values.reduce(0) { $0 + $1.utf8.count / 4 * 3 }
        if plain + encoded > mostData {
            errors.append(FieldError(.tooLong, "", "must have at most \(mostData) bytes"))
        }
        return errors
    }

    static func endpoints(_ endpoints: Endpoints) -> [FieldError] {
        var errors: [FieldError] = []
        for (index, subset) in (endpoints.subsets ?? []).enumerated() {
            let field = "subsets[\(index)]"
            if (subset.addresses ?? []).isEmpty, (subset.notReadyAddresses ?? []).isEmpty {
                errors.append(FieldError(.required, field, "must specify `addresses` or `notReadyAddresses`"))
            }
            for (list, name) in [
                (subset.addresses, "addresses"), (subset.notReadyAddresses, "notReadyAddresses"),
            ] {
                for (position, address) in (list ?? []).enumerated() {
                    errors += self.address(address.ip, "\(field).\(name)[\(position)].ip")
                }
            }
            for (position, port) in (subset.ports ?? []).enumerated() {
                let place = "\(field).ports[\(position)]"
                if (port.name ?? "").isEmpty, (subset.ports ?? []).count > 1 {
                    errors.append(FieldError(.required, "\(place).name"))
                } else if let name = port.name, !name.isEmpty, let problem = NameRules.labelProblem(name) {
                    errors.append(invalid("\(place).name", name, problem))
                }
                errors += portNumber(port.port ?? 0, "\(place).port")
            }
        }
        return errors
    }

    static func slice(_ slice: EndpointSlice) -> [FieldError] {
        var errors: [FieldError] = []
        if slice.addressType.isEmpty {
            errors.append(FieldError(.required, "addressType"))
        } else {
            errors += supported(slice.addressType, ["FQDN", "IPv4", "IPv6"], "addressType")
        }
        for (index, endpoint) in (slice.endpoints ?? []).enumerated() {
            let field = "endpoints[\(index)].addresses"
            if endpoint.addresses.isEmpty {
                errors.append(FieldError(.required, field, "must contain at least 1 address"))
            }
            guard slice.addressType == "IPv4" else { continue }
            for (position, text) in endpoint.addresses.enumerated() {
                errors += address(text, "\(field)[\(position)]")
            }
        }
        return errors
    }

    /// IsValidIP.
    static func address(_ text: String, _ field: String) -> [FieldError] {
        if isAddress(text) { return [] }
        return [invalid(field, text, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)")]
    }

    /// What was said never to change (ValidateConfigMapUpdate, ValidateSecretUpdate).
    static func constants(_ isConstant: Bool?, _ remains: Bool?, hasChanged: Bool) -> [FieldError] {
        guard isConstant == true else { return [] }
        let detail = "field is immutable when `immutable` is set"
        var errors = remains == true ? [] : [FieldError(.forbidden, "immutable", detail)]
        if hasChanged { errors.append(FieldError(.forbidden, "data", detail)) }
        return errors
    }
}
