/// Where a pod stands (core/v1 PodStatus).
package struct PodStatus: Codable, Hashable, Sendable {
    /// `Pending`, `Running`, `Succeeded`, `Failed` or `Unknown`.
    package var phase: String?
    package var conditions: [PodCondition]?
    package var message: String?
    package var reason: String?
    package var nominatedNodeName: String?
    package var hostIP: String?
    package var podIP: String?
    package var podIPs: [PodIP]?
    package var startTime: Timestamp?
    package var initContainerStatuses: [PodContainerStatus]?
    package var containerStatuses: [PodContainerStatus]?
    package var qosClass: String?

    package init(
        phase: String? = nil, conditions: [PodCondition]? = nil, message: String? = nil, reason: String? = nil,
        nominatedNodeName: String? = nil, hostIP: String? = nil, podIP: String? = nil, podIPs: [PodIP]? = nil,
        startTime: Timestamp? = nil, initContainerStatuses: [PodContainerStatus]? = nil,
        containerStatuses: [PodContainerStatus]? = nil, qosClass: String? = nil
    ) {
        self.phase = phase
        self.conditions = conditions
        self.message = message
        self.reason = reason
        self.nominatedNodeName = nominatedNodeName
        self.hostIP = hostIP
        self.podIP = podIP
        self.podIPs = podIPs
        self.startTime = startTime
        self.initContainerStatuses = initContainerStatuses
        self.containerStatuses = containerStatuses
        self.qosClass = qosClass
    }
}

/// One aspect of a pod: `PodScheduled`, `Initialized`, `ContainersReady`, `Ready` (core/v1 PodCondition).
package struct PodCondition: Codable, Hashable, Sendable {
    package var type: String
    package var status: String
    package var lastProbeTime: Timestamp?
    package var lastTransitionTime: Timestamp?
    package var reason: String?
    package var message: String?

    package init(
        type: String, status: String, lastProbeTime: Timestamp? = nil, lastTransitionTime: Timestamp? = nil,
        reason: String? = nil, message: String? = nil
    ) {
        self.type = type
        self.status = status
        self.lastProbeTime = lastProbeTime
        self.lastTransitionTime = lastTransitionTime
        self.reason = reason
        self.message = message
    }
}

/// An address of a pod (core/v1 PodIP).
package struct PodIP: Codable, Hashable, Sendable {
    package var ip: String

    package init(ip: String) {
        self.ip = ip
    }
}

/// What became of one container (core/v1 ContainerStatus).
///
/// Named for the pod, because what a runtime reports of its containers is another type.
package struct PodContainerStatus: Codable, Hashable, Sendable {
    package var name: String
    package var state: ContainerState?
    package var lastState: ContainerState?
    package var ready: Bool
    package var restartCount: Int32
    package var image: String
    package var imageID: String
    package var containerID: String?
    package var started: Bool?

    package init(
        name: String, state: ContainerState? = nil, lastState: ContainerState? = nil, ready: Bool = false,
        restartCount: Int32 = 0, image: String = "", imageID: String = "", containerID: String? = nil,
        started: Bool? = nil
    ) {
        self.name = name
        self.state = state
        self.lastState = lastState
        self.ready = ready
        self.restartCount = restartCount
        self.image = image
        self.imageID = imageID
        self.containerID = containerID
        self.started = started
    }
}

/// Exactly one of waiting, running and terminated (core/v1 ContainerState).
package struct ContainerState: Codable, Hashable, Sendable {
    package var waiting: ContainerStateWaiting?
    package var running: ContainerStateRunning?
    package var terminated: ContainerStateTerminated?

    package init(
        waiting: ContainerStateWaiting? = nil, running: ContainerStateRunning? = nil,
        terminated: ContainerStateTerminated? = nil
    ) {
        self.waiting = waiting
        self.running = running
        self.terminated = terminated
    }
}

/// Not started, and why (core/v1 ContainerStateWaiting).
package struct ContainerStateWaiting: Codable, Hashable, Sendable {
    package var reason: String?
    package var message: String?

    package init(reason: String? = nil, message: String? = nil) {
        self.reason = reason
        self.message = message
    }
}

/// Running since (core/v1 ContainerStateRunning).
package struct ContainerStateRunning: Codable, Hashable, Sendable {
    package var startedAt: Timestamp?

    package init(startedAt: Timestamp? = nil) {
        self.startedAt = startedAt
    }
}

/// Ended, and how (core/v1 ContainerStateTerminated).
package struct ContainerStateTerminated: Codable, Hashable, Sendable {
    package var exitCode: Int32
    package var signal: Int32?
    package var reason: String?
    package var message: String?
    package var startedAt: Timestamp?
    package var finishedAt: Timestamp?
    package var containerID: String?

    package init(
        exitCode: Int32, signal: Int32? = nil, reason: String? = nil, message: String? = nil,
        startedAt: Timestamp? = nil, finishedAt: Timestamp? = nil, containerID: String? = nil
    ) {
        self.exitCode = exitCode
        self.signal = signal
        self.reason = reason
        self.message = message
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.containerID = containerID
    }
}
