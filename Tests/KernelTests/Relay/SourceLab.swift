import Datapath
import Foundation
import LinuxKernel
import NetlabTestSupport
import NetworkModel
import ServiceRouting
import Testing

/// The relay on the nodes of a ``DatapathLab``, with servers on port 8080 that tell whom they see.
final class SourceLab {
    /// Two ClusterIPs with the same backends.
    static let clusterIP = IPAddress(10, 96, 0, 40)
    static let otherIP = IPAddress(10, 96, 0, 41)

    let plane: RelayDataPlane
    private let lab: DatapathLab
    private var servers: [PeerServer] = []

    init(_ lab: DatapathLab) throws {
        self.lab = lab
        // A test of many flows needs no descriptor for each.
        var settings = RelaySettings()
        settings.flowsPerFrontend = 256
        plane = try RelayDataPlane(settings: settings)
    }

    deinit { plane.shutDown() }

    /// Starts a server in a place, at an address of it.
    func start(_ place: String, _ address: String) throws {
        servers.append(try PeerServer(in: try lab.place(place), try Make.address(address), 8080))
    }

    /// Makes all nodes forward both ClusterIPs, TCP and UDP, to this address.
    ///
    /// - Parameter ports: instead of those of the return path.
    func serve(_ backend: String, _ cluster: ClusterNetwork, ports: ClosedRange<UInt16>? = nil) throws {
        let frontends = [Self.clusterIP, Self.otherIP].flatMap { address in
            [TransportProtocol.tcp, .udp].map { Frontend(address: address, port: 80, transport: $0) }
        }
        let backend = Backend(address: try Make.address(backend), port: 8080)
        let entries = frontends.enumerated().map { index, frontend in
            ForwardingEntry(
                id: index + 1, frontend: frontend, namespace: "default", service: "peers", portName: "",
                affinity: .none, backends: [backend])
        }
        let nodes = try cluster.nodes.map { node in
            let path = cluster.returnPath(of: node)
            let preservation = try path.map { path in
                SourcePreservation(
                    pods: node.podCIDRs, router: try #require(node.router),
                    local: [IPPrefix(host: node.address), cluster.serviceCIDR],
                    ports: ports ?? (path == .portRange ? ReturnPath.ports : nil))
            }
            return ProxyNode(name: node.name, namespace: try lab.node(node.name), preservation: preservation)
        }
        try plane.apply(ForwardingTable(entries: entries), on: nodes)
    }

    /// A socket of a place.
    func socket(_ place: String, stream: Bool = true) throws -> TestSocket {
        let namespace = try NamespaceFile.open(try lab.place(place))
        return try NamespaceThread.run(inNamespace: namespace.rawValue) { TestSocket(stream: stream) }
    }

    /// What the backend says of a client that connects through a ClusterIP.
    func peer(of place: String, stream: Bool, to address: IPAddress = clusterIP) throws -> Peer {
        let client = try socket(place, stream: stream)
        return try peer(of: client, stream: stream, to: address)
    }

    func peer(of client: TestSocket, stream: Bool, to address: IPAddress = clusterIP) throws -> Peer {
        #expect(client.connect(to: address, 80) == 0)
        if !stream { client.write([1]) }
        return Peer(seen: String(decoding: client.read() ?? [], as: UTF8.self), client: client)
    }

    /// Whom the backend saw, and the client itself.
    struct Peer {
        var seen: String
        var client: TestSocket

        var address: String { seen.split(separator: ":").first.map(String.init) ?? "nobody" }
        var port: UInt16 { seen.split(separator: ":").last.flatMap { UInt16($0) } ?? 0 }

        /// The port the client has in its own namespace.
        var ownPort: UInt16 {
            var raw = sockaddr_in()
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            _ = withUnsafeMutablePointer(to: &raw) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    getsockname(client.descriptor, $0, &length)
                }
            }
            return UInt16(bigEndian: raw.sin_port)
        }
    }

    /// Waits until the relay has closed everything.
    func settles() throws {
        for _ in 0..<3000 where plane.counters.openConnections > 0 { usleep(10_000) }
        #expect(plane.counters.openConnections == 0)
    }
}

/// Builds the lab with a way back and its relay, lets a test use both and removes them.
func withSourceLab(
    _ path: ReturnPath?, _ cni: CiliumDatapath? = nil, _ body: (inout DatapathLab, SourceLab) throws -> Void
) throws {
    try withDatapathLab(try cni ?? DatapathLab.values(), returnPath: path) { lab throws in
        let relay = try SourceLab(lab)
        // Sockets keep a namespace alive: they go before the fixture takes it.
        defer { relay.plane.shutDown() }
        try body(&lab, relay)
    }
}
