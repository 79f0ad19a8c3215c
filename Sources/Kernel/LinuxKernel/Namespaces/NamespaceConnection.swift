internal import CLinux
internal import Glibc
package import NetworkModel
package import NetworkPlanning
internal import Synchronization

/// A TCP connection that is made inside another network namespace and used from outside: `kubectl port-forward`.
package final class NamespaceConnection: Sendable {
    private let socket: FileDescriptor
    private let isOver = Atomic<Bool>(false)

    /// - Parameter timeout: seconds.
    /// - Throws: that the namespace is not there, or nobody accepts the connection.
    package init(
        in namespace: NamespaceName, to address: IPAddress, port: UInt16, timeout: Double
    ) throws(KernelError) {
        let operation = "connect to \(address):\(port) in \(namespace)"
        let name = try NamespaceFile.open(namespace)
        let family = address.family == .ipv4 ? AF_INET : AF_INET6
        let raw = try NamespaceThread.run(inNamespace: name.rawValue) { () throws(KernelError) -> Int32 in
            let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
            let raw = Glibc.socket(family, type, 0)
            guard raw >= 0 else { throw KernelError(errno: errno, operation) }
            return raw
        }
        socket = FileDescriptor(owning: raw)
        var code = SocketAddress(address, port).withSockaddr { connect(raw, $0, $1) } == 0 ? 0 : errno
        if code == EINPROGRESS {
            guard Poll.wait(raw, for: Int16(POLLOUT), until: Clock.monotonic() + timeout) else {
                throw KernelError(errno: ETIMEDOUT, operation)
            }
            var size = socklen_t(MemoryLayout<Int32>.size)
            getsockopt(raw, SOL_SOCKET, SO_ERROR, &code, &size)
        }
        guard code == 0 else { throw KernelError(errno: code, operation) }
    }

    /// What is there, waited for; empty at the end.
    package func read() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 32 << 10)
        while !isOver.load(ordering: .acquiring) {
            guard Poll.wait(socket.rawValue, for: Int16(POLLIN), until: Clock.monotonic() + 0.5) else { continue }
            let count = recv(socket.rawValue, &bytes, bytes.count, 0)
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            return count > 0 ? Array(bytes[..<count]) : []
        }
        return []
    }

    /// - Returns: false when the other end takes nothing any more.
    package func write(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            if isOver.load(ordering: .acquiring) { return false }
            guard Poll.wait(socket.rawValue, for: Int16(POLLOUT), until: Clock.monotonic() + 0.5) else { continue }
            let count = rest.withUnsafeBytes { send(socket.rawValue, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count < 0 {
                if errno == EAGAIN || errno == EINTR { continue }
                return false
            }
            rest = rest.dropFirst(count)
        }
        return true
    }

    package func closeWriting() { shutdown(socket.rawValue, Int32(SHUT_WR)) }

    package func end() {
        isOver.store(true, ordering: .releasing)
        shutdown(socket.rawValue, Int32(SHUT_RDWR))
    }
}
