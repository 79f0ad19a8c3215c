/// A pod as Cilium's agents see it (cilium.io/v2 CiliumEndpoint).
///
/// Made of the pod whenever it is asked for, never stored. There are no endpoint and identity numbers: nothing here has
/// any.
package struct CiliumEndpoint: KubernetesObject {
    package static let resource = ResourceType(
        group: "cilium.io", version: "v2", kind: "CiliumEndpoint", plural: "ciliumendpoints", isNamespaced: true)

    package var apiVersion: String?
    package var kind: String?
    package var metadata: ObjectMeta
    package var status: Status?

    package struct Status: Codable, Hashable, Sendable {
        /// `ready`
        package var state: String
        package var networking: Networking
    }

    package struct Networking: Codable, Hashable, Sendable {
        package var addressing: [Addressing]
        /// The node's address.
        package var node: String?
    }

    package struct Addressing: Codable, Hashable, Sendable {
        package var ipv4: String?
        package var ipv6: String?
    }

    /// nil for a pod that Cilium has no endpoint for: on the node's network, or without an address.
    package init?(_ pod: Pod) {
        guard pod.spec?.hostNetwork != true, let address = pod.status?.podIP, !address.isEmpty,
            !["Succeeded", "Failed"].contains(pod.status?.phase ?? "")
        else { return nil }
        apiVersion = Self.resource.apiVersion
        kind = Self.resource.kind
        metadata = ObjectMeta(
            name: pod.name, namespace: pod.namespace, uid: pod.uid, resourceVersion: pod.metadata.resourceVersion,
            creationTimestamp: pod.metadata.creationTimestamp, labels: pod.metadata.labels,
            ownerReferences: [OwnerReference(apiVersion: "v1", kind: "Pod", name: pod.name, uid: pod.uid)])
        let isIPv6 = address.contains(":")
        status = Status(
            state: "ready",
            networking: Networking(
                addressing: [Addressing(ipv4: isIPv6 ? nil : address, ipv6: isIPv6 ? address : nil)],
                node: pod.status?.hostIP))
    }
}
