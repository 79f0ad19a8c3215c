/// What the API server would refuse of updates and of Jobs, found before anything is made.
extension ObjectValidation {
    mutating func checkJob() {
        guard let spec = value["spec"] else { return }
        if let pod = spec["template"]?["spec"], !["Never", "OnFailure"].contains(pod["restartPolicy"]?.text) {
            report(
                pod["restartPolicy"] ?? pod, path("spec.template.spec.restartPolicy"),
                "Unsupported value: \"\(pod["restartPolicy"]?.text ?? "Always")\"", "Never or OnFailure")
        }
        if let mode = spec["completionMode"], mode.text == "Indexed", spec["completions"] == nil {
            report(
                mode, path("spec.completions"), "this required field is missing when the completion mode is Indexed")
        }
    }

    /// Absent numbers are the API server's defaults: 25% each, for a DaemonSet one unavailable and none more.
    mutating func checkRollout() {
        let isDaemonSet = value["kind"]?.text == "DaemonSet"
        let name = isDaemonSet ? "updateStrategy" : "strategy"
        guard let rolling = value["spec"]?[name]?["rollingUpdate"] else { return }
        let field = path("spec.\(name).rollingUpdate")
        let unavailable = rolling["maxUnavailable"]
        let surge = rolling["maxSurge"]
        switch (Self.isZero(unavailable, ifAbsent: false), Self.isZero(surge, ifAbsent: isDaemonSet)) {
        case (true, true):
            report(unavailable ?? rolling, "\(field).maxUnavailable", "may not be 0 when `maxSurge` is 0")
        case (false, false) where isDaemonSet:
            report(surge ?? rolling, "\(field).maxSurge", "may not be set when maxUnavailable is non-zero")
        default: break
        }
        for (share, name) in [(unavailable, "maxUnavailable"), (isDaemonSet ? surge : nil, "maxSurge")] {
            guard let share, let text = share.text, text.hasSuffix("%"), Int(text.dropLast()) ?? 0 > 100 else {
                continue
            }
            report(share, "\(field).\(name)", "must not be greater than 100%")
        }
    }

    private static func isZero(_ value: YAMLValue?, ifAbsent: Bool) -> Bool {
        guard let text = value?.text else { return ifAbsent }
        return Int(text.hasSuffix("%") ? text.dropLast() : text[...]) == 0
    }
}
