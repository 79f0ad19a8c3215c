internal import Datapath
internal import NetworkModel
internal import ServiceRouting

extension SourcePreservation {
    /// What of a node lets its pods be seen by their own addresses; nil where backends see the node.
    init?(_ node: NodeNetwork, in network: ClusterNetwork) {
        guard let path = network.returnPath(of: node), let router = node.router else { return nil }
        self.init(
            pods: node.podCIDRs, router: router, local: [IPPrefix(host: node.address), network.serviceCIDR],
            ports: path == .portRange ? ReturnPath.ports : nil)
    }
}
