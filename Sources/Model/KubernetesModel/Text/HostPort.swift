/// An address and a port as Go's net.JoinHostPort writes them: an IPv6 address stands in brackets.
package enum HostPort {
    package static func joined(_ address: String, _ port: String) -> String {
        address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)"
    }
}
