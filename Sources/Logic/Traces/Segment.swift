internal import Checks
internal import NetworkModel
internal import NetworkPlanning

/// What is at the other end of a link: one peer, or all who are on the same bridge.
struct Segment {
    /// A link that frames can come to, and the bridge's port they pass; none for the bridge itself and for a lone peer.
    struct End {
        var link: LinkEnd
        var behind: LinkEnd?
    }

    /// The port that the link leads to; nil without a bridge.
    let port: LinkEnd?
    let bridge: LinkName?
    let ends: [End]

    init(of link: Link, at here: NamespaceName, _ network: NetworkState) {
        // A frame of the bridge's own goes to every port.
        var bridge: (namespace: NamespaceName, name: LinkName)? = link.kind == .bridge ? (here, link.name) : nil
        var port: LinkEnd?
        if case .veth(let peer) = link.kind {
            guard let master = network.namespaces[peer.namespace]?.links[peer.name]?.master else {
                self.port = nil
                self.bridge = nil
                ends = [End(link: peer, behind: nil)]
                return
            }
            bridge = (peer.namespace, master)
            port = peer
        }
        self.port = port
        self.bridge = bridge?.name
        guard let bridge, let home = network.namespaces[bridge.namespace] else {
            ends = []
            return
        }
        var found: [End] = []
        for other in home.links.values.sorted(by: { $0.name < $1.name }) where other.master == bridge.name {
            let end = LinkEnd(namespace: bridge.namespace, name: other.name)
            if end == port { continue }
            if case .veth(let far) = other.kind { found.append(End(link: far, behind: end)) }
        }
        if port != nil {
            found.append(End(link: LinkEnd(namespace: bridge.namespace, name: bridge.name), behind: nil))
        }
        ends = found
    }

    /// Whom a frame for the next hop reaches: by the hardware address that is known, else who has the address.
    func end(for nextHop: IPAddress, _ entry: NeighbourEntry?, _ network: NetworkState) -> End? {
        if let entry, entry.isUsable, let mac = entry.mac {
            return ends.first { network.namespaces[$0.link.namespace]?.links[$0.link.name]?.mac == mac }
        }
        // A lone peer takes whatever comes where no ARP is spoken.
        if port == nil, bridge == nil, let only = ends.first {
            let isSilent = network.namespaces[only.link.namespace]?.links[only.link.name]?.arp == false
            if isSilent { return only }
        }
        return ends.first { end in
            network.namespaces[end.link.namespace]?.addresses.contains { $0.prefix.address == nextHop } == true
        }
    }
}

extension Segment.End {
    /// The links a frame passes on its way to this end.
    func passed(_ segment: Segment, _ network: NetworkState) -> [Link] {
        [segment.port, behind, link].compactMap { $0 }.compactMap { network.namespaces[$0.namespace]?.links[$0.name] }
    }

    /// What keeps a frame from coming there; nil when nothing does.
    func obstacle(_ segment: Segment, _ network: NetworkState, _ inventory: Inventory) -> String? {
        for place in [segment.port, behind, link].compactMap({ $0 }) {
            guard let link = network.namespaces[place.namespace]?.links[place.name] else {
                return "\(inventory.name(of: place.namespace)) has no \(place.name)"
            }
            if !link.isUp { return "\(inventory.name(of: place.namespace)): \(place.name) is down" }
        }
        let ports = [segment.port, behind].compactMap { $0 }
        let isolated = ports.filter { network.namespaces[$0.namespace]?.links[$0.name]?.isIsolated == true }
        guard ports.count == 2, isolated.count == 2 else { return nil }
        return "\(inventory.name(of: ports[0].namespace)): the ports \(ports[0].name) and \(ports[1].name) are isolated"
    }
}
