/// The name of a network namespace as `ip netns` shows it, such as `three-node.kind-worker`.
///
/// It is one file name under /run/netns: 1 to 255 bytes, no `/`, no NUL, neither `.` nor `..`.
package struct NamespaceName: Hashable, Sendable, Comparable, RawRepresentable, CustomStringConvertible {
    package let rawValue: String

    package init?(rawValue: String) {
        guard (1...255).contains(rawValue.utf8.count), rawValue != ".", rawValue != "..",
            !rawValue.utf8.contains(where: { $0 == UInt8(ascii: "/") || $0 < 0x20 })
        else { return nil }
        self.rawValue = rawValue
    }

    package var description: String { rawValue }

    package static func < (left: NamespaceName, right: NamespaceName) -> Bool { left.rawValue < right.rawValue }
}

/// The name of a network interface.
///
/// The kernel's rule (dev_valid_name): 1 to 15 bytes, no `/`, `:` or white space, neither `.` nor `..`.
package struct LinkName: Hashable, Sendable, Comparable, RawRepresentable, CustomStringConvertible {
    package let rawValue: String

    package init?(rawValue: String) {
        guard (1...15).contains(rawValue.utf8.count), rawValue != ".", rawValue != "..",
            !rawValue.utf8.contains(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: ":") || $0 <= 0x20 })
        else { return nil }
        self.rawValue = rawValue
    }

    package static let loopback = LinkName(unchecked: "lo")
    package static let eth0 = LinkName(unchecked: "eth0")

    private init(unchecked: String) { rawValue = unchecked }

    package var description: String { rawValue }

    package static func < (left: LinkName, right: LinkName) -> Bool { left.rawValue < right.rawValue }
}

extension NamespaceName: Codable {
    package init(from decoder: any Decoder) throws { self = try decoder.decodeText { NamespaceName(rawValue: $0) } }
    package func encode(to encoder: any Encoder) throws { try encoder.encodeText(rawValue) }
}

extension LinkName: Codable {
    package init(from decoder: any Decoder) throws { self = try decoder.decodeText { LinkName(rawValue: $0) } }
    package func encode(to encoder: any Encoder) throws { try encoder.encodeText(rawValue) }
}
