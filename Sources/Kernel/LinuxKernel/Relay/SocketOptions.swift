internal import CLinux
internal import CNetlink
internal import Glibc

/// The socket calls of the relay, each with the reason for the option it sets.
///
/// Calls answer errno values instead of throwing: they run millions of times, and a failed dial is an event, not an
/// error of the program.
enum SocketOptions {
    /// Connections that wait in the kernel for accept; above it new ones are dropped and sent again by the client.
    static let backlog: Int32 = 4096

    /// Idle seconds before the kernel asks whether the far end still lives, and between questions; Go's default, which
    /// kube-proxy had. Without it a pod that vanished with its interface would hold its connections for ever.
    private static let keepAliveSeconds: Int32 = 15

    @discardableResult
    static func set(_ descriptor: Int32, _ level: Int32, _ option: Int32, _ value: Int32) -> Int32 {
        var value = value
        return setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size)) == 0 ? 0 : errno
    }

    /// For both ends of a relayed connection; a listener's options pass to what it accepts.
    static func prepareStream(_ descriptor: Int32, usingReno: Bool) {
        // The relay forwards what it was given at once: holding small segments back would add a round trip.
        set(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        set(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1)
        set(descriptor, Int32(IPPROTO_TCP), TCP_KEEPIDLE, keepAliveSeconds)
        set(descriptor, Int32(IPPROTO_TCP), TCP_KEEPINTVL, keepAliveSeconds)
        if usingReno { useReno(descriptor) }
    }

    /// Whether TCP sockets of this thread's namespace start with BBR, which without the fq scheduler halves the
    /// throughput of a veth (measured; a child namespace may only set reno instead).
    static func defaultsToBBR() -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var name = [UInt8](repeating: 0, count: 16)
        var length = socklen_t(name.count)
        guard getsockopt(descriptor, Int32(IPPROTO_TCP), TCP_CONGESTION, &name, &length) == 0 else { return false }
        return name.starts(with: Array("bbr".utf8))
    }

    private static func useReno(_ descriptor: Int32) {
        let name = Array("reno".utf8)
        _ = setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_CONGESTION, name, socklen_t(name.count))
    }

    /// Room for datagrams of 65,507 bytes, which count for twice that or more while they wait as fragments.
    static func prepareDatagrams(_ descriptor: Int32) {
        let bytes: Int32 = 4 << 20
        if set(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, bytes) != 0 { set(descriptor, SOL_SOCKET, SO_RCVBUF, bytes) }
        if set(descriptor, SOL_SOCKET, SO_SNDBUFFORCE, bytes) != 0 { set(descriptor, SOL_SOCKET, SO_SNDBUF, bytes) }
    }

    /// Makes the kernel drop every packet to the socket unseen: a SYN to a listener then gets neither SYN-ACK nor RST,
    /// and a datagram no ICMP. This is how a VIP without endpoints keeps silent without netfilter.
    static func silence(_ descriptor: Int32) -> Int32 {
        // One classic BPF instruction: accept 0 bytes.
        var drop = sock_filter(code: UInt16(BPF_RET | BPF_K), jt: 0, jf: 0, k: 0)
        return withUnsafeMutablePointer(to: &drop) { instruction in
            var program = sock_fprog(len: 1, filter: instruction)
            let size = socklen_t(MemoryLayout<sock_fprog>.size)
            return setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &program, size) == 0 ? 0 : errno
        }
    }

    /// Switches a bound socket between silence and service, with no moment of refusal between the two.
    static func setSilent(_ isSilent: Bool, _ descriptor: Int32) {
        if isSilent { _ = silence(descriptor) } else { set(descriptor, SOL_SOCKET, SO_DETACH_FILTER, 0) }
    }

    /// Closes with a RST, dropping what was not sent: how the relay passes a reset on.
    static func closeWithReset(_ descriptor: Int32) {
        var linger = linger(l_onoff: 1, l_linger: 0)
        _ = setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
        close(descriptor)
    }

    /// The error that waits on a socket, taken off it; 0 when there is none.
    static func pendingError(_ descriptor: Int32) -> Int32 {
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length) == 0 ? code : errno
    }

    /// A non-blocking socket in the thread's namespace; negative errno on failure.
    static func open(_ address: SocketAddress, stream: Bool) -> Int32 {
        let kind = stream ? SOCK_STREAM : SOCK_DGRAM
        let flags = Int32(kind.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(address.family, flags, 0)
        return descriptor >= 0 ? descriptor : -errno
    }

    /// A socket bound to a frontend, listening when it is a stream; negative errno on failure.
    static func listen(_ address: SocketAddress, stream: Bool, usingReno: Bool, silent: Bool) -> Int32 {
        let descriptor = open(address, stream: stream)
        guard descriptor >= 0 else { return descriptor }
        var failure: Int32 = 0
        if stream {
            // Connections of an earlier listener on this port may still be open or in TIME_WAIT.
            set(descriptor, SOL_SOCKET, SO_REUSEADDR, 1)
            prepareStream(descriptor, usingReno: usingReno)
        } else {
            prepareDatagrams(descriptor)
        }
        if address.family == AF_INET6 { set(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, 1) }
        if silent { failure = silence(descriptor) }
        if failure == 0 {
            do throws(SystemCall.Failure) {
                try FaultPoint.change("listen at \(address.address) port \(address.port)") {
                    () throws(SystemCall.Failure) in
                    try SystemCall.check { address.withSockaddr { bind(descriptor, $0, $1) } }
                    if stream { try SystemCall.check { Glibc.listen(descriptor, backlog) } }
                }
            } catch {
                failure = error.errno
            }
        }
        guard failure == 0 else {
            close(descriptor)
            return -failure
        }
        return descriptor
    }
}
