internal import CLinux
internal import CNetlink
internal import Glibc
internal import NetworkPlanning

extension NetlinkSocket {
    /// Subscribes to several multicast groups in one call, among those numbered 1 to 32.
    ///
    /// - Returns: the port that the kernel gave the socket: answers to its own requests carry it, announcements of
    ///   others' changes never do.
    /// - Throws: what the kernel answered; to lose announcements unseen would be worse.
    func subscribe(_ groups: [rtnetlink_groups], receiveBuffer: Int32) throws(KernelError) -> UInt32 {
        var size = receiveBuffer
        _ = setsockopt(
            descriptor.rawValue, SOL_SOCKET, SO_RCVBUFFORCE, &size, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_nl()
        address.nl_family = UInt16(AF_NETLINK)
        for group in groups { address.nl_groups |= 1 << (group.rawValue - 1) }
        var length = socklen_t(MemoryLayout<sockaddr_nl>.size)
        do throws(SystemCall.Failure) {
            try SystemCall.check {
                withUnsafePointer(to: &address) { pointer in
                    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        bind(descriptor.rawValue, $0, length)
                    }
                }
            }
            try SystemCall.check {
                withUnsafeMutablePointer(to: &address) { pointer in
                    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        getsockname(descriptor.rawValue, $0, &length)
                    }
                }
            }
        } catch {
            throw KernelError(errno: error.errno, "subscribe to the kernel's announcements")
        }
        return address.nl_pid
    }
}
