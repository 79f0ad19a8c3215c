import KubernetesModel

/// Labels, annotations, owners and finalizers, and selectors (apimachinery api/validation, meta/v1/validation).
extension Validation {
    static func metadata(_ object: any KubernetesObject) -> [FieldError] {
        let metadata = object.metadata
        var errors = labels(metadata.labels, "metadata.labels")
        errors += annotations(metadata.annotations, "metadata.annotations")
        for (index, owner) in (metadata.ownerReferences ?? []).enumerated() {
            let field = "metadata.ownerReferences[\(index)]"
            for (name, value, word) in [
                ("apiVersion", owner.apiVersion, "version"), ("kind", owner.kind, "kind"),
                ("name", owner.name, "name"), ("uid", owner.uid, "uid"),
            ] where value.isEmpty {
                errors.append(FieldError(.invalid, "\(field).\(name)", value: "\"\"", "\(word) must not be empty"))
            }
        }
        for finalizer in metadata.finalizers ?? [] {
            let field = "metadata.finalizers"
            errors += NameRules.qualifiedProblems(finalizer).map { invalid(field, finalizer, $0) }
            if !finalizer.contains("/"), !["orphan", "foregroundDeletion", "kubernetes"].contains(finalizer) {
                errors.append(
                    invalid(field, finalizer, "name is neither a standard finalizer name nor is it fully qualified"))
            }
        }
        return errors
    }

    /// What is being deleted is held by no more than held it (ValidateNoNewFinalizers).
    static func finalizers(changing old: any KubernetesObject, to new: any KubernetesObject) -> [FieldError] {
        guard old.metadata.deletionTimestamp != nil else { return [] }
        let known = Set(old.metadata.finalizers ?? [])
        let added = (new.metadata.finalizers ?? []).filter { !known.contains($0) }.sorted()
        guard !added.isEmpty else { return [] }
        let text = added.map { "\"\($0)\"" }.joined(separator: ", ")
        return [
            FieldError(
                .forbidden, "metadata.finalizers",
                "no new finalizers can be added if the object is being deleted, found new finalizers []string{\(text)}")
        ]
    }

    static func labels(_ labels: [String: String]?, _ field: String) -> [FieldError] {
        (labels ?? [:]).sorted { $0.key < $1.key }.flatMap { key, value in
            NameRules.qualifiedProblems(key).map { invalid(field, key, $0) }
                + NameRules.labelValueProblems(value).map { invalid(field, value, $0) }
        }
    }

    /// Bytes of all annotations of an object together.
    private static let mostAnnotations = 262_144

    static func annotations(_ annotations: [String: String]?, _ field: String) -> [FieldError] {
        let annotations = annotations ?? [:]
        var errors = annotations.keys.sorted().flatMap { key in
            NameRules.qualifiedProblems(key.lowercased()).map { invalid(field, key, $0) }
        }
        if annotations.reduce(0, { $0 + $1.key.utf8.count + $1.value.utf8.count }) > mostAnnotations {
            errors.append(FieldError(.tooLong, field, "must have at most \(mostAnnotations) bytes"))
        }
        return errors
    }

    static func selector(_ selector: LabelSelector, _ field: String) -> [FieldError] {
        var errors = labels(selector.matchLabels, "\(field).matchLabels")
        for (index, requirement) in (selector.matchExpressions ?? []).enumerated() {
            let field = "\(field).matchExpressions[\(index)]"
            let isEmpty = (requirement.values ?? []).isEmpty
            switch requirement.operator {
            case "In", "NotIn":
                if isEmpty {
                    let detail = "must be specified when `operator` is 'In' or 'NotIn'"
                    errors.append(FieldError(.required, "\(field).values", detail))
                }
            case "Exists", "DoesNotExist":
                if !isEmpty {
                    let detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
                    errors.append(FieldError(.forbidden, "\(field).values", detail))
                }
            default:
                errors.append(invalid("\(field).operator", requirement.operator, "not a valid selector operator"))
            }
            errors += NameRules.qualifiedProblems(requirement.key).map { invalid("\(field).key", requirement.key, $0) }
        }
        return errors
    }

    static func invalid(_ field: String, _ value: String, _ detail: String) -> FieldError {
        FieldError(.invalid, field, value: "\"\(value)\"", detail)
    }

    static func supported(_ value: String, _ allowed: [String], _ field: String) -> [FieldError] {
        guard !allowed.contains(value) else { return [] }
        let detail = "supported values: " + allowed.map { "\"\($0)\"" }.joined(separator: ", ")
        return [FieldError(.unsupported, field, value: "\"\(value)\"", detail)]
    }

    static func portNumber(_ port: Int32, _ field: String) -> [FieldError] {
        guard !(1...65_535).contains(port) else { return [] }
        return [FieldError(.invalid, field, value: String(port), "must be between 1 and 65535, inclusive")]
    }

    /// ValidatePortNumOrName.
    static func port(_ port: IntOrString, _ field: String) -> [FieldError] {
        switch port {
        case .int(let number): portNumber(number, field)
        case .string(let name): NameRules.portNameProblems(name).map { invalid(field, name, $0) }
        }
    }

    /// ValidateNonnegativeField.
    static func notNegative(_ value: Int64?, _ field: String) -> [FieldError] {
        guard let value, value < 0 else { return [] }
        return [FieldError(.invalid, field, value: String(value), "must be greater than or equal to 0")]
    }
}
