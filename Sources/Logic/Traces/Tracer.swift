package import Checks
package import LabFiles
package import NetworkModel
package import NetworkPlanning

/// A port of a Service as the proxy has it, with its backends.
package struct TracedService: Hashable, Sendable {
    package struct Backend: Hashable, Sendable {
        package var address: IPAddress
        package var port: UInt16
        package var isActive: Bool
        package init(address: IPAddress, port: UInt16, isActive: Bool) {
            self.address = address
            self.port = port
            self.isActive = isActive
        }
    }

    /// `default/hello-app`
    package var name: String
    package var address: IPAddress
    package var port: UInt16
    /// `tcp` or `udp`.
    package var transport: String
    package var backends: [Backend]

    package init(name: String, address: IPAddress, port: UInt16, transport: String, backends: [Backend]) {
        self.name = name
        self.address = address
        self.port = port
        self.transport = transport
        self.backends = backends
    }
}

/// Follows a packet through a lab: every decision is asked of the kernel that would take it, and what lies between two
/// of them (links, the bridge, nftables' masquerading, the proxy) is read from the lab as it was observed.
///
/// Not followed: netfilter other than masquerading, marks, and what programs in pods do.
package struct Tracer {
    private let inventory: Inventory
    private let network: NetworkState
    private let services: [TracedService]
    /// Whether backends see the client itself (`proxy.sourceIP: preserve`).
    private let preservesSource: Bool
    private let oracle: any RouteOracle

    package init(
        _ inventory: Inventory, _ network: NetworkState, services: [TracedService], preservesSource: Bool,
        oracle: any RouteOracle
    ) {
        self.inventory = inventory
        self.network = network
        self.services = services
        self.preservesSource = preservesSource
        self.oracle = oracle
    }

    /// Follows a packet and its answer.
    ///
    /// - Throws: that a kernel could not be asked. That it knows no way is an answer.
    package func trace(
        from start: Spot, to target: Spot, transport: ProbeProtocol, port: UInt16?
    ) throws(KernelError) -> Trace {
        guard let namespace = start.namespace else {
            throw KernelError(.invalid, "trace from \(start.name)", detail: "nothing can start there")
        }
        var there = Walk(destination: target.address, transport: transport, port: port)
        try follow(&there, from: namespace)
        var trace = Trace(
            from: start.name, to: target.name, transport: transport.rawValue, port: port, there: there.path)
        guard there.path.arrives, let end = there.here, let source = there.source else { return trace }
        var back = Walk(destination: source, transport: transport, port: nil)
        back.source = there.destination
        back.isReply = true
        back.translations = there.translations
        back.legs = there.legs
        try follow(&back, from: end)
        trace.back = back.path
        return trace
    }

    /// A packet on its way.
    private struct Walk {
        var path = TracePath()
        var destination: IPAddress
        let transport: ProbeProtocol
        var port: UInt16?
        var source: IPAddress?
        var isReply = false
        var here: NamespaceName?
        /// Masquerading that was met: where, and from which address to which.
        var translations: [(at: NamespaceName, old: IPAddress, new: IPAddress)] = []
        /// Connections that the proxy ended: where, the client, and the address it called.
        var legs: [(at: NamespaceName, client: IPAddress, called: IPAddress)] = []

        mutating func stop(_ reason: String) { path.reason = reason }

        mutating func narrow(_ mtu: Int) { path.mtu = min(path.mtu ?? mtu, mtu) }
    }

    private static let mostHops = 24

    private func follow(_ walk: inout Walk, from start: NamespaceName) throws(KernelError) {
        var input: LinkName?
        walk.here = start
        while let here = walk.here {
            guard walk.path.hops.count < Self.mostHops else { return walk.stop("goes round in a circle") }
            guard let next = try step(&walk, at: here, input) else { return }
            walk.here = next.namespace
            input = next.name
        }
    }

    /// One namespace's decision.
    ///
    /// - Returns: the link by which the packet comes in next; nil when it has arrived or stopped.
    private func step(_ walk: inout Walk, at here: NamespaceName, _ input: LinkName?) throws(KernelError) -> LinkEnd? {
        let place = inventory.name(of: here)
        guard let state = network.namespaces[here] else {
            walk.stop("the namespace of \(place) is gone")
            return nil
        }
        var undone: String?
        if walk.isReply, let translation = walk.translations.last,
            translation.at == here && translation.new == walk.destination && input != nil
        {
            walk.translations.removeLast()
            undone = "masquerading undone: \(walk.destination) is \(translation.old) again"
            walk.destination = translation.old
        }
        var hop = TraceHop(.router, place, source: walk.source, destination: walk.destination, input: input)
        if let undone { hop.notes.append(undone) }
        let question = RouteQuestion(
            namespace: here, destination: walk.destination, source: walk.source, input: input,
            transport: walk.transport.number, port: walk.port)
        let answer = try oracle.ask(question)
        guard case .route(let route, let chosen, let pathMTU) = answer else {
            if case .refused(let refusal) = answer {
                let reason = try isFiltered(question, refusal, state) ? .reversePath : refusal
                walk.stop(reason.text(question, state, place))
            }
            walk.path.hops.append(hop)
            return nil
        }
        // A namespace without rules of its own keeps local and main in one trie, and answers main for both.
        let table = route.kind == .local && route.table == .main ? .local : route.table
        hop.route = "\(route)"
        hop.table = "\(table)"
        hop.rule = state.rule(for: question, to: table)?.description
        if walk.source == nil {
            walk.source = chosen
            hop.source = chosen.map { "\($0)" }
        }
        if route.kind == .local {
            hop.notes.append("has \(walk.destination)")
            walk.path.hops.append(hop)
            return try take(&walk, at: here, place)
        }
        guard let name = route.link, let link = state.links[name] else {
            walk.path.hops.append(hop)
            walk.stop("\(place): \(route) leads to no link")
            return nil
        }
        hop.output = name.rawValue
        hop.mtu = pathMTU ?? route.mtu.map(Int.init) ?? link.mtu
        walk.narrow(hop.mtu ?? link.mtu)
        if !walk.isReply, let new = state.masqueraded(walk.source, walk.destination, out: name, walk.transport) {
            if let old = walk.source { walk.translations.append((here, old, new)) }
            hop.notes.append("masqueraded: \(hop.source ?? "?") becomes \(new)")
            walk.source = new
        }
        return try leave(&walk, hop, link, at: here, to: route.gateway ?? walk.destination)
    }

    /// Whether strict rp_filter is what drops a packet. Newer kernels (6.15) answer EINVAL for every source address they
    /// do not accept, so the way back is asked for too.
    private func isFiltered(
        _ question: RouteQuestion, _ refusal: RouteRefusal, _ state: NamespaceState
    ) throws(KernelError) -> Bool {
        guard refusal == .dropped, let input = question.input, let source = question.source else { return false }
        let all = state.sysctls["net.ipv4.conf.all.rp_filter"].flatMap { Int($0) } ?? 0
        guard max(all, state.links[input]?.settings[.reversePathFilter] ?? 0) == 1 else { return false }
        let back = try oracle.ask(RouteQuestion(namespace: question.namespace, destination: source))
        guard case .route(let route, _, _) = back else { return true }
        return route.link != input
    }

    /// The packet is for this namespace: its end, or the proxy's next leg.
    private func take(_ walk: inout Walk, at here: NamespaceName, _ place: String) throws(KernelError) -> LinkEnd? {
        if walk.isReply {
            // The proxy's own connection ends here; the client's goes on.
            guard let leg = walk.legs.popLast(), leg.at == here else {
                walk.path.arrives = true
                return nil
            }
            var hop = TraceHop(.proxy, place, source: leg.called, destination: leg.client)
            hop.notes.append("the proxy answers its client")
            walk.path.hops.append(hop)
            walk.source = leg.called
            walk.destination = leg.client
            return try step(&walk, at: here, nil)
        }
        let service = services.first {
            $0.address == walk.destination && $0.port == walk.port && $0.transport == walk.transport.rawValue
        }
        guard let service else {
            walk.path.arrives = true
            return nil
        }
        var hop = TraceHop(.proxy, place, source: walk.source, destination: walk.destination)
        let active = service.backends.filter(\.isActive)
        guard let backend = active.first else {
            hop.notes.append("\(service.name) has no active backend")
            walk.path.hops.append(hop)
            walk.stop("\(service.name) \(service.address):\(service.port) has no active backend")
            return nil
        }
        hop.notes.append(
            "\(service.name) \(service.address):\(service.port) -> \(backend.address):\(backend.port), one of "
                + "\(active.count) backend\(active.count == 1 ? "" : "s")")
        walk.path.hops.append(hop)
        if let client = walk.source { walk.legs.append((here, client, walk.destination)) }
        walk.destination = backend.address
        walk.port = backend.port
        if !preservesSource { walk.source = nil }
        return try step(&walk, at: here, nil)
    }

    /// Over a link to whoever takes packets for the next hop at its other end.
    private func leave(
        _ walk: inout Walk, _ hop: TraceHop, _ link: Link, at here: NamespaceName, to nextHop: IPAddress
    ) throws(KernelError) -> LinkEnd? {
        var hop = hop
        let place = hop.place
        var entry: NeighbourEntry?
        if link.arp {
            entry = try oracle.neighbours(of: here).first { $0.link == link.name && $0.address == nextHop }
            hop.neighbour = entry.map(\.line) ?? "\(nextHop) is asked for by ARP"
        }
        walk.path.hops.append(hop)
        guard link.isUp else {
            walk.stop("\(place): \(link.name) is down")
            return nil
        }
        let segment = Segment(of: link, at: here, network)
        if let port = segment.port {
            var bridge = TraceHop(
                .bridge, inventory.name(of: port.namespace), source: walk.source, destination: walk.destination,
                input: port.name)
            let end = segment.end(for: nextHop, entry, network)
            bridge.output = end.map { ($0.behind?.name ?? $0.link.name).rawValue }
            bridge.notes.append("bridge \(segment.bridge?.rawValue ?? "")")
            walk.path.hops.append(bridge)
        }
        guard let end = segment.end(for: nextHop, entry, network) else {
            let mac = entry.flatMap { $0.isUsable ? $0.mac : nil }
            walk.stop(
                mac.map { "\(place) sends to \($0) for \(nextHop), and nobody on the segment has that address" }
                    ?? "nobody on the segment of \(place)'s \(link.name) has \(nextHop)")
            return nil
        }
        for passed in end.passed(segment, network) { walk.narrow(passed.mtu) }
        if let reason = end.obstacle(segment, network, inventory) {
            walk.stop(reason)
            return nil
        }
        return end.link
    }
}
