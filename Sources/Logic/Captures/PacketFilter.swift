package import NetworkModel

/// Which packets are wanted. An empty list asks for nothing; what is asked for must all hold.
package struct PacketFilter: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable { case arp, icmp, tcp, udp }

    /// Either end is in one of these.
    package var hosts: [IPPrefix]
    /// Either port is one of these.
    package var ports: [UInt16]
    package var kinds: [Kind]

    package init(hosts: [IPPrefix] = [], ports: [UInt16] = [], kinds: [Kind] = []) {
        self.hosts = hosts
        self.ports = ports
        self.kinds = kinds
    }

    package func matches(_ packet: CapturedPacket) -> Bool {
        if hosts.isEmpty, ports.isEmpty, kinds.isEmpty { return true }
        guard let headers = PacketHeaders(packet) else { return false }
        if !hosts.isEmpty, !hosts.contains(where: { $0.contains(headers.source) || $0.contains(headers.destination) }) {
            return false
        }
        if !ports.isEmpty {
            guard let found = headers.ports, ports.contains(found.source) || ports.contains(found.destination) else {
                return false
            }
        }
        return kinds.isEmpty || headers.kind.map(kinds.contains) ?? false
    }
}

extension PacketHeaders {
    fileprivate var kind: PacketFilter.Kind? {
        switch payload {
        case .arpRequest, .arpReply: .arp
        case .icmp, .icmp6: .icmp
        case .tcp: .tcp
        case .udp: .udp
        case .fragment, .other: nil
        }
    }
}
