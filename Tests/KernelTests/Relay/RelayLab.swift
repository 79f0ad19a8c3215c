import Foundation
import LinuxKernel
import NetlabTestSupport
import NetworkModel
import ServiceRouting
import Testing

/// One node with a client pod and two backend pods, each in a namespace of its own, and a data plane: taken down
/// whatever the test does.
struct RelayLab: ~Copyable {
    static let clusterIP = IPAddress(10, 96, 0, 40)
    static let clientAddress = IPAddress(10, 0, 1, 2)
    /// Where the node's sockets come from towards a backend's subnet is the node's address on it.
    static let backendAddresses = [IPAddress(10, 0, 2, 2), IPAddress(10, 0, 3, 2)]
    /// An address of a backend's subnet that nobody has; its neighbour entry lets packets go, so no error comes back.
    static let deadAddress = IPAddress(10, 0, 2, 99)

    let dataPlane: RelayDataPlane
    let name: String
    let node: ProxyNode

    init(_ settings: RelaySettings = RelaySettings()) throws {
        let name = RandomName.lab()
        let namespace = try Self.namespace(name, "node")
        let dataPlane = try RelayDataPlane(settings: settings)
        do {
            try Self.ip(Self.topology(name))
            try Self.run(["ip", "netns", "exec", "\(name).node", "sysctl", "-qw", "net.ipv4.ip_forward=1"])
        } catch {
            Self.removeNamespaces(name)
            throw error
        }
        self.name = name
        self.dataPlane = dataPlane
        node = ProxyNode(name: "kind-worker", namespace: namespace)
    }

    deinit {
        dataPlane.shutDown()
        Self.removeNamespaces(name)
    }

    /// Applies one service with these backends.
    func serve(
        _ backends: [Backend], transports: [TransportProtocol] = [.tcp], port: UInt16 = 8080,
        affinity: SessionAffinity = .none, selection: BackendSelection = .random,
        noEndpoints: NoEndpointsResponse = .reject
    ) throws {
        let entries = transports.enumerated().map { index, transport in
            ForwardingEntry(
                id: index + 1,
                frontend: Frontend(address: Self.clusterIP, port: port, transport: transport), namespace: "default",
                service: "hello", portName: "", affinity: affinity, backends: backends)
        }
        try dataPlane.apply(
            ForwardingTable(entries: entries, selection: selection, noEndpoints: noEndpoints), on: [node])
    }

    /// Runs socket calls in the namespace of `client`, `backend0`, `backend1` or `node`.
    func inside<Value>(_ member: String, _ body: () -> Value) throws -> Value {
        let namespace = try NamespaceFile.open(try Self.namespace(name, member))
        return try NamespaceThread.run(inNamespace: namespace.rawValue) { body() }
    }

    func connect(from member: String = "client", port: UInt16 = 8080) throws -> TestSocket {
        let socket = try inside(member) { TestSocket(stream: true) }
        socket.connect(to: Self.clusterIP, port)
        return socket
    }

    func server(_ index: Int, _ behaviour: TestServer.Behaviour, port: UInt16 = 8080) throws -> TestServer {
        let socket = try inside("backend\(index)") { TestSocket(stream: behaviour != .datagramEcho) }
        return try TestServer(socket, Self.backendAddresses[index], port, name: "backend\(index)", behaviour)
    }

    static func backend(_ index: Int, state: Backend.State = .active) -> Backend {
        Backend(address: backendAddresses[index], port: 8080, state: state)
    }

    private static func namespace(_ lab: String, _ member: String) throws -> NamespaceName {
        try #require(NamespaceName(rawValue: "\(lab).\(member)"))
    }

    private static let members = ["node", "client", "backend0", "backend1"]

    private static func topology(_ name: String) -> String {
        var lines = members.map { "netns add \(name).\($0)" }
        for (index, member) in members.dropFirst().enumerated() {
            let subnet = "10.0.\(index + 1)"
            lines += [
                "link add v\(index) netns \(name).node type veth peer name eth0 netns \(name).\(member)",
                "-n \(name).node addr add \(subnet).1/24 dev v\(index)",
                "-n \(name).node link set v\(index) up",
                "-n \(name).\(member) addr add \(subnet).2/24 dev eth0",
                "-n \(name).\(member) link set eth0 up",
                "-n \(name).\(member) link set lo up",
                "-n \(name).\(member) route add default via \(subnet).1",
            ]
        }
        lines += [
            "-n \(name).node neigh add \(deadAddress) lladdr 02:00:00:00:00:01 nud permanent dev v1",
            "-n \(name).node link set lo up",
            "-n \(name).node route add local 10.96.0.0/16 dev lo src 10.0.1.1",
        ]
        return lines.joined(separator: "\n")
    }

    /// One `ip` for each line, as `ip -batch` knows no `-n`.
    static func ip(_ lines: String) throws {
        for line in lines.split(separator: "\n") {
            try run(["ip"] + line.split(separator: " ").map(String.init))
        }
    }

    private static func removeNamespaces(_ name: String) {
        for member in members where access("/run/netns/\(name).\(member)", F_OK) == 0 {
            try? run(["ip", "netns", "delete", "\(name).\(member)"])
        }
    }

    private static func run(_ words: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = words
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CommandFailed(words: words) }
    }

    struct CommandFailed: Error { var words: [String] }
}
