import NetworkModel
import Testing

/// A lab with a host, a bridge and two nodes, small enough to know by heart.
enum Sample {
    static let mark = OwnershipMark(lab: "lab", instance: "1")
    static let kindWorkerMAC = MACAddress(docker: IPAddress(172, 18, 0, 2))

    static func namespace(_ text: String) throws -> NamespaceName { try #require(NamespaceName(rawValue: text)) }
    static func link(_ text: String) throws -> LinkName { try #require(LinkName(rawValue: text)) }
    static func prefix(_ text: String) throws -> IPPrefix { try #require(IPPrefix(text)) }
    static func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

    /// `lab.host` with the bridge `kind` and a port per node; `lab.a` (172.18.0.2) and `lab.b` (172.18.0.3).
    static func state() throws -> NetworkState {
        let host = try namespace("lab.host")
        let bridge = try link("kind")
        var hostState = NamespaceState(
            mark: mark, links: [Link(name: bridge, kind: .bridge)],
            addresses: [InterfaceAddress(link: bridge, prefix: try prefix("172.18.0.1/16"))],
            sysctls: ["net.ipv4.ip_forward": "1"])
        var state = NetworkState()
        for (index, letter) in ["a", "b"].enumerated() {
            let node = try namespace("lab.\(letter)")
            let port = try link("port-\(letter)")
            hostState.links[port] = Link(
                name: port, kind: .veth(peer: LinkEnd(namespace: node, name: .eth0)), master: bridge)
            state.namespaces[node] = NamespaceState(
                mark: mark,
                links: [
                    Link(
                        name: .eth0, kind: .veth(peer: LinkEnd(namespace: host, name: port)),
                        mac: MACAddress(docker: IPAddress(172, 18, 0, UInt8(2 + index))),
                        settings: [.reversePathFilter: 0])
                ],
                addresses: [InterfaceAddress(link: .eth0, prefix: try prefix("172.18.0.\(2 + index)/16"))],
                routes: [
                    Route(.any(.ipv4), via: try address("172.18.0.1"), dev: .eth0),
                    Route(try prefix("10.0.\(1 - index).0/24"), via: try address("172.18.0.\(3 - index)"), dev: .eth0),
                ])
        }
        state.namespaces[host] = hostState
        return state
    }
}
