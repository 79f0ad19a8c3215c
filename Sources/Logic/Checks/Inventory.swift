package import LabFiles
package import NetworkModel

/// Who is in a lab, by the API's objects: what places are found in.
package struct Inventory: Hashable, Sendable {
    package struct Node: Hashable, Sendable {
        package var name: String
        package var address: IPAddress
        package var podCIDRs: [IPPrefix]
        /// On `cilium_host`; nil before the CNI is installed.
        package var router: IPAddress?
        package var isControlPlane: Bool

        package init(
            name: String, address: IPAddress, podCIDRs: [IPPrefix] = [], router: IPAddress? = nil,
            isControlPlane: Bool = false
        ) {
            self.name = name
            self.address = address
            self.podCIDRs = podCIDRs
            self.router = router
            self.isControlPlane = isControlPlane
        }
    }

    /// A pod with an address of its own.
    package struct Pod: Hashable, Sendable {
        package var namespace: String
        package var name: String
        package var node: String
        package var address: IPAddress
        package var labels: [String: String]
        /// The Deployment it is of; nil for others.
        package var deployment: String?
        /// The container ports its specification names.
        package var ports: [UInt16]

        package init(
            namespace: String = "default", name: String, node: String, address: IPAddress,
            labels: [String: String] = [:], deployment: String? = nil, ports: [UInt16] = []
        ) {
            self.namespace = namespace
            self.name = name
            self.node = node
            self.address = address
            self.labels = labels
            self.deployment = deployment
            self.ports = ports
        }
    }

    package struct Service: Hashable, Sendable {
        package struct Port: Hashable, Sendable {
            package var port: UInt16
            package var transport: ProbeProtocol
            package init(port: UInt16, transport: ProbeProtocol = .tcp) {
                self.port = port
                self.transport = transport
            }
        }

        package var name: LabOptions.ServiceName
        /// nil for a headless one.
        package var clusterIP: IPAddress?
        package var ports: [Port]

        package init(name: LabOptions.ServiceName, clusterIP: IPAddress?, ports: [Port]) {
            self.name = name
            self.clusterIP = clusterIP
            self.ports = ports
        }
    }

    /// The lab's name.
    package var lab: String
    /// The bridge's own address.
    package var gateway: IPAddress
    /// In the order of their names, as pods and Services are.
    package var nodes: [Node]
    package var pods: [Pod]
    package var services: [Service]

    package init(
        lab: String, gateway: IPAddress, nodes: [Node], pods: [Pod] = [], services: [Service] = []
    ) {
        self.lab = lab
        self.gateway = gateway
        self.nodes = nodes.sorted { $0.name < $1.name }
        self.pods = pods.sorted { ($0.namespace, $0.name) < ($1.namespace, $1.name) }
        self.services = services.sorted { $0.name < $1.name }
    }

    package func node(_ name: String?) -> Node? { nodes.first { $0.name == name } }
}
