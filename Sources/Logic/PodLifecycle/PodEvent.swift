internal import KubernetesModel

/// Something kubelet tells about a pod: the part of an Event that is its own. The reasons and words are those of
/// Kubernetes 1.25 (pkg/kubelet/events, kuberuntime, prober, images).
package struct PodEvent: Hashable, Sendable {
    package var reason: String
    package var message: String
    package var isWarning: Bool
    /// Which container it is about, such as `spec.containers{web}`.
    package var fieldPath: String

    /// More is cut off: a probe's output may be long.
    private static let messageLimit = 1024

    init(_ reason: String, _ message: String, isWarning: Bool = false, _ progress: ContainerProgress) {
        self.reason = reason
        self.message = String(message.prefix(Self.messageLimit))
        self.isWarning = isWarning
        fieldPath = "spec.\(progress.isInit ? "initContainers" : "containers"){\(progress.container.name)}"
    }
}

extension ContainerProgress {
    private var image: String { "\"\(container.image ?? "")\"" }

    /// Nothing is pulled: what can be run is there.
    var pulledEvent: PodEvent { PodEvent("Pulled", "Container image \(image) already present on machine", self) }
    var createdEvent: PodEvent { PodEvent("Created", "Created container \(container.name)", self) }
    var startedEvent: PodEvent { PodEvent("Started", "Started container \(container.name)", self) }
    var backOffEvent: PodEvent { PodEvent("BackOff", "Back-off restarting failed container", isWarning: true, self) }

    func failedEvent(_ message: String) -> PodEvent { PodEvent("Failed", "Error: \(message)", isWarning: true, self) }

    /// - Parameter isLeaving: the whole pod goes, not only this container because of a probe.
    func killingEvent(isLeaving: Bool) -> PodEvent {
        guard !isLeaving else { return PodEvent("Killing", "Stopping container \(container.name)", self) }
        let kind = probes[.startup].map { !$0.passed } == true ? ProbeKind.startup : .liveness
        return PodEvent(
            "Killing", "Container \(container.name) failed \(kind.rawValue) probe, will be restarted", self)
    }

    /// nil for an answer that is as it should be.
    func event(_ kind: ProbeKind, _ answer: ProbeAnswer) -> PodEvent? {
        let words: String
        switch answer {
        case .success: return nil
        case .failure(let output): words = "failed: \(output)"
        case .error(let message): words = "errored: \(message)"
        }
        let name = kind.rawValue.prefix(1).uppercased() + kind.rawValue.dropFirst()
        return PodEvent("Unhealthy", "\(name) probe \(words)", isWarning: true, self)
    }

    /// What is told of an image that cannot be run; empty when it can.
    var imageEvents: [PodEvent] {
        guard case .waiting(let reason, let message) = stage else { return [] }
        switch reason {
        case "ErrImageNeverPull":
            return [PodEvent(reason, message ?? "", isWarning: true, self), failedEvent(reason)]
        case "ImagePullBackOff":
            let cause = "images are not pulled; give the container a command"
            return [
                PodEvent("Failed", "Failed to pull image \(image): \(cause)", isWarning: true, self),
                failedEvent("ErrImagePull"), PodEvent("BackOff", "Back-off pulling image \(image)", self),
                failedEvent(reason),
            ]
        default: return []
        }
    }
}
