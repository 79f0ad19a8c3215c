internal import CLinux
internal import Captures
internal import Glibc
internal import NetworkModel
internal import NetworkPlanning

/// packet(7) on one interface.
final class PacketSocket {
    private let socket: FileDescriptor
    let linkLayer: LinkLayer

    /// Opens it on the calling thread, which is inside the namespace.
    init(_ point: CapturePoint, bufferSize: Int32) throws(KernelError) {
        let operation = "capture on \(point)"
        do throws(SystemCall.Failure) {
            // Without a protocol it hears nothing until it is bound: otherwise it would hear all interfaces first.
            socket = FileDescriptor(
                owning: try SystemCall.check {
                    Glibc.socket(AF_PACKET, Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
                })
            let index = if_nametoindex(point.link.rawValue)
            guard index != 0 else { throw SystemCall.Failure(errno: ENODEV) }
            if SocketOptions.set(socket.rawValue, SOL_SOCKET, SO_RCVBUFFORCE, bufferSize) != 0 {
                SocketOptions.set(socket.rawValue, SOL_SOCKET, SO_RCVBUF, bufferSize)
            }
            SocketOptions.set(socket.rawValue, SOL_SOCKET, SO_TIMESTAMPNS, 1)
            var address = sockaddr_ll()
            address.sll_family = UInt16(AF_PACKET)
            address.sll_protocol = UInt16(ETH_P_ALL).bigEndian
            address.sll_ifindex = Int32(bitPattern: index)
            let descriptor = socket.rawValue
            try withUnsafeMutablePointer(to: &address) { pointer throws(SystemCall.Failure) in
                var length = socklen_t(MemoryLayout<sockaddr_ll>.size)
                let raw = UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: sockaddr.self)
                try SystemCall.check { bind(descriptor, raw, length) }
                try SystemCall.check { getsockname(descriptor, raw, &length) }
            }
            // ARPHRD_NONE: a tun, whose packets have no header of their own.
            linkLayer = address.sll_hatype == 0xfffe ? .raw : .ethernet
        } catch {
            throw KernelError(errno: error.errno, operation)
        }
    }

    var descriptor: Int32 { socket.rawValue }

    /// The next packet; nil when there is none, or the interface is gone.
    func receive(
        point: Int, into buffer: UnsafeMutableRawBufferPointer, _ snapLength: Int
    ) -> CapturedPacket? {
        var address = sockaddr_ll()
        // One control message: 16 bytes of header and a timespec.
        var control = (UInt64(0), UInt64(0), UInt64(0), UInt64(0), UInt64(0), UInt64(0))
        let (count, controlLength) = withUnsafeMutableBytes(of: &control) { control in
            withUnsafeMutableBytes(of: &address) { address in
                var vector = iovec(iov_base: buffer.baseAddress, iov_len: min(snapLength, buffer.count))
                return withUnsafeMutablePointer(to: &vector) { vector in
                    var message = msghdr()
                    message.msg_name = address.baseAddress
                    message.msg_namelen = socklen_t(address.count)
                    message.msg_iov = vector
                    message.msg_iovlen = 1
                    message.msg_control = control.baseAddress
                    message.msg_controllen = control.count
                    // With MSG_TRUNC the answer is the packet's own length.
                    let count = recvmsg(socket.rawValue, &message, Int32(MSG_DONTWAIT) | Int32(MSG_TRUNC))
                    return (count, Int(message.msg_controllen))
                }
            }
        }
        guard count >= 0 else { return nil }
        let isStamped = controlLength >= 32
        let time = isStamped ? control.2 * 1_000_000_000 + control.3 : UInt64(Clock.wall() * 1e9)
        let kept = min(count, snapLength, buffer.count)
        return CapturedPacket(
            point: point, time: time, direction: address.sll_pkttype == UInt8(PACKET_OUTGOING) ? .outgoing : .incoming,
            linkLayer: linkLayer, bytes: Array(UnsafeRawBufferPointer(rebasing: buffer[..<kept])), length: count)
    }

    /// What the kernel counted since it was asked last.
    func takeCount() -> CaptureCount {
        var statistics = tpacket_stats()
        var length = socklen_t(MemoryLayout<tpacket_stats>.size)
        guard getsockopt(socket.rawValue, SOL_PACKET, PACKET_STATISTICS, &statistics, &length) == 0 else {
            return CaptureCount()
        }
        return CaptureCount(received: Int(statistics.tp_packets), dropped: Int(statistics.tp_drops))
    }
}
