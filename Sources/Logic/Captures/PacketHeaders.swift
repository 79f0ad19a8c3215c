package import NetworkModel

/// The headers of a packet that netlab tells and filters by: Ethernet, ARP, IPv4, IPv6, ICMP, TCP, UDP.
///
/// VLAN tags, extension headers of IPv6 and what is inside a tunnel are not looked into.
package struct PacketHeaders: Hashable, Sendable {
    package enum Payload: Hashable, Sendable {
        case arpRequest(target: IPAddress, sender: IPAddress)
        case arpReply(sender: IPAddress, at: MACAddress)
        case tcp(TCP)
        case udp(source: UInt16, destination: UInt16, length: Int)
        case icmp(type: UInt8, code: UInt8, identifier: UInt16, sequence: UInt16)
        case icmp6(type: UInt8, code: UInt8, identifier: UInt16, sequence: UInt16)
        /// A fragment that is not the first: its ports were in that one.
        case fragment(offset: Int)
        /// An IP protocol that is not looked into.
        case other(UInt8)
    }

    package struct TCP: Hashable, Sendable {
        package var source: UInt16
        package var destination: UInt16
        package var sequence: UInt32
        package var acknowledgement: UInt32
        package var flags: UInt8
        /// Bytes of data.
        package var length: Int
    }

    /// Of the IP header; of the ARP message, sender and target.
    package var source: IPAddress
    package var destination: IPAddress
    /// Hops it may still go; 0 for ARP.
    package var hopLimit: UInt8
    package var payload: Payload

    package init(source: IPAddress, destination: IPAddress, hopLimit: UInt8, payload: Payload) {
        self.source = source
        self.destination = destination
        self.hopLimit = hopLimit
        self.payload = payload
    }

    /// nil for what is neither ARP nor IP, or cut before its headers end.
    package init?(_ packet: CapturedPacket) {
        var bytes = packet.bytes[...]
        var isARP = false
        if packet.linkLayer == .ethernet {
            guard let type = bytes.number16(at: 12) else { return nil }
            guard type == 0x0800 || type == 0x86dd || type == 0x0806 else { return nil }
            isARP = type == 0x0806
            bytes = bytes.dropFirst(14)
        }
        if isARP { self.init(arp: bytes) } else { self.init(ip: bytes) }
    }

    private init?(arp bytes: ArraySlice<UInt8>) {
        // Ethernet and IPv4: 6 and 4 bytes of address.
        guard bytes.count >= 28, bytes.number16(at: 2) == 0x0800, let sender = bytes.address(at: 14, 4),
            let target = bytes.address(at: 24, 4), let mac = MACAddress(bytes: bytes.bytes(at: 8, 6))
        else { return nil }
        let isRequest = bytes.number16(at: 6) == 1
        self.init(
            source: sender, destination: target, hopLimit: 0,
            payload: isRequest ? .arpRequest(target: target, sender: sender) : .arpReply(sender: sender, at: mac))
    }

    /// - Parameter bytes: from the IP header on; also what an ICMP error quotes.
    private init?(ip bytes: ArraySlice<UInt8>) {
        guard let first = bytes.first else { return nil }
        if first >> 4 == 6 {
            guard bytes.count >= 40, let source = bytes.address(at: 8, 16), let destination = bytes.address(at: 24, 16),
                let length = bytes.number16(at: 4)
            else { return nil }
            let fields = bytes.bytes(at: 6, 2)
            guard let payload = Payload(fields[0], bytes.dropFirst(40), length: Int(length)) else { return nil }
            self.init(source: source, destination: destination, hopLimit: fields[1], payload: payload)
            return
        }
        let header = Int(first & 0xf) * 4
        guard first >> 4 == 4, header >= 20, bytes.count >= header, let length = bytes.number16(at: 2),
            let source = bytes.address(at: 12, 4), let destination = bytes.address(at: 16, 4),
            let fragment = bytes.number16(at: 6)
        else { return nil }
        let fields = bytes.bytes(at: 8, 2)
        let offset = Int(fragment & 0x1fff) * 8
        // A packet that was not yet cut into segments may say a length of 0.
        let total = length == 0 ? bytes.count : Int(length)
        let payload =
            offset > 0
            ? Payload.fragment(offset: offset)
            : Payload(fields[1], bytes.dropFirst(header), length: total - header)
        guard let payload else { return nil }
        self.init(source: source, destination: destination, hopLimit: fields[0], payload: payload)
    }

    /// Source and destination port; nil for what has none.
    package var ports: (source: UInt16, destination: UInt16)? {
        switch payload {
        case .tcp(let header): (header.source, header.destination)
        case .udp(let source, let destination, _): (source, destination)
        default: nil
        }
    }
}

extension PacketHeaders.Payload {
    fileprivate init?(_ number: UInt8, _ bytes: ArraySlice<UInt8>, length: Int) {
        switch number {
        case 6:
            guard let source = bytes.number16(at: 0), let destination = bytes.number16(at: 2),
                let sequence = bytes.number32(at: 4), let acknowledgement = bytes.number32(at: 8), bytes.count >= 14
            else { return nil }
            let fields = bytes.bytes(at: 12, 2)
            self = .tcp(
                PacketHeaders.TCP(
                    source: source, destination: destination, sequence: sequence, acknowledgement: acknowledgement,
                    flags: fields[1], length: max(0, length - Int(fields[0] >> 4) * 4)))
        case 17:
            guard let source = bytes.number16(at: 0), let destination = bytes.number16(at: 2) else { return nil }
            self = .udp(source: source, destination: destination, length: max(0, length - 8))
        case 1, 58:
            guard bytes.count >= 8, let identifier = bytes.number16(at: 4), let sequence = bytes.number16(at: 6)
            else { return nil }
            let fields = bytes.bytes(at: 0, 2)
            self =
                number == 1
                ? .icmp(type: fields[0], code: fields[1], identifier: identifier, sequence: sequence)
                : .icmp6(type: fields[0], code: fields[1], identifier: identifier, sequence: sequence)
        default: self = .other(number)
        }
    }
}

/// Numbers in network order, by their place from the slice's start; nil where the packet ends before them.
extension ArraySlice<UInt8> {
    fileprivate func bytes(at offset: Int, _ count: Int) -> [UInt8] {
        Array(dropFirst(offset).prefix(count))
    }

    fileprivate func number16(at offset: Int) -> UInt16? {
        let found = bytes(at: offset, 2)
        return found.count == 2 ? UInt16(found[0]) << 8 | UInt16(found[1]) : nil
    }

    fileprivate func number32(at offset: Int) -> UInt32? {
        let found = bytes(at: offset, 4)
        return found.count == 4 ? found.reduce(0) { $0 << 8 | UInt32($1) } : nil
    }

    fileprivate func address(at offset: Int, _ count: Int) -> IPAddress? {
        IPAddress(bytes: bytes(at: offset, count))
    }
}
