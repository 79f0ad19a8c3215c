internal import LabFiles
internal import NetworkModel

/// Which node has which address on the underlay. Docker gives them out in the order the containers come up, which is a
/// race; here pinned nodes have theirs, and the others get the free ones in the order of the kind config.
struct NodeAddresses {
    private var addresses: [String: IPAddress] = [:]

    init(_ files: Lab) {
        let underlay = files.options.underlay
        var taken: Set<IPAddress> = [underlay.gateway]
        for node in files.kind.nodes {
            if let pinned = files.options.nodes[node.name]?.address {
                addresses[node.name] = pinned
                taken.insert(pinned)
            }
        }
        var offset = 1
        for node in files.kind.nodes where addresses[node.name] == nil {
            // The last address is the broadcast address. A subnet that is too small leaves nodes without an address.
            while offset < underlay.subnet.count - 1, taken.contains(underlay.subnet.address(at: offset)) {
                offset += 1
            }
            guard offset < underlay.subnet.count - 1 else { return }
            addresses[node.name] = underlay.subnet.address(at: offset)
            taken.insert(underlay.subnet.address(at: offset))
        }
    }

    subscript(node: String) -> IPAddress? { addresses[node] }
}
