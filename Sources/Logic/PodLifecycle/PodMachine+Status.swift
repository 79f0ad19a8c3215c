package import KubernetesModel

extension PodMachine {
    /// The addresses a status shows.
    package struct Addresses: Hashable, Sendable {
        package var host: String
        package var pod: [String]
        package init(host: String, pod: [String]) {
            self.host = host
            self.pod = pod
        }
    }

    /// The pod's status as kubelet would write it. Conditions keep their transition times from the pod's last status.
    package func status(_ addresses: Addresses, previous: PodStatus?, now: Double) -> PodStatus {
        let phase = phase
        return PodStatus(
            phase: phase, conditions: conditions(phase, previous?.conditions ?? [], now), hostIP: addresses.host,
            podIP: addresses.pod.first, podIPs: addresses.pod.isEmpty ? nil : addresses.pod.map { PodIP(ip: $0) },
            startTime: Timestamp(seconds: Int64(startTime)),
            initContainerStatuses: initContainers.isEmpty ? nil : initContainers.map(status(of:)),
            containerStatuses: containers.map(status(of:)), qosClass: previous?.qosClass ?? pod.status?.qosClass)
    }

    /// kubelet's getPhase.
    package var phase: String {
        let policy = pod.spec?.restartPolicy ?? "Always"
        if !initContainers.allSatisfy(\.succeeded) {
            let hasFailed = policy == "Never" && initContainers.contains { ($0.termination?.exitCode ?? 0) != 0 }
            return hasFailed ? "Failed" : "Pending"
        }
        let stopped = containers.filter { !$0.isRunning && ($0.termination ?? $0.lastTermination) != nil }
        let running = containers.count { $0.isRunning }
        if running + stopped.count < containers.count { return "Pending" }
        if running > 0 || policy == "Always" { return "Running" }
        if stopped.allSatisfy({ ($0.termination ?? $0.lastTermination)?.exitCode == 0 }) { return "Succeeded" }
        return policy == "Never" ? "Failed" : "Running"
    }

    private func status(of progress: ContainerProgress) -> PodContainerStatus {
        var state = ContainerState()
        var lastState: ContainerState?
        let identity = "netlab://\(pod.uid)/\(progress.container.name)/\(progress.attempt)"
        if let last = progress.lastTermination { lastState = ContainerState(terminated: last) }
        switch progress.stage {
        case .waiting(let reason, let message):
            state.waiting = ContainerStateWaiting(reason: reason, message: message)
        case .starting:
            state.waiting = ContainerStateWaiting(reason: progress.isInit ? "PodInitializing" : "ContainerCreating")
        case .running(let startedAt):
            state.running = ContainerStateRunning(startedAt: Timestamp(seconds: Int64(startedAt)))
        case .ended(let termination, _):
            if progress.restartAt == nil {
                state.terminated = termination
            } else {
                state.waiting = ContainerStateWaiting(reason: "CrashLoopBackOff", message: backoffText(progress))
                lastState = ContainerState(terminated: termination)
            }
        }
        return PodContainerStatus(
            name: progress.container.name, state: state, lastState: lastState, ready: progress.isReady,
            restartCount: Int32(progress.attempt), image: progress.container.image ?? "",
            containerID: state.waiting != nil && lastState == nil ? nil : identity, started: progress.hasStarted)
    }

    private func backoffText(_ progress: ContainerProgress) -> String {
        let seconds = Int(progress.backoff.delay)
        let delay = seconds < 60 ? "\(seconds)s" : "\(seconds / 60)m\(seconds % 60)s"
        let owner = "\(pod.name)_\(pod.namespace)(\(pod.uid))"
        return "back-off \(delay) restarting failed container=\(progress.container.name) pod=\(owner)"
    }

    /// Initialized, Ready, ContainersReady, PodScheduled, in kubelet's order and words (status/generate.go).
    private func conditions(_ phase: String, _ previous: [PodCondition], _ now: Double) -> [PodCondition] {
        let uninitialized = initContainers.filter { !$0.succeeded }.map(\.container.name)
        let unready = containers.filter { !$0.isReady }.map(\.container.name)
        func condition(_ type: String, _ names: [String], _ reason: String, _ words: String) -> PodCondition {
            if phase == "Succeeded" {
                let isTrue = type == "Initialized"
                return PodCondition(type: type, status: isTrue ? "True" : "False", reason: "PodCompleted")
            }
            if phase == "Failed", type != "Initialized" {
                return PodCondition(type: type, status: "False", reason: "PodFailed")
            }
            guard !names.isEmpty else { return PodCondition(type: type, status: "True") }
            let message = "containers with \(words) status: [\(names.joined(separator: " "))]"
            return PodCondition(type: type, status: "False", reason: reason, message: message)
        }
        let conditions = [
            condition("Initialized", uninitialized, "ContainersNotInitialized", "incomplete"),
            condition("Ready", unready, "ContainersNotReady", "unready"),
            condition("ContainersReady", unready, "ContainersNotReady", "unready"),
            PodCondition(type: "PodScheduled", status: "True"),
        ]
        return conditions.map { condition in
            var condition = condition
            let last = previous.first { $0.type == condition.type && $0.status == condition.status }
            condition.lastTransitionTime = last?.lastTransitionTime ?? Timestamp(seconds: Int64(now))
            return condition
        }
    }
}
