package import KubernetesAPI
package import KubernetesModel
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import Synchronization

/// What the API needs besides its objects.
package protocol APIBackend: Sendable {
    /// That something was written: controllers have work. Must return at once.
    func objectsChanged()
    /// Sends a container's output and finishes the stream; called on a thread that may block.
    func sendLog(_ request: LogRequest, _ stream: APIStream)
    /// Why there can be no such log; nil when there is one.
    func refusal(of request: LogRequest) -> StatusDocument?
    /// Starts a command in a container, or attaches to what runs there.
    ///
    /// - Throws: why not.
    func start(_ request: CommandRequest) throws(StatusDocument) -> any RemoteProcess
    /// A connection to a port of a pod; nil when nobody accepts it. May block for seconds.
    func connect(to pod: Pod, port: UInt16) -> (any RemoteProcess)?
    /// Usage of nodes or pods as the metrics API words it; called on a thread that may block.
    func metrics(_ resource: ServedResource, namespace: String?, name: String?) -> APIResponse
    /// Seconds since 1970.
    var now: Double { get }
}

/// HTTP's part of a connection, which goes when the connection becomes something else.
struct HTTPHandlers {
    let encoder = HTTPResponseEncoder()
    let decoder = ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes))
    let pipelining = HTTPServerPipelineHandler()
    let errors = HTTPServerProtocolErrorHandler()

    var all: [any RemovableChannelHandler & ChannelHandler] { [encoder, decoder, pipelining, errors] }
}

/// The lab's Kubernetes API over HTTPS. Whoever connects is known by a client certificate, or gets 401.
///
/// Listens where it is told to; what it serves can be exchanged while it runs.
package final class APIServer: Sendable {
    struct State {
        var context: NIOSSLContext?
        var handler: APIHandler?
        var hub: WatchHub?
        var listeners: [ListenerID: any Channel] = [:]
        var nextListener = 0
        var connections = 0
    }

    /// A place where it listens.
    package struct ListenerID: Hashable, Sendable { fileprivate var number: Int }

    /// What keeps the server from listening.
    package struct Failure: Error, CustomStringConvertible {
        package var description: String
        /// 0 where the system has none.
        package var errno: Int32 = 0
    }

    /// As many as are served at once; further ones are closed.
    private static let maximumConnections = 1_024

    let backend: any APIBackend
    let state = Mutex(State())
    let threads = StreamThreads()
    private let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    /// Requests are answered here, so that a long list keeps nobody from connecting.
    let workers = NIOThreadPool(numberOfThreads: 2)

    package init(backend: any APIBackend) {
        self.backend = backend
        workers.start()
    }

    /// Who the server is, and whose clients it knows; for connections from now on.
    ///
    /// - Throws: that the certificates cannot be read.
    package func identify(
        certificate: String, key: String, clientAuthority: String
    ) throws(Failure) {
        do {
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: [.certificate(try NIOSSLCertificate(bytes: Array(certificate.utf8), format: .pem))],
                privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(key.utf8), format: .pem)))
            configuration.minimumTLSVersion = .tlsv12
            configuration.applicationProtocols = ["http/1.1"]
            configuration.trustRoots = .certificates([
                try NIOSSLCertificate(bytes: Array(clientAuthority.utf8), format: .pem)
            ])
            // Without a certificate the handshake succeeds, so that the refusal can be read: 401.
            configuration.certificateVerification = .optionalVerification
            let context = try NIOSSLContext(configuration: configuration)
            state.withLock { $0.context = context }
        } catch {
            throw Failure(description: "\(error)")
        }
    }

    /// Serves these objects from now on; those who watched others are sent away.
    package func serve(_ storage: any ObjectStorage, server: String, version: [String: String]) {
        let hub = WatchHub(storage) { [backend] in backend.now }
        let old = state.withLock { state in
            defer {
                state.handler = APIHandler(storage: storage, server: server, version: version)
                state.hub = hub
            }
            return state.hub
        }
        old?.close()
    }

    /// Tells those who watch; from any thread, and cheap.
    package func objectsWritten() { state.withLock { $0.hub }?.wake() }

    /// Listens on an address of this process' own network.
    ///
    /// - Parameter port: 0 for any.
    /// - Returns: the port.
    package func listen(address: String, port: Int) throws(Failure) -> Int {
        do {
            let channel = try bootstrap().bind(host: address, port: port).wait()
            keep(channel)
            return channel.localAddress?.port ?? port
        } catch let error as IOError {
            throw Failure(description: "\(address):\(port): \(error)", errno: error.errnoCode)
        } catch {
            throw Failure(description: "\(address):\(port): \(error)")
        }
    }

    /// Listens on a bound socket, which may be of another network; takes it over.
    package func listen(adopting descriptor: Int32) throws(Failure) -> ListenerID {
        do {
            return keep(try bootstrap().withBoundSocket(descriptor).wait())
        } catch {
            throw Failure(description: "\(error)")
        }
    }

    /// Stops listening there; established connections stay.
    package func close(_ listener: ListenerID) {
        let channel = state.withLock { $0.listeners.removeValue(forKey: listener) }
        try? channel?.close().wait()
    }

    /// Ends everything; nothing can be served afterwards.
    package func shutDown() {
        let (listeners, hub) = state.withLock { state in
            defer { state.listeners = [:] }
            return (Array(state.listeners.values), state.hub)
        }
        for listener in listeners { try? listener.close().wait() }
        hub?.close()
        try? loops.syncShutdownGracefully()
        try? workers.syncShutdownGracefully()
    }

    @discardableResult
    private func keep(_ channel: any Channel) -> ListenerID {
        state.withLock { state in
            state.nextListener += 1
            let id = ListenerID(number: state.nextListener)
            state.listeners[id] = channel
            return id
        }
    }

    private func bootstrap() -> ServerBootstrap {
        ServerBootstrap(group: loops)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { [self] channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let context = admit(channel) else { throw Failure(description: "too many connections") }
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(NIOSSLServerHandler(context: context))
                    let http = HTTPHandlers()
                    try pipeline.addHandlers(http.all)
                    try pipeline.addHandler(APIConnection(server: self, http: http))
                }
            }
    }

    /// nil when there are too many connections, or nothing to show them.
    private func admit(_ channel: any Channel) -> NIOSSLContext? {
        let context = state.withLock { state -> NIOSSLContext? in
            guard state.connections < Self.maximumConnections, let context = state.context else { return nil }
            state.connections += 1
            return context
        }
        guard context != nil else { return nil }
        channel.closeFuture.whenComplete { [weak self] _ in self?.state.withLock { $0.connections -= 1 } }
        return context
    }
}
