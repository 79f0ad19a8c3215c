internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// Listeners of a built-in server, on one event loop that lives as long as the process.
struct BuiltInServer {
    private let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    /// A port that cannot be listened on, in Go's words.
    struct ListenError: Error, CustomStringConvertible {
        var description: String
    }

    /// A port number out of the environment.
    static func port(_ text: String) throws -> Int {
        guard let port = UInt16(text) else {
            throw ListenError(description: "listen tcp: address \(text): invalid port")
        }
        return Int(port)
    }

    /// Listens on every address of both families.
    func listenHTTP(port: Int, answer: @escaping @Sendable (HTTPQuestion) -> HTTPAnswer) throws {
        let bootstrap = ServerBootstrap(group: loops)
            .serverChannelOption(.backlog, value: 4096)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(HTTPResponder(answer: answer))
                }
            }
        try bind("tcp", port) { try bootstrap.bind(to: $0).wait() }
    }

    /// Receives on every address of both families.
    func listenUDP(port: Int, reply: @escaping @Sendable ([UInt8], String) -> [UInt8]) throws {
        let bootstrap = DatagramBootstrap(group: loops)
            // NIO's own 2,048 bytes would cut larger datagrams off.
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 65_536))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(DatagramResponder(reply: reply))
                }
            }
        try bind("udp", port) { try bootstrap.bind(to: $0).wait() }
    }

    /// Go's `:PORT`: `::`, which takes IPv4 as well; 0.0.0.0 on a host without IPv6.
    private func bind(_ transport: String, _ port: Int, _ bind: (SocketAddress) throws -> any Channel) throws {
        do {
            do {
                _ = try bind(SocketAddress(ipAddress: "::", port: port))
            } catch let error as IOError where error.errnoCode == EAFNOSUPPORT || error.errnoCode == EADDRNOTAVAIL {
                _ = try bind(SocketAddress(ipAddress: "0.0.0.0", port: port))
            }
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            throw ListenError(description: "listen \(transport) :\(port): bind: address already in use")
        }
    }
}

extension SocketAddress {
    /// `10.0.1.17:41022` or `[fd00::1]:41022`; an IPv4 client of a socket for both families shows its IPv4 address.
    var endpointText: String {
        guard let address = ipAddress, let port else { return description }
        if address.hasPrefix("::ffff:"), address.utf8.contains(UInt8(ascii: ".")) {
            return "\(address.dropFirst("::ffff:".utf8.count)):\(port)"
        }
        return self.protocol == .inet6 ? "[\(address)]:\(port)" : "\(address):\(port)"
    }
}
