internal import NetworkModel
internal import NetworkPlanning

extension Step {
    /// What an error about this step says was being done: `add route 10.0.2.0/24 via 172.18.0.3 dev eth0 in NS`.
    var operation: String {
        switch self {
        case .addNamespace(let name, _): "add namespace \(name)"
        case .removeNamespace(let name): "remove namespace \(name)"
        case .addLink(let name, let link): "add link \(link.name) in \(name)"
        case .addVethPair(let first, let second):
            "add veth \(first.link.name) in \(first.namespace) with peer \(second.link.name) in \(second.namespace)"
        case .removeLink(let name, let link): "remove link \(link.name) in \(name)"
        case .changeLink(let name, _, let link): "change link \(link.name) in \(name)"
        case .addAddress(let name, let address): "add address \(address.prefix) dev \(address.link) in \(name)"
        case .removeAddress(let name, let address): "remove address \(address.prefix) dev \(address.link) in \(name)"
        case .addRoute(let name, let route): "add route \(route.inTable) in \(name)"
        case .replaceRoute(let name, _, let route): "replace route \(route.inTable) in \(name)"
        case .removeRoute(let name, let route): "remove route \(route.inTable) in \(name)"
        case .addRule(let name, let rule): "add rule \(rule) in \(name)"
        case .removeRule(let name, let rule): "remove rule \(rule) in \(name)"
        case .addNeighbour(let name, let entry): "add neighbour \(entry.address) dev \(entry.link) in \(name)"
        case .removeNeighbour(let name, let entry): "remove neighbour \(entry.address) dev \(entry.link) in \(name)"
        case .setSysctl(let name, let sysctl, _, let value): "set \(sysctl) to \(value) in \(name)"
        case .setFirewall(let name, let table): "set nftables table \(table.name) in \(name)"
        case .removeFirewall(let name, let table): "remove nftables table \(table.name) in \(name)"
        }
    }
}

extension Route {
    fileprivate var inTable: String { table == .main ? "\(self)" : "\(self) table \(table)" }
}
