package import NetworkModel

/// What the objects of a lab are called. One rule each, no exceptions, so that a name can be read back by eye.
package enum DatapathNames {
    package static let bridge = LinkName(rawValue: "kind")
    package static let ciliumHost = LinkName(rawValue: "cilium_host")
    package static let ciliumNet = LinkName(rawValue: "cilium_net")

    /// The namespace that plays the docker host: `LAB.host`.
    package static func fabric(_ lab: String) -> NamespaceName? { NamespaceName(rawValue: "\(lab).host") }

    /// A node's namespace: `LAB.NODE`.
    package static func node(_ lab: String, _ node: String) -> NamespaceName? {
        NamespaceName(rawValue: "\(lab).\(node)")
    }

    /// A pod's namespace: `LAB.NAMESPACE_POD`. The underscore, which no Kubernetes name may hold, keeps pods and nodes
    /// apart and the Kubernetes namespace readable.
    ///
    /// A file name has 255 bytes at most, and a pod's name alone may have 253. What does not fit ends, behind a second
    /// underscore, with sixteen hexadecimal digits of a hash of the whole (decision 0011).
    package static func pod(_ lab: String, namespace: String, name: String) -> NamespaceName? {
        let whole = "\(lab).\(namespace)_\(name)"
        guard whole.utf8.count > longestFileName else { return NamespaceName(rawValue: whole) }
        let hash = "_" + hexadecimal(Seed(0).draw("pod-namespace", lab, namespace, name), digits: 16)
        let head = String(decoding: whole.utf8.prefix(longestFileName - hash.utf8.count), as: UTF8.self)
        return NamespaceName(rawValue: head + hash)
    }

    /// NAME_MAX.
    private static let longestFileName = 255

    /// A pod's host-side interface: `lxc` and twelve hexadecimal digits, as many as Cilium takes of the SHA-256 of the
    /// container's ID (behaviour 2.6). The ID is a random draw there, and one from the seed here.
    package static func lxc(_ pod: PodNetwork, seed: Seed) -> LinkName? {
        LinkName(rawValue: "lxc" + hexadecimal(seed.draw("lxc", pod.uid), digits: 12))
    }

    /// A node's port on the bridge: `veth` and seven hexadecimal digits, as docker draws them. Nodes whose draws are
    /// equal get further draws, in the order of their names.
    package static func bridgePorts(_ nodes: [NodeNetwork], lab: String, seed: Seed) -> [String: LinkName] {
        var taken: Set<LinkName> = []
        var ports: [String: LinkName] = [:]
        for node in nodes.map(\.name).sorted() {
            var attempt = 0
            while ports[node] == nil {
                let bits = seed.draw("bridge-port", lab, node, "\(attempt)")
                if let name = LinkName(rawValue: "veth" + hexadecimal(bits, digits: 7)), taken.insert(name).inserted {
                    ports[node] = name
                }
                attempt += 1
            }
        }
        return ports
    }

    private static func hexadecimal(_ bits: UInt64, digits: Int) -> String {
        let text = String(digits < 16 ? bits & (1 << UInt64(4 * digits) - 1) : bits, radix: 16)
        return String(repeating: "0", count: digits - text.count) + text
    }
}
