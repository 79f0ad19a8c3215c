internal import KubernetesModel

/// Rows of Deployments, ReplicaSets and DaemonSets.
extension ObjectTable {
    static func deployment(_ deployment: Deployment, _ now: Double) -> [String] {
        let (spec, status) = (deployment.spec, deployment.status)
        return [
            deployment.name, "\(status?.readyReplicas ?? 0)/\(spec?.replicas ?? 1)",
            "\(status?.updatedReplicas ?? 0)", "\(status?.availableReplicas ?? 0)", age(deployment, now),
        ] + tail(spec?.template, spec?.selector)
    }

    static func replicaSet(_ set: ReplicaSet, _ now: Double) -> [String] {
        [
            set.name, "\(set.spec?.replicas ?? 1)", "\(set.status?.replicas ?? 0)",
            "\(set.status?.readyReplicas ?? 0)", age(set, now),
        ] + tail(set.spec?.template, set.spec?.selector)
    }

    static func daemonSet(_ set: DaemonSet, _ now: Double) -> [String] {
        let status = set.status
        return [
            set.name, "\(status?.desiredNumberScheduled ?? 0)", "\(status?.currentNumberScheduled ?? 0)",
            "\(status?.numberReady ?? 0)", "\(status?.updatedNumberScheduled ?? 0)", "\(status?.numberAvailable ?? 0)",
            labels(set.spec?.template.spec?.nodeSelector ?? [:]), age(set, now),
        ] + tail(set.spec?.template, set.spec?.selector)
    }

    static func job(_ job: Job, _ now: Double) -> [String] {
        let done = job.status?.succeeded ?? 0
        let parallelism = job.spec?.parallelism ?? 1
        let wanted = job.spec?.completions.map { "\($0)" } ?? (parallelism > 1 ? "1 of \(parallelism)" : "1")
        let end = job.status?.completionTime.map { Double($0.seconds) } ?? now
        let duration = job.status?.startTime.map { HumanDuration.text(since: $0, now: end) } ?? ""
        return [job.name, "\(done)/\(wanted)", duration, age(job, now)] + tail(job.spec?.template, job.spec?.selector)
    }

    /// Containers, images, selector.
    private static func tail(_ template: PodTemplateSpec?, _ selector: LabelSelector?) -> [String] {
        let containers = template?.spec?.containers ?? []
        return [
            containers.map(\.name).joined(separator: ","), containers.map { $0.image ?? "" }.joined(separator: ","),
            selector.map(text) ?? "<none>",
        ]
    }

    /// As metav1.FormatLabelSelector: labels first, then the expressions.
    private static func text(_ selector: LabelSelector) -> String {
        var parts = (selector.matchLabels ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        for requirement in selector.matchExpressions ?? [] {
            let values = "(" + (requirement.values ?? []).sorted().joined(separator: ",") + ")"
            switch requirement.operator {
            case "In": parts.append("\(requirement.key) in \(values)")
            case "NotIn": parts.append("\(requirement.key) notin \(values)")
            case "Exists": parts.append(requirement.key)
            case "DoesNotExist": parts.append("!\(requirement.key)")
            default: return "<error>"
            }
        }
        return parts.isEmpty ? "<none>" : parts.joined(separator: ",")
    }
}
