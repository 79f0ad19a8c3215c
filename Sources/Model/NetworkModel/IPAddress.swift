/// The two address families a lab can speak.
package enum IPFamily: String, Hashable, Sendable, Codable, Comparable, CaseIterable {
    case ipv4
    case ipv6

    /// Width of an address in bits: 32 or 128.
    package var bitWidth: Int { self == .ipv4 ? 32 : 128 }

    package static func < (left: IPFamily, right: IPFamily) -> Bool { left.bitWidth < right.bitWidth }
}

/// An IPv4 or IPv6 address without a zone.
///
/// Ordered by family, then numerically, so that sorted output is stable and reads as people expect.
package struct IPAddress: Hashable, Sendable, Comparable {
    package let family: IPFamily
    /// The address as a number; IPv4 uses the low 32 bits.
    package let bits: UInt128

    package init(family: IPFamily, bits: UInt128) {
        self.family = family
        self.bits = family == .ipv4 ? bits & 0xffff_ffff : bits
    }

    /// An IPv4 address from its four octets.
    package init(_ first: UInt8, _ second: UInt8, _ third: UInt8, _ fourth: UInt8) {
        self.init(bigEndianBytes: [first, second, third, fourth], family: .ipv4)
    }

    private init(bigEndianBytes bytes: [UInt8], family: IPFamily) {
        self.init(family: family, bits: bytes.reduce(UInt128(0)) { $0 << 8 | UInt128($1) })
    }

    /// An address from the 4 or 16 bytes in network order that the kernel uses; nil for any other count.
    package init?(bytes: [UInt8]) {
        switch bytes.count {
        case 4: self.init(bigEndianBytes: bytes, family: .ipv4)
        case 16: self.init(bigEndianBytes: bytes, family: .ipv6)
        default: return nil
        }
    }

    /// The address in network byte order: 4 or 16 bytes.
    package var bytes: [UInt8] {
        let count = family.bitWidth / 8
        return (0..<count).map { UInt8(truncatingIfNeeded: bits >> UInt128(8 * (count - 1 - $0))) }
    }

    /// The address `offset` places further, wrapping inside the family.
    package func advanced(by offset: Int) -> IPAddress {
        IPAddress(family: family, bits: bits &+ UInt128(truncatingIfNeeded: offset))
    }

    /// 0.0.0.0 or ::.
    package var isUnspecified: Bool { bits == 0 }

    package static func < (left: IPAddress, right: IPAddress) -> Bool {
        (left.family, left.bits) < (right.family, right.bits)
    }
}

extension IPAddress: CustomStringConvertible, LosslessStringConvertible {
    /// Parses dotted-quad IPv4 (no leading zeros, as Go's ParseIP) or RFC 4291 IPv6 text without a zone.
    package init?(_ text: String) {
        if text.contains(":") {
            guard let bits = IPv6Text.parse(text) else { return nil }
            self.init(family: .ipv6, bits: bits)
        } else {
            guard let bits = IPv4Text.parse(Substring(text)) else { return nil }
            self.init(family: .ipv4, bits: UInt128(bits))
        }
    }

    /// Dotted quad, or the canonical IPv6 text of RFC 5952.
    package var description: String {
        family == .ipv4 ? IPv4Text.format(UInt32(truncatingIfNeeded: bits)) : IPv6Text.format(bytes)
    }
}

extension IPAddress: Codable {
    package init(from decoder: any Decoder) throws {
        self = try decoder.decodeText { IPAddress($0) }
    }

    package func encode(to encoder: any Encoder) throws {
        try encoder.encodeText(description)
    }
}
