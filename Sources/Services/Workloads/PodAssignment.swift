package import KubernetesModel
package import NetworkModel
package import PodLifecycle

/// A pod that is bound to a node and whose network is ready.
package struct PodAssignment: Hashable, Sendable {
    package var pod: Pod
    /// The pod's network namespace; the node's for hostNetwork.
    package var network: NamespaceName
    package var podIPs: [IPAddress]
    package var hostIP: IPAddress
    /// The services whose variables a container gets that is started now.
    package var services: [Service]

    package init(pod: Pod, network: NamespaceName, podIPs: [IPAddress], hostIP: IPAddress, services: [Service] = []) {
        self.pod = pod
        self.network = network
        self.podIPs = podIPs
        self.hostIP = hostIP
        self.services = services
    }
}

/// News of one pod, for the API object.
package struct PodStatusUpdate: Hashable, Sendable {
    package var namespace: String
    package var name: String
    package var uid: String
    package var status: PodStatus
    /// Every container has ended and is forgotten: a pod that is being deleted can be removed from the store.
    package var isGone: Bool
    /// What kubelet would tell about it besides, in order.
    package var events: [PodEvent]

    package init(
        namespace: String, name: String, uid: String, status: PodStatus, isGone: Bool, events: [PodEvent] = []
    ) {
        self.namespace = namespace
        self.name = name
        self.uid = uid
        self.status = status
        self.isGone = isGone
        self.events = events
    }
}
