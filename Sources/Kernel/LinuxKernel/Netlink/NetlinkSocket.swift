internal import CLinux
internal import CNetlink
internal import Glibc
internal import NetworkPlanning

/// One netlink socket. It keeps the namespace of the thread that opened it, and works from any thread afterwards.
///
/// libnl builds and reads the messages; the socket is our own. libnl's sockets share one port map of 1,024 entries per
/// process, although ports are per namespace, so a lab of a thousand nodes would run out; and they fold errno
/// into NLE codes, where a planner needs to tell EEXIST from EBUSY. The kernel picks the port here.
///
/// Not Sendable: whoever holds it, holds the lock of ``LinuxNetwork`` or is the only one to know it.
final class NetlinkSocket {
    let descriptor: FileDescriptor
    private var sequence: UInt32 = 0

    private static let sendBuffer: Int32 = 1 << 20
    private static let receiveBuffer: Int32 = 1 << 20

    /// Opens a socket in the namespace of the calling thread.
    ///
    /// - Parameter family: `NETLINK_ROUTE` or `NETLINK_NETFILTER`.
    init(family: Int32 = NETLINK_ROUTE) throws(KernelError) {
        do throws(SystemCall.Failure) {
            descriptor = FileDescriptor(
                owning: try SystemCall.check {
                    Glibc.socket(AF_NETLINK, Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue), family)
                })
        } catch {
            throw KernelError(errno: error.errno, "open a netlink socket")
        }
        // Room for one batch and all its errors. The FORCE forms need CAP_NET_ADMIN; without it the system's limit
        // stays, and a batch is smaller than that limit's usual 208 KiB.
        set(SOL_SOCKET, SO_SNDBUFFORCE, Self.sendBuffer)
        set(SOL_SOCKET, SO_RCVBUFFORCE, Self.receiveBuffer)
        // Errors carry the kernel's own words and not a copy of the request.
        set(Self.netlinkLevel, Int32(NETLINK_EXT_ACK), 1)
        set(Self.netlinkLevel, Int32(NETLINK_CAP_ACK), 1)
    }

    private static let netlinkLevel: Int32 = 270

    private func set(_ level: Int32, _ option: Int32, _ value: Int32) {
        var value = value
        _ = setsockopt(descriptor.rawValue, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Subscribes to a multicast group, such as `RTNLGRP_LINK`.
    func join(_ group: Int32) {
        set(Self.netlinkLevel, Int32(NETLINK_ADD_MEMBERSHIP), group)
    }

    /// Waits until something can be read.
    ///
    /// - Returns: false when the time ran out.
    func waitReadable(milliseconds: Int32) -> Bool {
        var entry = pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, milliseconds) > 0
    }

    /// The next `count` sequence numbers, of which the first is returned.
    func reserveSequence(_ count: Int) -> UInt32 {
        let first = sequence &+ 1
        sequence &+= UInt32(truncatingIfNeeded: count)
        return first
    }

    /// Hands the kernel a run of messages. rtnetlink has carried all of them out when this returns.
    func send(_ bytes: [UInt8], _ range: Range<Int>) throws(SystemCall.Failure) {
        try SystemCall.check {
            bytes.withUnsafeBytes { raw in
                let part = UnsafeRawBufferPointer(rebasing: raw[range])
                return Glibc.send(descriptor.rawValue, part.baseAddress, part.count, 0)
            }
        }
    }

    /// Reads one datagram without waiting: the kernel answers a request before `send` returns, and continues a dump
    /// while it is read, so nothing to read means nothing to come.
    ///
    /// - Returns: the number of bytes, or nil when there is none.
    func receive(into buffer: UnsafeMutableRawBufferPointer) throws(SystemCall.Failure) -> Int? {
        do throws(SystemCall.Failure) {
            return try SystemCall.check {
                Glibc.recv(descriptor.rawValue, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT))
            }
        } catch {
            if error.errno == EAGAIN { return nil }
            throw error
        }
    }
}
