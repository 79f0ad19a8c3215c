internal import NetworkModel

/// A packet in one line, in tcpdump's words.
extension PacketHeaders: CustomStringConvertible {
    package var description: String {
        let ends = { (from: String, to: String) in "\(self.source.family == .ipv4 ? "IP" : "IP6") \(from) > \(to): " }
        let plain = ends("\(source)", "\(destination)")
        switch payload {
        case .arpRequest(let target, let sender): return "ARP, Request who-has \(target) tell \(sender)"
        case .arpReply(let sender, let address): return "ARP, Reply \(sender) is-at \(address)"
        case .tcp(let header):
            return ends("\(source).\(header.source)", "\(destination).\(header.destination)") + header.summary
        case .udp(let from, let to, let length):
            return ends("\(source).\(from)", "\(destination).\(to)") + "UDP, length \(length)"
        case .icmp(let type, let code, let identifier, let sequence):
            return plain + "ICMP " + Self.icmpText(type, code, identifier, sequence)
        case .icmp6(let type, let code, let identifier, let sequence):
            return plain + "ICMP6, " + Self.icmp6Text(type, code, identifier, sequence)
        case .fragment(let offset): return plain + "fragment at \(offset)"
        case .other(let number): return plain + "ip-proto-\(number)"
        }
    }

    private static func icmpText(_ type: UInt8, _ code: UInt8, _ identifier: UInt16, _ sequence: UInt16) -> String {
        switch (type, code) {
        case (0, _): "echo reply, id \(identifier), seq \(sequence)"
        case (8, _): "echo request, id \(identifier), seq \(sequence)"
        case (3, 0): "net unreachable"
        case (3, 1): "host unreachable"
        case (3, 2): "protocol unreachable"
        case (3, 3): "port unreachable"
        // The second half of the word where an echo has its number is the next hop's MTU (RFC 1191).
        case (3, 4): "unreachable - need to frag (mtu \(sequence))"
        case (3, 13): "unreachable - admin prohibited filter"
        case (5, _): "redirect"
        case (11, 0): "time exceeded in-transit"
        case (11, _): "ip reassembly time exceeded"
        default: "type \(type) code \(code)"
        }
    }

    private static func icmp6Text(_ type: UInt8, _ code: UInt8, _ identifier: UInt16, _ sequence: UInt16) -> String {
        switch type {
        case 1: "destination unreachable, code \(code)"
        case 2: "packet too big"
        case 3: "time exceeded"
        case 128: "echo request, id \(identifier), seq \(sequence)"
        case 129: "echo reply, id \(identifier), seq \(sequence)"
        case 133: "router solicitation"
        case 134: "router advertisement"
        case 135: "neighbor solicitation"
        case 136: "neighbor advertisement"
        case 143: "multicast listener report v2"
        default: "type \(type) code \(code)"
        }
    }
}

extension PacketHeaders.TCP {
    fileprivate var summary: String {
        let letters = zip([0x01, 0x02, 0x04, 0x08, 0x20, 0x40, 0x80], "FSRPUEW").filter { flags & UInt8($0.0) != 0 }
        // tcpdump's order and its dot for an acknowledgement.
        let text = String(letters.map(\.1)) + (flags & 0x10 != 0 ? "." : "")
        return "Flags [\(text.isEmpty ? "none" : text)], seq \(sequence)"
            + (flags & 0x10 != 0 ? ", ack \(acknowledgement)" : "") + ", length \(length)"
    }
}
