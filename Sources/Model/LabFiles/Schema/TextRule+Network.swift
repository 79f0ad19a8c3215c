import NetworkModel

extension TextRule {
    /// An IPv4 CIDR. Host bits are accepted, as Go's `ParseCIDR` does.
    static let ipv4CIDR = TextRule("an IPv4 network such as 10.0.0.0/8") { text in
        guard let prefix = IPPrefix(text) else { return "invalid CIDR address: \(text)" }
        return prefix.family == .ipv4 ? nil : "\(text) is an IPv6 network, which is not yet supported"
    }

    /// An IPv4 address.
    static let ipv4Address = TextRule("an IPv4 address such as 172.18.0.2") { text in
        guard let address = IPAddress(text) else { return "\"\(text)\" is not an IP address" }
        return address.family == .ipv4 ? nil : "\(text) is an IPv6 address, which is not yet supported"
    }

    /// A DNS label, RFC 1123: how Kubernetes names namespaces, Services (which may not start with a digit) and ports.
    static let dnsLabel = TextRule(
        "lower-case letters, digits and '-', starting and ending with a letter or digit, at most 63 characters"
    ) { text in
        isLabel(text[...]) ? nil : "\"\(text)\" is not a valid name"
    }

    /// A DNS subdomain, RFC 1123: how Kubernetes names most objects.
    static let dnsSubdomain = TextRule(
        "lower-case letters, digits, '-' and '.', starting and ending with a letter or digit, at most 253 characters"
    ) { text in
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        return text.utf8.count <= 253 && labels.allSatisfy { isLabel($0, longest: 253) }
            ? nil : "\"\(text)\" is not a valid name"
    }

    static func isLabel(_ text: Substring, longest: Int = 63) -> Bool {
        guard (1...longest).contains(text.utf8.count), text.utf8.first != UInt8(ascii: "-"),
            text.utf8.last != UInt8(ascii: "-")
        else { return false }
        return text.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == UInt8(ascii: "-") }
    }

    /// A resource quantity such as 500m, 64Mi or 2.
    static let quantity = TextRule("a quantity such as 500m, 64Mi or 2") { text in
        let suffixes = ["n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei", ""]
        let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == "." || $0 == "+" || $0 == "-") }
        let isNumber = Double(digits).map(\.isFinite) == true
        return isNumber && suffixes.contains(String(text.dropFirst(digits.count)))
            ? nil : "\"\(text)\" is not a resource quantity"
    }
}

extension IntegerRule {
    /// A port: 1 to 65535.
    static let port = IntegerRule(1...65535, "a port from 1 to 65535") { "invalid port number: \($0)" }
}
