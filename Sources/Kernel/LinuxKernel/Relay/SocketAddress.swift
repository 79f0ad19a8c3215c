internal import CLinux
internal import Glibc
internal import NetworkModel

/// An address and port in the kernel's form and back.
struct SocketAddress: Hashable {
    var address: IPAddress
    var port: UInt16

    init(_ address: IPAddress, _ port: UInt16) {
        self.address = address
        self.port = port
    }

    /// What accept4 or recvfrom wrote; nil for a family other than IPv4 and IPv6.
    init?(_ storage: sockaddr_storage) {
        let parsed: (IPAddress, UInt16)? = withUnsafeBytes(of: storage) { bytes in
            switch Int32(storage.ss_family) {
            case AF_INET:
                let raw = bytes.loadUnaligned(as: sockaddr_in.self)
                return (
                    IPAddress(family: .ipv4, bits: UInt128(UInt32(bigEndian: raw.sin_addr.s_addr))),
                    UInt16(bigEndian: raw.sin_port)
                )
            case AF_INET6:
                let raw = bytes.loadUnaligned(as: sockaddr_in6.self)
                let octets = withUnsafeBytes(of: raw.sin6_addr) { Array($0) }
                return IPAddress(bytes: octets).map { ($0, UInt16(bigEndian: raw.sin6_port)) }
            default:
                return nil
            }
        }
        guard let (address, port) = parsed else { return nil }
        self.init(address, port)
    }

    /// AF_INET or AF_INET6.
    var family: Int32 { address.family == .ipv4 ? AF_INET : AF_INET6 }

    /// Lends the address to a call that takes a `sockaddr` and its length.
    func withSockaddr<Value>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Value) -> Value {
        switch address.family {
        case .ipv4:
            var raw = sockaddr_in()
            raw.sin_family = sa_family_t(AF_INET)
            raw.sin_port = port.bigEndian
            raw.sin_addr.s_addr = UInt32(truncatingIfNeeded: address.bits).bigEndian
            return Self.lend(&raw, body)
        case .ipv6:
            var raw = sockaddr_in6()
            raw.sin6_family = sa_family_t(AF_INET6)
            raw.sin6_port = port.bigEndian
            withUnsafeMutableBytes(of: &raw.sin6_addr) { $0.copyBytes(from: address.bytes) }
            return Self.lend(&raw, body)
        }
    }

    private static func lend<Raw, Value>(
        _ raw: inout Raw, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Value
    ) -> Value {
        withUnsafeMutableBytes(of: &raw) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) { rebound in
                guard let base = rebound.baseAddress else { preconditionFailure("an address has bytes") }
                return body(UnsafePointer(base), socklen_t(MemoryLayout<Raw>.size))
            }
        }
    }
}
