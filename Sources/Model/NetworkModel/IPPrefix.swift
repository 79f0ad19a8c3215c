/// An address with a prefix length, as `ip` prints it.
///
/// As a route destination or a CIDR use ``network``; as an interface address the host bits are kept
/// (`172.18.0.2/16` on eth0).
package struct IPPrefix: Hashable, Sendable, Comparable {
    package let address: IPAddress
    /// 0 to 32 for IPv4, 0 to 128 for IPv6.
    package let length: Int

    /// - Precondition: `length` lies within the family's width.
    package init(_ address: IPAddress, _ length: Int) {
        precondition((0...address.family.bitWidth).contains(length), "prefix length out of range")
        self.address = address
        self.length = length
    }

    /// The prefix that holds just this address: /32 or /128.
    package init(host address: IPAddress) {
        self.init(address, address.family.bitWidth)
    }

    /// 0.0.0.0/0 or ::/0.
    package static func any(_ family: IPFamily) -> IPPrefix {
        IPPrefix(IPAddress(family: family, bits: 0), 0)
    }

    package var family: IPFamily { address.family }

    /// The same prefix with the host bits cleared.
    package var network: IPPrefix { IPPrefix(IPAddress(family: family, bits: address.bits & mask), length) }

    /// Whether no host bit is set.
    package var isNetwork: Bool { address.bits & ~mask & familyMask == 0 }

    /// Whether this is a single host: /32 or /128.
    package var isHost: Bool { length == family.bitWidth }

    /// How many addresses it holds, saturating at `Int.max`.
    package var count: Int {
        let hostBits = family.bitWidth - length
        return hostBits >= 63 ? Int.max : 1 << hostBits
    }

    /// The address `offset` places after the network address.
    package func address(at offset: Int) -> IPAddress { network.address.advanced(by: offset) }

    package func contains(_ other: IPAddress) -> Bool {
        other.family == family && other.bits & mask == address.bits & mask
    }

    package func contains(_ other: IPPrefix) -> Bool {
        other.length >= length && contains(other.address)
    }

    package func overlaps(_ other: IPPrefix) -> Bool { contains(other.address) || other.contains(address) }

    private var familyMask: UInt128 { family == .ipv4 ? 0xffff_ffff : UInt128.max }

    private var mask: UInt128 {
        length == 0 ? 0 : (UInt128.max << UInt128(family.bitWidth - length)) & familyMask
    }

    package static func < (left: IPPrefix, right: IPPrefix) -> Bool {
        (left.address, left.length) < (right.address, right.length)
    }
}

extension IPPrefix: CustomStringConvertible, LosslessStringConvertible {
    /// Parses `ADDRESS/LENGTH`; a bare address is not a prefix.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = IPAddress(String(parts[0])),
            parts[1].utf8.allSatisfy({ (48...57).contains($0) }), let length = Int(parts[1]),
            length <= address.family.bitWidth
        else { return nil }
        self.init(address, length)
    }

    package var description: String { "\(address)/\(length)" }
}

extension IPPrefix: Codable {
    package init(from decoder: any Decoder) throws {
        self = try decoder.decodeText { IPPrefix($0) }
    }

    package func encode(to encoder: any Encoder) throws {
        try encoder.encodeText(description)
    }
}
