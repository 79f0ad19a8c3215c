internal import CLinux
internal import Glibc
package import NetworkModel
package import NetworkPlanning

/// TCP sockets that belong to another network namespace than the process that serves them.
package enum NamespaceListener {
    /// A bound socket, not listening yet, that the caller owns. It keeps the namespace alive.
    ///
    /// - Throws: that the namespace is not there, or the address cannot be had.
    package static func bind(
        in namespace: NamespaceName, address: IPAddress, port: UInt16
    ) throws(KernelError) -> Int32 {
        let name = try NamespaceFile.open(namespace)
        let operation = "listen on \(address):\(port) in \(namespace)"
        return try NamespaceThread.run(inNamespace: name.rawValue) { () throws(KernelError) -> Int32 in
            let socketAddress = SocketAddress(address, port)
            let family = address.family == .ipv4 ? AF_INET : AF_INET6
            let raw = socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            guard raw >= 0 else { throw KernelError(errno: errno, operation) }
            var one: Int32 = 1
            setsockopt(raw, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
            guard socketAddress.withSockaddr({ Glibc.bind(raw, $0, $1) }) == 0 else {
                let code = errno
                close(raw)
                throw KernelError(errno: code, operation)
            }
            return raw
        }
    }
}
