/// A 48-bit Ethernet address.
package struct MACAddress: Hashable, Sendable, Comparable {
    /// The six bytes in the low 48 bits.
    package let bits: UInt64

    package init(bits: UInt64) { self.bits = bits & 0xffff_ffff_ffff }

    /// From six bytes in wire order; nil for any other count.
    package init?(bytes: [UInt8]) {
        guard bytes.count == 6 else { return nil }
        self.init(bits: bytes.reduce(0) { $0 << 8 | UInt64($1) })
    }

    /// A unicast, locally administered address made of these bits, as random veth addresses are.
    package init(locallyAdministered bits: UInt64) {
        self.init(bits: bits & 0xfcff_ffff_ffff | 0x0200_0000_0000)
    }

    /// The address docker gives a container: 02:42 followed by its IPv4 address.
    package init(docker address: IPAddress) {
        self.init(bits: 0x0242_0000_0000 | UInt64(truncatingIfNeeded: address.bits & 0xffff_ffff))
    }

    package var bytes: [UInt8] { (0..<6).map { UInt8(truncatingIfNeeded: bits >> UInt64(40 - 8 * $0)) } }

    package static func < (left: MACAddress, right: MACAddress) -> Bool { left.bits < right.bits }
}

extension MACAddress: CustomStringConvertible, LosslessStringConvertible {
    /// Parses six two-digit hexadecimal groups joined by colons.
    package init?(_ text: String) {
        let groups = text.split(separator: ":", omittingEmptySubsequences: false)
        let bytes = groups.compactMap { $0.utf8.count == 2 ? UInt8($0, radix: 16) : nil }
        guard bytes.count == groups.count else { return nil }
        self.init(bytes: bytes)
    }

    package var description: String {
        bytes.map { $0 < 16 ? "0" + String($0, radix: 16) : String($0, radix: 16) }.joined(separator: ":")
    }
}

extension MACAddress: Codable {
    package init(from decoder: any Decoder) throws { self = try decoder.decodeText { MACAddress($0) } }
    package func encode(to encoder: any Encoder) throws { try encoder.encodeText(description) }
}
