package import KubernetesModel
package import NetworkModel

/// A node of a kind cluster as its kubelet registers it (behaviour 1.4, 6.2, 6.3).
package struct NodeRegistration: Hashable, Sendable {
    package enum Role: String, Hashable, Sendable { case controlPlane = "control-plane", worker }

    package var name: String
    /// kind's cluster name, part of the provider ID.
    package var cluster: String
    package var role: Role
    package var address: IPAddress
    /// Labels of the kind config.
    package var labels: [String: String]
    package var kubeletVersion: String
    package var kernelVersion: String
    package var osImage: String
    /// Such as `containerd://1.6.9`.
    package var runtime: String
    package var architecture: String
    /// The machine's, since its last boot.
    package var bootID: String
    /// What it has for pods, besides room for 110 of them: `cpu`, `memory`, `ephemeral-storage`.
    package var capacity: [String: Quantity]
    /// Whether it is the only node: kind then takes the control-plane's taint away.
    package var isOnlyNode: Bool

    package init(
        name: String, cluster: String, role: Role, address: IPAddress, labels: [String: String] = [:],
        kubeletVersion: String = "v1.25.3", kernelVersion: String, osImage: String, runtime: String,
        architecture: String = "amd64", bootID: String = "", capacity: [String: Quantity] = [:],
        isOnlyNode: Bool = false
    ) {
        self.name = name
        self.cluster = cluster
        self.role = role
        self.address = address
        self.labels = labels
        self.kubeletVersion = kubeletVersion
        self.kernelVersion = kernelVersion
        self.osImage = osImage
        self.runtime = runtime
        self.architecture = architecture
        self.bootID = bootID
        self.capacity = capacity
        self.isOnlyNode = isOnlyNode
    }

    /// The node before its network is there: NotReady.
    ///
    /// - Parameter seed: what a real node makes by chance is drawn from it.
    package func node(now: Timestamp, seed: Seed) -> Node {
        var labels = [
            "beta.kubernetes.io/arch": architecture, "beta.kubernetes.io/os": "linux",
            "kubernetes.io/arch": architecture, "kubernetes.io/hostname": name, "kubernetes.io/os": "linux",
        ]
        if role == .controlPlane {
            labels["node-role.kubernetes.io/control-plane"] = ""
            labels["node.kubernetes.io/exclude-from-external-load-balancers"] = ""
        }
        labels.merge(self.labels) { $1 }
        var taints = [Taint(key: "node.kubernetes.io/not-ready", effect: "NoSchedule")]
        if role == .controlPlane, !isOnlyNode {
            taints.insert(Taint(key: "node-role.kubernetes.io/control-plane", effect: "NoSchedule"), at: 0)
        }
        let conditions = [
            condition(
                "MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
            condition("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
            condition("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
            Self.readyCondition(networkReady: false),
        ].map { condition in
            var condition = condition
            condition.lastHeartbeatTime = now
            condition.lastTransitionTime = now
            return condition
        }
        let capacity = capacity.merging(["pods": "110"]) { $1 }
        return Node(
            metadata: ObjectMeta(name: name, labels: labels),
            spec: NodeSpec(providerID: "kind://docker/\(cluster)/\(name)", taints: taints),
            status: NodeStatus(
                capacity: capacity, allocatable: capacity, conditions: conditions,
                addresses: [
                    NodeAddress(type: "InternalIP", address: address.description),
                    NodeAddress(type: "Hostname", address: name),
                ],
                nodeInfo: NodeSystemInfo(
                    machineID: ObjectNames.uid(seed, "machine", cluster, name).filter { $0 != "-" },
                    systemUUID: ObjectNames.uid(seed, "system", cluster, name), bootID: bootID,
                    kernelVersion: kernelVersion, osImage: osImage, containerRuntimeVersion: runtime,
                    kubeletVersion: kubeletVersion, kubeProxyVersion: kubeletVersion, architecture: architecture)))
    }

    /// The condition `Ready` with the kubelet's reason and message.
    package static func readyCondition(networkReady: Bool) -> NodeCondition {
        networkReady
            ? NodeCondition(
                type: "Ready", status: "True", reason: "KubeletReady", message: "kubelet is posting ready status")
            : NodeCondition(
                type: "Ready", status: "False", reason: "KubeletNotReady",
                message: "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady "
                    + "message:Network plugin returns error: cni plugin not initialized")
    }

    private func condition(_ type: String, _ status: String, _ reason: String, _ message: String) -> NodeCondition {
        NodeCondition(type: type, status: status, reason: reason, message: message)
    }
}
