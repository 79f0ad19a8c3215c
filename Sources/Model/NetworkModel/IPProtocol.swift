/// A protocol above IP by its number, as a policy-routing rule names it.
package struct IPProtocol: Hashable, Sendable, Codable, RawRepresentable, CustomStringConvertible {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let tcp = IPProtocol(rawValue: 6)
    package static let udp = IPProtocol(rawValue: 17)

    /// The word `ip rule` prints. For others than these two it looks into /etc/protocols first.
    package var description: String {
        switch self {
        case .tcp: "tcp"
        case .udp: "udp"
        default: "ipproto-\(rawValue)"
        }
    }
}
