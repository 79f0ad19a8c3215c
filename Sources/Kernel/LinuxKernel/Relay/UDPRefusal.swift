internal import CLinux
internal import CNetlink
internal import Glibc
internal import NetworkModel

/// ICMP port unreachable, from a ClusterIP to one of its clients: what a client of a translated connection gets when
/// the backend's kernel sends one, and its socket reports as ECONNREFUSED.
///
/// The relay's own socket is bound, so the kernel would never send this by itself. The message quotes an IP and a UDP
/// header as the client sent them (RFC 792 wants those and eight bytes); the client's kernel finds the socket by them.
/// IPv4 only for now.
enum UDPRefusal {
    /// Sends it; nothing is said when it cannot be sent, as with any datagram.
    static func send(from frontend: SocketAddress, to client: SocketAddress, node: RelayNode, on worker: RelayWorker) {
        guard client.address.family == .ipv4, frontend.address.family == .ipv4, worker.enter(node) else { return }
        let flags = Int32(SOCK_RAW.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(AF_INET, flags, Int32(IPPROTO_ICMP))
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        // The kernel writes the outer IP header: its source is what the socket is bound to.
        guard SocketAddress(frontend.address, 0).withSockaddr({ bind(descriptor, $0, $1) }) == 0 else { return }
        let message = message(from: frontend, to: client)
        _ = SocketAddress(client.address, 0).withSockaddr { address, length in
            sendto(descriptor, message, message.count, Int32(MSG_NOSIGNAL), address, length)
        }
    }

    /// Type 3, code 3, and the headers of a datagram of no bytes from the client to the frontend.
    static func message(from frontend: SocketAddress, to client: SocketAddress) -> [UInt8] {
        var header: [UInt8] = [0x45, 0, 0, 28, 0, 0, 0x40, 0, 64, UInt8(IPPROTO_UDP), 0, 0]
        header += client.address.bytes + frontend.address.bytes
        header.replaceSubrange(10..<12, with: checksum(of: header))
        let datagram = bytes(client.port) + bytes(frontend.port) + [0, 8, 0, 0]
        var message: [UInt8] = [3, 3, 0, 0, 0, 0, 0, 0] + header + datagram
        message.replaceSubrange(2..<4, with: checksum(of: message))
        return message
    }

    private static func bytes(_ value: UInt16) -> [UInt8] { [UInt8(value >> 8), UInt8(truncatingIfNeeded: value)] }

    /// The Internet checksum of an even number of bytes (RFC 1071).
    private static func checksum(of data: [UInt8]) -> [UInt8] {
        var sum: UInt32 = 0
        for index in stride(from: 0, to: data.count, by: 2) {
            sum += UInt32(data[index]) << 8 | UInt32(data[index + 1])
        }
        while sum > 0xffff { sum = sum & 0xffff + sum >> 16 }
        return bytes(UInt16(truncatingIfNeeded: ~sum))
    }
}
