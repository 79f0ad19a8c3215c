import Foundation
import LinuxKernel
import NetlabTestSupport
import NetworkModel
import ServiceRouting
import Testing

@Suite(.enabled(if: KernelTestGate.canRun))
struct RelayDataPlaneTests {
    @Test("design 7: each connection is told of twice: its start, and its end with the bytes")
    func flowRecords() throws {
        let lab = try RelayLab()
        let server = try lab.server(0, .echo)
        defer { server.stop() }
        try lab.serve([RelayLab.backend(0)])
        let client = try lab.connect()
        client.write([1, 2, 3])
        client.finishWriting()
        #expect(client.readToEnd().bytes == [1, 2, 3])
        for _ in 0..<1000 where lab.dataPlane.counters.openConnections > 0 { usleep(10_000) }
        let flows = lab.dataPlane.drainFlows()
        #expect(flows.map(\.verdict) == [.forwarded, .closed])
        let last = try #require(flows.last)
        #expect(last.bytesToBackend == 3 && last.bytesToClient == 3)
        #expect(last.node == "kind-worker" && last.client == RelayLab.clientAddress)
        #expect(last.backend == RelayLab.backend(0))
        #expect(lab.dataPlane.drainFlows().isEmpty)
        #expect(lab.dataPlane.counters.acceptedTotal == 1)
    }

    @Test("design 7: a node that goes loses its listeners and its connections, and its namespace can vanish")
    func nodeGoes() throws {
        let lab = try RelayLab()
        let server = try lab.server(0, .echo)
        defer { server.stop() }
        try lab.serve([RelayLab.backend(0)])
        let client = try lab.connect()
        client.write([1])
        #expect(client.read() == [1])
        try lab.dataPlane.apply(ForwardingTable(), on: [])
        #expect(client.readToEnd().error == ECONNRESET)
        #expect(lab.dataPlane.counters.listeners == 0 && lab.dataPlane.counters.openConnections == 0)
        // Its veth goes with the namespace, which goes only when no socket, file or thread holds it.
        try RelayLab.ip("netns delete \(lab.name).node")
        var isGone = false
        for _ in 0..<1000 where !isGone {
            isGone = try !lab.inside("client") { hasInterface("eth0") }
            if !isGone { usleep(10_000) }
        }
        #expect(isGone)
    }

    @Test("design 11: a node without a namespace is a failure of its own, and the other nodes are served")
    func missingNode() throws {
        let lab = try RelayLab()
        let server = try lab.server(0, .name)
        defer { server.stop() }
        let table = ForwardingTable(entries: [
            ForwardingEntry(
                id: 1, frontend: Frontend(address: RelayLab.clusterIP, port: 8080, transport: .tcp),
                namespace: "default", service: "hello", portName: "", affinity: .none,
                backends: [RelayLab.backend(0)])
        ])
        let missing = ProxyNode(name: "kind-gone", namespace: try #require(NamespaceName(rawValue: "\(lab.name).gone")))
        let error = #expect(throws: ServiceDataPlaneError.self) {
            try lab.dataPlane.apply(table, on: [missing, lab.node])
        }
        #expect(error?.failures.map(\.node) == ["kind-gone"])
        #expect(error?.failures.map(\.errno) == [ENOENT])
        #expect(try lab.connect().readText() == "backend0 10.0.2.1")
    }

    @Test("design 7: a ClusterIP that the node cannot bind is named, and is tried again")
    func bindFailure() throws {
        let lab = try RelayLab()
        try RelayLab.ip("-n \(lab.name).node route del local 10.96.0.0/16 dev lo table local")
        let error = #expect(throws: ServiceDataPlaneError.self) { try lab.serve([RelayLab.backend(0)]) }
        #expect(error?.failures.map(\.errno) == [EADDRNOTAVAIL])
        try RelayLab.ip("-n \(lab.name).node route add local 10.96.0.0/16 dev lo src 10.0.1.1")
        try lab.serve([RelayLab.backend(0)])
        #expect(lab.dataPlane.counters.listeners == 1)
    }

    @Test("design 7: internalTrafficPolicy Local forwards on the backend's node only (behaviour 3.5)")
    func nodeLocal() throws {
        let lab = try RelayLab()
        var entry = ForwardingEntry(
            id: 1, frontend: Frontend(address: RelayLab.clusterIP, port: 8080, transport: .tcp),
            namespace: "default", service: "hello", portName: "", affinity: .none,
            backends: [RelayLab.backend(0)], isNodeLocal: true)
        entry.backends[0].node = "another"
        try lab.dataPlane.apply(ForwardingTable(entries: [entry]), on: [lab.node])
        #expect(lab.dataPlane.counters.listeners == 0)
        entry.backends[0].node = lab.node.name
        try lab.dataPlane.apply(ForwardingTable(entries: [entry]), on: [lab.node])
        #expect(lab.dataPlane.counters.listeners == 1)
    }

    @Test("design 7: after shutting down nothing listens, and a second time does nothing")
    func shutsDown() throws {
        let lab = try RelayLab()
        let server = try lab.server(0, .echo)
        defer { server.stop() }
        try lab.serve([RelayLab.backend(0)], transports: [.tcp, .udp])
        let client = try lab.connect()
        client.write([1])
        #expect(client.read() == [1])
        lab.dataPlane.shutDown()
        lab.dataPlane.shutDown()
        #expect(client.readToEnd().error == ECONNRESET)
        let late = try lab.inside("client") { TestSocket(stream: true) }
        #expect(late.connect(to: RelayLab.clusterIP, 8080) == ECONNREFUSED)
    }

    @Test("design 4: applying 200 services again and again opens nothing twice")
    func manyServices() throws {
        let lab = try RelayLab()
        let entries = (0..<200).map { index in
            ForwardingEntry(
                id: index + 1,
                frontend: Frontend(address: IPAddress(10, 96, 1, UInt8(index)), port: 80, transport: .tcp),
                namespace: "default", service: "s\(index)", portName: "", affinity: .none,
                backends: [RelayLab.backend(0)])
        }
        for _ in 0..<3 { try lab.dataPlane.apply(ForwardingTable(entries: entries), on: [lab.node]) }
        #expect(lab.dataPlane.counters.listeners == 200)
        try lab.dataPlane.apply(ForwardingTable(entries: Array(entries.dropFirst(50))), on: [lab.node])
        #expect(lab.dataPlane.counters.listeners == 150)
    }

    private func hasInterface(_ name: String) -> Bool { if_nametoindex(name) != 0 }
}
