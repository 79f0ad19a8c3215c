internal import Checks
internal import Daemon
internal import LabFiles
internal import LinuxKernel
internal import NetworkModel
internal import NetworkPlanning
internal import Traces

/// Traces through a lab as it stands.
struct LabTrace {
    private let view: LabView
    private let inventory: Inventory

    init(_ view: LabView, _ inventory: Inventory) {
        self.view = view
        self.inventory = inventory
    }

    /// - Parameter patience: seconds that real packets wait for their answers; nil: none are sent.
    func trace(
        from start: Spot, to end: Spot, transport: ProbeProtocol, port: UInt16?, patience: Double?
    ) throws -> Trace {
        let network = LinuxNetwork()
        // Kept sockets would keep a namespace alive that is taken down meanwhile.
        defer { network.forget() }
        let state = try network.observe(
            inventory.namespaces, sysctls: ["net.ipv4.ip_forward", "net.ipv4.conf.all.rp_filter"])
        let tracer = Tracer(
            inventory, state, services: services(), preservesSource: view.files.options.proxy.sourceIP == .preserve,
            oracle: LinuxRouteOracle(network))
        var trace = try tracer.trace(from: start, to: end, transport: transport, port: port)
        guard let patience, let namespace = start.namespace else { return trace }
        let kind: Probe.Kind =
            switch (transport, port) {
            case (.tcp, let port?): .connect(port: port)
            case (.udp, let port?): .datagram(port: port)
            default: .echo
            }
        // A ClusterIP is the node's own: the proxy's second connection cannot be followed by counting hops. Nor is
        // there anything to hold against routers that keep silent.
        let isService = end.namespace == nil && !end.ports.isEmpty
        let asksRouters = trace.arrives && !isService
        let walk = Probe(.hops, from: namespace, to: end.address)
        let sent = [Probe(kind, from: namespace, to: end.address)] + (asksRouters ? [walk] : [])
        let outcomes = LinuxProbes().send(sent, timeout: patience)
        trace.judge(outcomes[0], hops: asksRouters ? outcomes[1] : nil, in: inventory, state)
        return trace
    }

    /// What the proxy forwards; nothing when no daemon answers.
    private func services() -> [TracedService] {
        guard case .services(_, let table) = try? view.running.ask(.services) else { return [] }
        return table.entries.compactMap { entry in
            guard let (address, port) = entry.end else { return nil }
            return TracedService(
                name: "\(entry.namespace)/\(entry.service)", address: address, port: port,
                transport: entry.transport.lowercased(),
                backends: entry.backends.compactMap { backend in
                    guard let address = IPAddress(backend.address), let port = UInt16(exactly: backend.port) else {
                        return nil
                    }
                    return TracedService.Backend(address: address, port: port, isActive: backend.state == "active")
                })
        }
    }
}
