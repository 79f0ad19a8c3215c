internal import NetworkPlanning

/// Which consecutive steps are carried out together.
enum StepRunKind: Hashable {
    case addNamespace, removeNamespace, addVethPair, removeLink, sysctl, firewall
    /// Messages about one namespace only, which need no company.
    case message
}

extension Step {
    var runKind: StepRunKind {
        switch self {
        case .addNamespace: .addNamespace
        case .removeNamespace: .removeNamespace
        case .addVethPair: .addVethPair
        case .removeLink: .removeLink
        case .setSysctl: .sysctl
        case .setFirewall, .removeFirewall: .firewall
        case .addLink, .changeLink, .addAddress, .removeAddress, .addRoute, .replaceRoute, .removeRoute, .addRule,
            .removeRule, .addNeighbour, .removeNeighbour:
            .message
        }
    }
}
