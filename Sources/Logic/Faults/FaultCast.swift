package import Checks
internal import Datapath
internal import LabFiles
package import NetworkModel

/// Why a fault cannot be injected into this lab as it stands; one line for people.
package struct FaultRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    package var description: String
    package init(_ description: String) { self.description = description }
}

/// Who plays which role of a fault in a lab.
///
/// The node is the one asked for, else the first worker with a pod; the other is the next node with a pod; the third is
/// whoever is left. So a fault between two workers is one that pods notice.
package struct FaultCast: Hashable, Sendable {
    package let node: Inventory.Node
    package let other: Inventory.Node?
    package let third: Inventory.Node?
    private let inventory: Inventory
    /// The lab as it stands, for the names of links.
    private let network: NetworkState

    /// - Parameters:
    ///   - on: the node's name; nil: the first that fits.
    ///   - network: all namespaces of the lab.
    /// - Throws: that there is no such node, or none at all.
    package init(in inventory: Inventory, _ network: NetworkState, on name: String? = nil) throws(FaultRefusal) {
        self.inventory = inventory
        self.network = network
        func hasPod(_ node: Inventory.Node) -> Bool { inventory.pods.contains { $0.node == node.name } }
        let order = inventory.nodes.sorted { left, right in
            (hasPod(left) ? 0 : 1, left.isControlPlane ? 1 : 0, left.name)
                < (hasPod(right) ? 0 : 1, right.isControlPlane ? 1 : 0, right.name)
        }
        guard let first = order.first else { throw FaultRefusal("the lab has no node") }
        let node = name == nil ? first : inventory.node(name)
        guard let node else {
            throw FaultRefusal(
                "the lab has no node \(name ?? ""); it has " + inventory.nodes.map(\.name).joined(separator: ", "))
        }
        let rest = order.filter { $0.name != node.name }
        self.node = node
        other = rest.first
        third = rest.dropFirst().first
    }

    /// The variables and their values; one that this lab has nothing for is absent.
    package var values: [String: String] {
        var values = ["host.address": "\(inventory.gateway)"]
        let services = inventory.services.filter { $0.name.description != "default/kubernetes" } + inventory.services
        values["service.address"] = services.lazy.compactMap(\.clusterIP).first.map { "\($0)" }
        for (role, node) in [("node", node), ("other", other), ("third", third)] {
            guard let node else { continue }
            values[role] = node.name
            values["\(role).address"] = "\(node.address)"
            values["\(role).cidr"] = node.podCIDRs.first.map { "\($0)" }
            values["\(role).router"] = node.router.map { "\($0)" }
            values["\(role).port"] = port(of: node)
            guard let pod = pod(of: node) else { continue }
            values["\(role).pod"] = "\(pod.address)"
            values["\(role).podName"] = pod.name
            // A part of the node's block with the pod in it: longer than the block, shorter than a host.
            values["\(role).podBlock"] = "\(IPPrefix(pod.address, 26).network)"
            values["\(role).podLink"] = podLink(of: pod)
        }
        return values
    }

    /// The text with this lab's names and addresses.
    ///
    /// - Throws: that the lab has nobody for a role.
    package func read(_ text: String) throws(FaultRefusal) -> String {
        let values = values
        var missing: String?
        let result = FaultVariable.substituted(text) { name in
            if values[name] == nil, missing == nil { missing = name }
            return values[name]
        }
        guard let result else { throw FaultRefusal(Self.reason(missing ?? "")) }
        return result
    }

    private static func reason(_ variable: String) -> String {
        switch variable.split(separator: ".").first {
        case "other": variable == "other" ? "it takes two nodes" : "it takes a second node with a pod (\(variable))"
        case "third": "it takes three nodes"
        default: "the lab has no \(variable)"
        }
    }

    /// The namespace of a stage.
    ///
    /// - Throws: that the lab has nobody for it.
    func namespace(_ stage: Fault.Stage) throws(FaultRefusal) -> NamespaceName {
        let found: NamespaceName? =
            switch stage {
            case .node: DatapathNames.node(inventory.lab, node.name)
            case .other: other.flatMap { DatapathNames.node(inventory.lab, $0.name) }
            case .third: third.flatMap { DatapathNames.node(inventory.lab, $0.name) }
            case .host: DatapathNames.fabric(inventory.lab)
            case .nodePod: pod(of: node).flatMap(namespace)
            case .otherPod: other.flatMap(pod).flatMap(namespace)
            }
        guard let found else { throw FaultRefusal(Self.reason(stage.rawValue)) }
        return found
    }

    private func pod(of node: Inventory.Node) -> Inventory.Pod? { inventory.pods.first { $0.node == node.name } }

    private func namespace(_ pod: Inventory.Pod) -> NamespaceName? {
        DatapathNames.pod(inventory.lab, namespace: pod.namespace, name: pod.name)
    }

    private func port(of node: Inventory.Node) -> String? {
        guard let name = DatapathNames.node(inventory.lab, node.name),
            case .veth(let peer) = network.namespaces[name]?.links[.eth0]?.kind
        else { return nil }
        return peer.name.rawValue
    }

    private func podLink(of pod: Inventory.Pod) -> String? {
        guard let name = namespace(pod), case .veth(let peer) = network.namespaces[name]?.links[.eth0]?.kind else {
            return nil
        }
        return peer.name.rawValue
    }
}
