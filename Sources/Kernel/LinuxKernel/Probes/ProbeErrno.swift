internal import CLinux
internal import Checks
internal import Glibc
internal import NetworkModel
internal import NetworkPlanning

/// What the kernel's errno says of a probe's way.
enum ProbeErrno {
    static func outcome(_ code: Int32, by router: IPAddress? = nil) -> ProbeOutcome {
        switch code {
        case ECONNREFUSED: .refused
        case ETIMEDOUT, EAGAIN: .timedOut
        // fib_props of the kernel: what a blackhole route answers a sender of its own host with.
        case EINVAL: .unreachable("dropped by a blackhole route", by: router)
        case EACCES: .unreachable("prohibited", by: router)
        case ENETUNREACH: .unreachable("network unreachable", by: router)
        case EHOSTUNREACH: .unreachable("host unreachable", by: router)
        default: .unreachable(KernelError.text(for: code), by: router)
        }
    }

    /// A socket of this kind, opened inside the namespace and used from anywhere.
    static func socket(
        in namespace: NamespaceName, _ kind: Int32, _ transport: Int32 = 0
    ) throws(KernelError) -> FileDescriptor {
        let file = try NamespaceFile.open(namespace)
        let flags = kind | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let raw = try NamespaceThread.run(inNamespace: file.rawValue) { () throws(KernelError) -> Int32 in
            let raw = Glibc.socket(AF_INET, flags, transport)
            guard raw >= 0 else { throw KernelError(errno: errno, "open a socket in \(namespace)") }
            return raw
        }
        return FileDescriptor(owning: raw)
    }

    /// connect(2); 0, or the errno.
    static func connect(_ socket: Int32, _ address: SocketAddress) -> Int32 {
        address.withSockaddr { Glibc.connect(socket, $0, $1) == 0 ? 0 : errno }
    }
}
