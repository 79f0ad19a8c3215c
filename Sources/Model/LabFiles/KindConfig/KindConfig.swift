package import NetworkModel

/// A kind cluster config (`kind.x-k8s.io/v1alpha4`) with kind's defaults applied (behaviour 1.1).
///
/// Fields that mean nothing in a netns lab (images, mounts, port mappings, kubeadm and containerd patches) are read,
/// checked, answered with a warning and not kept.
package struct KindConfig: Hashable, Sendable {
    /// What a node is in the cluster.
    package enum Role: String, Hashable, Sendable, Codable, CaseIterable {
        case controlPlane = "control-plane"
        case worker
    }

    /// How the cluster would forward Services without Cilium.
    package enum KubeProxyMode: String, Hashable, Sendable, Codable, CaseIterable {
        case iptables, ipvs, nftables, none
    }

    /// One node, named as kind names its container.
    package struct Node: Hashable, Sendable {
        /// `kind-control-plane`, `kind-worker2` (behaviour 1.4).
        package var name: String
        package var role: Role
        /// Labels for the Node object, besides those kubeadm sets.
        package var labels: [String: String]

        package init(name: String, role: Role, labels: [String: String] = [:]) {
            self.name = name
            self.role = role
            self.labels = labels
        }
    }

    /// The `networking` section, IPv4 only for now.
    package struct Networking: Hashable, Sendable {
        /// Where kube-controller-manager cuts the nodes' `spec.podCIDR` from; Cilium's cluster-pool mode ignores it.
        package var podSubnet: IPPrefix
        /// Where ClusterIPs come from.
        package var serviceSubnet: IPPrefix
        /// True: no kindnet, so nodes stay NotReady until a CNI is installed.
        package var disableDefaultCNI: Bool
        package var kubeProxyMode: KubeProxyMode

        package init(
            podSubnet: IPPrefix = Networking.defaultPodSubnet,
            serviceSubnet: IPPrefix = Networking.defaultServiceSubnet,
            disableDefaultCNI: Bool = false,
            kubeProxyMode: KubeProxyMode = .iptables
        ) {
            self.podSubnet = podSubnet
            self.serviceSubnet = serviceSubnet
            self.disableDefaultCNI = disableDefaultCNI
            self.kubeProxyMode = kubeProxyMode
        }

        package static let defaultPodSubnet = IPPrefix(IPAddress(10, 244, 0, 0), 16)
        package static let defaultServiceSubnet = IPPrefix(IPAddress(10, 96, 0, 0), 16)
    }

    /// The cluster name, `kind` unless the file says otherwise: the first part of every node's name.
    package var name: String
    /// In file order; at least one control-plane.
    package var nodes: [Node]
    package var networking: Networking

    /// Names the nodes of a cluster from their roles in file order.
    package init(name: String = "kind", roles: [Role] = [.controlPlane], networking: Networking = Networking()) {
        self.name = name
        self.networking = networking
        nodes = zip(KindConfig.nodeNames(cluster: name, roles: roles), roles).map { Node(name: $0, role: $1) }
    }

    /// kind's namer: `<cluster>-<role>`, the first of a role without a number, then 2, 3 … (behaviour 1.4).
    package static func nodeNames(cluster: String, roles: [Role]) -> [String] {
        var counts: [Role: Int] = [:]
        return roles.map { role in
            let count = counts[role, default: 0] + 1
            counts[role] = count
            return "\(cluster)-\(role.rawValue)" + (count == 1 ? "" : "\(count)")
        }
    }

    /// The container kind adds in front of several API servers; netlab does not make it (docs/lab-files.md).
    package var externalLoadBalancerName: String? {
        nodes.count { $0.role == .controlPlane } > 1 ? "\(name)-external-load-balancer" : nil
    }
}
