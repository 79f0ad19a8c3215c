package import NetworkModel

/// netlab's own `lab.yaml` (`netlab/v1alpha1`, kind `Lab`): everything the files of kind, Helm and kubectl cannot say.
/// The file is optional, and so is every field.
package struct LabOptions: Hashable, Sendable {
    /// What is fixed about one node. What is nil is drawn from the seed.
    package struct NodePins: Hashable, Sendable {
        /// The node's address on the bridge.
        package var address: IPAddress?
        /// The pod CIDR the node gets from Cilium's operator.
        package var podCIDR: IPPrefix?
        /// The address of `cilium_host`; lies in `podCIDR`.
        package var router: IPAddress?

        package init(address: IPAddress? = nil, podCIDR: IPPrefix? = nil, router: IPAddress? = nil) {
            self.address = address
            self.podCIDR = podCIDR
            self.router = router
        }
    }

    /// The network that joins the nodes: docker's bridge `kind` on a real machine.
    package struct Underlay: Hashable, Sendable {
        package var subnet: IPPrefix
        /// The bridge's own address, the nodes' default gateway.
        package var gateway: IPAddress
        /// In bytes.
        package var mtu: Int

        package init(
            subnet: IPPrefix = IPPrefix(IPAddress(172, 18, 0, 0), 16), gateway: IPAddress? = nil, mtu: Int = 1500
        ) {
            self.subnet = subnet
            self.gateway = gateway ?? subnet.address(at: 1)
            self.mtu = mtu
        }
    }

    /// A Service by namespace and name.
    package struct ServiceName: Hashable, Sendable, Comparable, CustomStringConvertible {
        package var namespace: String
        package var name: String

        package init(namespace: String = "default", name: String) {
            self.namespace = namespace
            self.name = name
        }

        package var description: String { "\(namespace)/\(name)" }

        package static func < (left: Self, right: Self) -> Bool {
            (left.namespace, left.name) < (right.namespace, right.name)
        }
    }

    /// How the ClusterIP proxy behaves where Kubernetes leaves a choice.
    package struct Proxy: Hashable, Sendable {
        /// How a backend is chosen.
        package enum Mode: String, Hashable, Sendable, Codable, CaseIterable {
            /// Any active backend, independently each time: Cilium's socket load balancer.
            case random
            /// In turn, shuffled when the set changes: kube-proxy's userspace mode.
            case roundRobin = "round-robin"
        }

        /// What a client of a Service without endpoints meets.
        package enum NoEndpoints: String, Hashable, Sendable, Codable, CaseIterable {
            /// TCP RST, ICMP port unreachable: Cilium 1.16 and later, kube-proxy.
            case reject
            /// Silence until the client gives up: Cilium 1.12.
            case timeout
        }

        /// Whom a backend sees as its client.
        package enum SourceIP: String, Hashable, Sendable, Codable, CaseIterable {
            /// The node of the client: its router address, or its own.
            case masquerade
            /// The client's pod itself, as with Cilium.
            case preserve
        }

        /// With ``SourceIP/preserve``: how answers to a pod's address find the proxy.
        package enum ReturnPath: String, Hashable, Sendable, Codable, CaseIterable {
            /// By the socket they belong to, which nftables looks up; the client's port is kept too.
            case nftables
            /// By ports set aside for it, without netfilter.
            case portRange = "port-range"

            /// The ports of ``portRange``: above the 60999 at which the ephemeral ports of a namespace end. The kernel
            /// refuses 65535 in a rule.
            package static let ports: ClosedRange<UInt16> = 61000...65534
        }

        package var mode: Mode = .random
        package var noEndpoints: NoEndpoints = .reject
        package var sourceIP: SourceIP = .masquerade
        package var returnPath: ReturnPath = .nftables

        package init() {}
    }

    /// The lab's name; nil leaves it to the directory's.
    package var name: String?
    /// Where every random draw starts from.
    package var seed: UInt64 = 1
    package var underlay = Underlay()
    /// By node name, such as `kind-worker2`.
    package var nodes: [String: NodePins] = [:]
    /// Pinned ClusterIPs.
    package var serviceIPs: [ServiceName: IPAddress] = [:]
    package var proxy = Proxy()

    package init() {}
}
