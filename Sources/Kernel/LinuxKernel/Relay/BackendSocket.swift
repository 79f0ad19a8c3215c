internal import CLinux
internal import CNetlink
internal import Glibc
internal import ServiceRouting

/// The relay's socket towards a backend: opened in the node's namespace, given the source that the backend is to see,
/// and connected.
enum BackendSocket {
    /// Ports of a range that one dial tries. At 19 of 20 taken one in 700 dials finds none among so many; when all are,
    /// it takes half a millisecond to know, which is what others wait meanwhile.
    private static let tries = 128

    /// The thread has entered the node's namespace.
    ///
    /// - Returns: a non-blocking socket, its connection under way or, for datagrams, set; or a negative errno.
    ///   EADDRNOTAVAIL: no source port was free, which is counted.
    static func connect(
        to backend: SocketAddress, for client: SocketAddress, stream: Bool, of node: RelayNode,
        on worker: RelayWorker
    ) -> Int32 {
        let result = connect(to: backend, for: client, stream: stream, of: node)
        guard lacksPort(result) else { return result }
        count(worker.counters.portShortages)
        return -EADDRNOTAVAIL
    }

    private static func connect(
        to backend: SocketAddress, for client: SocketAddress, stream: Bool, of node: RelayNode
    ) -> Int32 {
        func dial(from source: SocketAddress?, foreign: Bool = false) -> Int32 {
            Self.dial(backend, from: source, foreign: foreign, stream: stream, usingReno: node.usesReno)
        }
        switch node.preservation?.source(for: client.address, towards: backend.address) {
        case nil, .routed: return dial(from: nil)
        case .node(let address): return dial(from: SocketAddress(address, 0))
        case .client:
            guard let ports = node.preservation?.ports else {
                // The client's own port, as it would be on Cilium's wire. Not to be had when the client has another
                // connection from that port, through another ClusterIP, to the same backend.
                let own = dial(from: client, foreign: true)
                return lacksPort(own) ? dial(from: SocketAddress(client.address, 0), foreign: true) : own
            }
            for _ in 0..<tries {
                let source = SocketAddress(client.address, node.nextPort(of: ports))
                let result = dial(from: source, foreign: true)
                if !lacksPort(result) { return result }
            }
            return -EADDRNOTAVAIL
        }
    }

    /// bind says the first, connect the second.
    private static func lacksPort(_ result: Int32) -> Bool { result == -EADDRINUSE || result == -EADDRNOTAVAIL }

    private static func dial(
        _ backend: SocketAddress, from source: SocketAddress?, foreign: Bool, stream: Bool, usingReno: Bool
    ) -> Int32 {
        let descriptor = SocketOptions.open(backend, stream: stream)
        guard descriptor >= 0 else { return descriptor }
        if stream {
            SocketOptions.prepareStream(descriptor, usingReno: usingReno)
        } else {
            SocketOptions.prepareDatagrams(descriptor)
        }
        var failure: Int32 = 0
        if let source { failure = SocketOptions.setSource(descriptor, to: source, foreign: foreign, stream: stream) }
        if failure == 0, backend.withSockaddr({ Glibc.connect(descriptor, $0, $1) }) != 0, errno != EINPROGRESS {
            failure = errno
        }
        guard failure == 0 else {
            close(descriptor)
            return -failure
        }
        return descriptor
    }
}

extension SocketOptions {
    /// Gives a socket that is to be connected its source; 0 or the errno.
    ///
    /// - Parameters:
    ///   - source: port 0 for any.
    ///   - foreign: the address is not this namespace's; takes CAP_NET_ADMIN.
    static func setSource(_ descriptor: Int32, to source: SocketAddress, foreign: Bool, stream: Bool) -> Int32 {
        if foreign {
            let failure =
                source.family == AF_INET
                ? set(descriptor, Int32(IPPROTO_IP), IP_TRANSPARENT, 1)
                : set(descriptor, Int32(IPPROTO_IPV6), IPV6_TRANSPARENT, 1)
            if failure != 0 { return failure }
        }
        if stream {
            // Connections may share a port as long as their far ends differ; connect tells when they do not. Datagram
            // sockets may not: two with the same far end would both be let be, and one would get the other's answers.
            set(descriptor, SOL_SOCKET, SO_REUSEADDR, 1)
            // The kernel chooses a port when it knows the far end, so that they can be shared.
            if source.port == 0 { set(descriptor, Int32(IPPROTO_IP), IP_BIND_ADDRESS_NO_PORT, 1) }
        }
        return source.withSockaddr { Glibc.bind(descriptor, $0, $1) == 0 ? 0 : errno }
    }
}
