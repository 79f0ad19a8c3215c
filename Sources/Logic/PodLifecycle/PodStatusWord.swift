package import KubernetesModel

extension Pod {
    /// The STATUS word of `kubectl get pods` (behaviour 6.7; printPod in pkg/printers/internalversion).
    package var statusWord: String {
        let status = status ?? PodStatus()
        var word = status.reason.flatMap { $0.isEmpty ? nil : $0 } ?? status.phase ?? "Unknown"
        if let initWord = initStatusWord(status) {
            word = initWord
        } else {
            var isAnyRunning = false
            for container in (status.containerStatuses ?? []).reversed() {
                if let reason = container.state?.waiting?.reason, !reason.isEmpty {
                    word = reason
                } else if let ended = container.state?.terminated {
                    word = Self.word(for: ended)
                } else if container.ready, container.state?.running != nil {
                    isAnyRunning = true
                }
            }
            if word == "Completed", isAnyRunning {
                let isReady = (status.conditions ?? []).contains { $0.type == "Ready" && $0.status == "True" }
                word = isReady ? "Running" : "NotReady"
            }
        }
        guard metadata.deletionTimestamp != nil else { return word }
        return status.reason == "NodeLost" ? "Unknown" : "Terminating"
    }

    /// Restarts of all containers, as the RESTARTS column counts them.
    package var restartCount: Int { (status?.containerStatuses ?? []).reduce(0) { $0 + Int($1.restartCount) } }

    /// The READY column: `1/2`.
    package var readyText: String {
        let ready = (status?.containerStatuses ?? []).count { $0.ready && $0.state?.running != nil }
        return "\(ready)/\(spec?.containers.count ?? 0)"
    }

    /// `Init:0/2`, `Init:Error`, ...; nil once every init container has succeeded.
    private func initStatusWord(_ status: PodStatus) -> String? {
        for (index, container) in (status.initContainerStatuses ?? []).enumerated() {
            if let ended = container.state?.terminated {
                if ended.exitCode == 0 { continue }
                return "Init:" + Self.word(for: ended)
            }
            if let reason = container.state?.waiting?.reason, !reason.isEmpty, reason != "PodInitializing" {
                return "Init:" + reason
            }
            return "Init:\(index)/\(spec?.initContainers?.count ?? 0)"
        }
        return nil
    }

    private static func word(for ended: ContainerStateTerminated) -> String {
        if let reason = ended.reason, !reason.isEmpty { return reason }
        if let signal = ended.signal, signal != 0 { return "Signal:\(signal)" }
        return "ExitCode:\(ended.exitCode)"
    }
}
