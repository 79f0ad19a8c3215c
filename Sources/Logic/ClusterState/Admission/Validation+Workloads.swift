import KubernetesModel

extension Validation {
    /// - Parameter allowed: in the order of their names, as the API server lists them.
    static func restartPolicy(_ template: PodTemplateSpec?, among allowed: [String]) -> [FieldError] {
        let policy = template?.spec?.restartPolicy ?? ""
        return supported(policy, allowed, "spec.template.spec.restartPolicy")
    }

    private static func supported(_ value: String, _ allowed: [String], _ field: String) -> [FieldError] {
        guard !allowed.contains(value) else { return [] }
        let detail = "supported values: " + allowed.map { "\"\($0)\"" }.joined(separator: ", ")
        return [FieldError(.unsupported, field, value: "\"\(value)\"", detail)]
    }

    static func strategy(_ strategy: DeploymentStrategy?) -> [FieldError] {
        guard let strategy else { return [] }
        switch strategy.type {
        case "Recreate":
            guard strategy.rollingUpdate != nil else { return [] }
            let detail = "may not be specified when strategy `type` is 'Recreate'"
            return [FieldError(.forbidden, "spec.strategy.rollingUpdate", detail)]
        case "RollingUpdate": return []
        default: return supported(strategy.type ?? "", ["Recreate", "RollingUpdate"], "spec.strategy.type")
        }
    }

    /// Old and new pods side by side, or nodes without one: either, not both (ValidateRollingUpdateDaemonSet).
    static func strategy(_ strategy: DaemonSetUpdateStrategy?) -> [FieldError] {
        guard let strategy else { return [] }
        let path = "spec.updateStrategy"
        let errors = supported(strategy.type ?? "", ["OnDelete", "RollingUpdate"], "\(path).type")
        guard let rolling = strategy.rollingUpdate, strategy.type == "RollingUpdate" else { return errors }
        let isZero: (IntOrString?) -> Bool = { $0?.scaled(total: 100, roundUp: true) == 0 }
        switch (isZero(rolling.maxUnavailable), isZero(rolling.maxSurge)) {
        case (false, false):
            let detail = "may not be set when maxUnavailable is non-zero"
            return errors + [
                FieldError(
                    .invalid, "\(path).rollingUpdate.maxSurge", value: goText(rolling.maxSurge), detail)
            ]
        case (true, true):
            let detail = "cannot be 0 when maxSurge is 0"
            return errors + [FieldError(.required, "\(path).rollingUpdate.maxUnavailable", detail)]
        default: return errors
        }
    }

    private static func goText(_ value: IntOrString?) -> String {
        switch value {
        case .int(let number): "intstr.IntOrString{Type:0, IntVal:\(number), StrVal:\"\"}"
        case .string(let text): "intstr.IntOrString{Type:1, IntVal:0, StrVal:\"\(text)\"}"
        case nil: "null"
        }
    }

    static func jobSpec(_ job: Job) -> [FieldError] {
        guard let spec = job.spec else { return [FieldError(.required, "spec")] }
        var errors: [FieldError] = []
        for (field, value) in [
            ("parallelism", spec.parallelism), ("completions", spec.completions),
            ("backoffLimit", spec.backoffLimit), ("ttlSecondsAfterFinished", spec.ttlSecondsAfterFinished),
        ] {
            guard let value, value < 0 else { continue }
            let detail = "must be greater than or equal to 0"
            errors.append(FieldError(.invalid, "spec.\(field)", value: String(value), detail))
        }
        errors += supported(spec.completionMode ?? "", ["Indexed", "NonIndexed"], "spec.completionMode")
        if spec.completionMode == "Indexed" { errors += indexed(job, spec) }
        errors += podSpec(spec.template.spec, "spec.template.spec")
        return errors + restartPolicy(spec.template, among: ["Never", "OnFailure"])
    }

    /// An index is part of pods' host names, and their number is bounded (ValidateJob, maxParallelismForIndexedJob).
    private static func indexed(_ job: Job, _ spec: JobSpec) -> [FieldError] {
        guard let completions = spec.completions else {
            return [FieldError(.required, "spec.completions", "when completion mode is Indexed")]
        }
        var errors: [FieldError] = []
        if let parallelism = spec.parallelism, parallelism > 100_000 {
            let detail = "must be less than or equal to 100000 when completion mode is Indexed"
            errors.append(FieldError(.invalid, "spec.parallelism", value: String(parallelism), detail))
        }
        let longest = "\(job.name)-\(completions - 1)"
        if completions > 0, NameRules.labelProblem(longest) != nil {
            let detail = "will not able to create pod with invalid DNS label: \(longest)"
            errors.append(FieldError(.invalid, "metadata.name", value: "\"\(job.name)\"", detail))
        }
        return errors
    }

    static func errors(changing old: Job, to new: Job, _ immutable: String) -> [FieldError] {
        var errors: [FieldError] = []
        if old.spec?.template != new.spec?.template {
            errors.append(FieldError(.invalid, "spec.template", value: "core.PodTemplateSpec{...}", immutable))
        }
        if old.spec?.selector != new.spec?.selector {
            errors.append(FieldError(.invalid, "spec.selector", value: goText(new.spec?.selector), immutable))
        }
        if old.spec?.completions != new.spec?.completions {
            let value = new.spec?.completions.map { String($0) } ?? "null"
            errors.append(FieldError(.invalid, "spec.completions", value: value, immutable))
        }
        if old.spec?.completionMode != new.spec?.completionMode {
            let value = new.spec?.completionMode.map { "\"\($0)\"" } ?? "null"
            errors.append(FieldError(.invalid, "spec.completionMode", value: value, immutable))
        }
        return errors
    }
}
