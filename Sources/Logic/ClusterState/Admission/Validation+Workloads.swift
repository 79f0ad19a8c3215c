import KubernetesModel

extension Validation {
    /// - Parameter allowed: in the order of their names, as the API server lists them.
    static func restartPolicy(_ template: PodTemplateSpec?, among allowed: [String]) -> [FieldError] {
        let policy = template?.spec?.restartPolicy ?? ""
        return supported(policy, allowed, "spec.template.spec.restartPolicy")
    }

    static func strategy(_ strategy: DeploymentStrategy?) -> [FieldError] {
        guard let strategy else { return [] }
        switch strategy.type {
        case "Recreate":
            guard strategy.rollingUpdate != nil else { return [] }
            let detail = "may not be specified when strategy `type` is 'Recreate'"
            return [FieldError(.forbidden, "spec.strategy.rollingUpdate", detail)]
        case "RollingUpdate": return rolling(strategy.rollingUpdate)
        default: return supported(strategy.type ?? "", ["Recreate", "RollingUpdate"], "spec.strategy.type")
        }
    }

    /// What would never move is refused (ValidateRollingUpdateDeployment).
    private static func rolling(_ rolling: RollingUpdateDeployment?) -> [FieldError] {
        let path = "spec.strategy.rollingUpdate"
        var errors = countOrShare(rolling?.maxUnavailable, "\(path).maxUnavailable")
        errors += countOrShare(rolling?.maxSurge, "\(path).maxSurge")
        if isZero(rolling?.maxUnavailable), isZero(rolling?.maxSurge) {
            let detail = "may not be 0 when `maxSurge` is 0"
            errors.append(
                FieldError(.invalid, "\(path).maxUnavailable", value: goText(rolling?.maxUnavailable), detail))
        }
        return errors + notMoreThanAll(rolling?.maxUnavailable, "\(path).maxUnavailable")
    }

    /// ValidatePositiveIntOrPercent.
    private static func countOrShare(_ value: IntOrString?, _ field: String) -> [FieldError] {
        switch value {
        case .int(let number) where number < 0:
            return [FieldError(.invalid, field, value: String(number), "must be greater than or equal to 0")]
        case .string(let text) where !isShare(text):
            let detail =
                "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', "
                + "regex used for validation is '[0-9]+%')"
            return [FieldError(.invalid, field, value: goText(value), detail)]
        default: return []
        }
    }

    private static func isShare(_ text: String) -> Bool {
        text.count > 1 && text.last == "%" && text.dropLast().utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    /// IsNotMoreThan100Percent.
    private static func notMoreThanAll(_ value: IntOrString?, _ field: String) -> [FieldError] {
        guard case .string(let text)? = value, isShare(text), Int(text.dropLast()).map({ $0 > 100 }) ?? true else {
            return []
        }
        return [FieldError(.invalid, field, value: goText(value), "must not be greater than 100%")]
    }

    private static func isZero(_ value: IntOrString?) -> Bool { value?.scaled(total: 100, roundUp: true) == 0 }

    /// Old and new pods side by side, or nodes without one: either, not both (ValidateRollingUpdateDaemonSet).
    static func strategy(_ strategy: DaemonSetUpdateStrategy?) -> [FieldError] {
        guard let strategy else { return [] }
        let path = "spec.updateStrategy"
        var errors = supported(strategy.type ?? "", ["OnDelete", "RollingUpdate"], "\(path).type")
        guard let rolling = strategy.rollingUpdate, strategy.type == "RollingUpdate" else { return errors }
        for (value, name) in [(rolling.maxUnavailable, "maxUnavailable"), (rolling.maxSurge, "maxSurge")] {
            let field = "\(path).rollingUpdate.\(name)"
            errors += countOrShare(value, field) + notMoreThanAll(value, field)
        }
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
        errors += podTemplate(spec.template, "spec.template")
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
