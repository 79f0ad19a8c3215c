package import NetworkModel

extension NetworkEvent {
    /// The kind of object as one word, the same that plans use; `lost` where announcements were lost.
    package var kind: String {
        switch object {
        case .namespace: "namespace"
        case .link: "link"
        case .address: "address"
        case .route: "route"
        case .rule: "rule"
        case .neighbour: "neighbour"
        case .setting: "setting"
        case .lost: "lost"
        }
    }

    /// The object in the words of ip(8), without its kind and namespace.
    package var text: String {
        switch object {
        case .namespace: "\(namespace)"
        case .link(let link): link.text
        case .address(let address): address.text
        case .route(let route): route.text
        case .rule(let rule): (rule.family == .ipv6 ? "-6 " : "") + "\(rule)"
        case .neighbour(let entry): entry.text
        case .setting(let setting): setting.text
        case .lost: "changes came faster than they were read; some are not shown"
        }
    }
}

extension NeighbourEntry {
    /// `172.18.0.3 dev eth0 lladdr 02:42:ac:12:00:03 REACHABLE`
    package var text: String {
        "\(address) dev \(link)" + (mac.map { " lladdr \($0)" } ?? "") + (isExternallyLearned ? " extern_learn" : "")
            + " \(stateText)"
    }
}

extension InterfaceSetting {
    /// `net.ipv4.conf.eth0.forwarding=1`, as sysctl(8) takes it.
    package var text: String { "net.\(family).conf.\(link).\(name)=\(value)" }
}
