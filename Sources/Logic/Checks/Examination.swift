package import LabFiles
package import NetworkModel

/// A check made concrete for a lab as it stands: what to look at, and the judgement of what was seen.
///
/// Pure: the same inventory and the same sight give the same findings, in the same order.
package struct Examination: Sendable {
    package let inventory: Inventory
    /// What to send; each probe once.
    package private(set) var probes: [Probe] = []
    /// What to read.
    package private(set) var namespaces: [NamespaceName] = []
    /// Whether ``LabSight/forwarding`` is asked for.
    package private(set) var needsForwarding = false
    /// The comparison that ``LabSight/difference`` is asked for.
    package private(set) var comparison: SnapshotCheck?
    /// Reasons that no look could take away: nobody is there to look from or at.
    private var vacant: [Finding] = []
    private var judgements: [@Sendable (LabSight) -> [Finding]] = []

    package init(_ subject: Check.Subject, in inventory: Inventory) {
        self.inventory = inventory
        add(subject)
    }

    private mutating func add(_ subject: Check.Subject) {
        switch subject {
        case .routes(let check): add(check)
        case .reach(let check): add(check)
        case .http(let check): add(check)
        case .path(let check): add(check)
        case .spread(let check): add(check)
        case .source(let check): add(check)
        case .mtu(let check): add(check)
        case .service(let check): add(check)
        case .snapshot(let check): add(check)
        // What is waited for is examined; what is done before is the runner's.
        case .converges(let check):
            if case .check(let subject) = check.until { add(subject) }
        }
    }

    /// What is not as the check wants it; empty when everything is.
    package func findings(_ sight: LabSight) -> [Finding] {
        // Two pairs may share a probe: each way of a path belongs to the pair and to its reverse.
        (vacant + judgements.flatMap { $0(sight) }).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    // MARK: For the kinds

    mutating func judge(_ body: @escaping @Sendable (LabSight) -> [Finding]) { judgements.append(body) }

    mutating func read(_ namespace: NamespaceName) {
        if !namespaces.contains(namespace) { namespaces.append(namespace) }
    }

    mutating func compare(_ check: SnapshotCheck) { comparison = check }

    mutating func readForwarding() { needsForwarding = true }

    mutating func missing(_ kind: String, _ message: String) {
        let finding = Finding(kind, message, wanted: "somebody there", found: "nobody")
        if !vacant.contains(finding) { vacant.append(finding) }
    }

    /// Sends a probe and judges how it went. A probe that could not be made is a finding by itself.
    mutating func send(
        _ probe: Probe, about subject: String, _ judgement: @escaping @Sendable (ProbeOutcome) -> [Finding]
    ) {
        if !probes.contains(probe) { probes.append(probe) }
        judge { sight in
            switch sight.outcomes[probe] {
            case .failed(let text, let isEnvironment):
                [Finding(subject, text, wanted: "a probe", found: text, isEnvironment: isEnvironment)]
            case let outcome?: judgement(outcome).map { $0.shown(by: probe) }
            case nil: [Finding(subject, "was not looked at", wanted: "a probe", found: "none")]
            }
        }
    }

    /// The spots of some places, each once; says so when a place has none.
    mutating func spots(_ places: [Place], _ kind: String) -> [Spot] {
        var result: [Spot] = []
        for place in places {
            let found = inventory.spots(place)
            if found.isEmpty { missing(kind, "there is no \(place)") }
            for spot in found where !result.contains(spot) { result.append(spot) }
        }
        return result
    }

    /// Each of these with each of those but itself.
    mutating func pairs(_ from: [Place], _ to: [Place], _ kind: String) -> [(from: Spot, to: Spot, at: NamespaceName)] {
        let (sources, targets) = (spots(from, kind), spots(to, kind))
        let pairs = sources.flatMap { source in
            targets.compactMap { target in
                source == target ? nil : source.namespace.map { (from: source, to: target, at: $0) }
            }
        }
        if pairs.isEmpty, !sources.isEmpty, !targets.isEmpty { missing(kind, "there is nobody but \(sources[0].name)") }
        return pairs
    }

    /// The ports to try at a spot: the one that is named, or every port of a Service.
    mutating func ports(_ named: UInt16?, _ spot: Spot, _ transport: ProbeProtocol, _ kind: String) -> [UInt16] {
        if let named { return [named] }
        let own = spot.ports.filter { $0.transport == transport }.map(\.port)
        if own.isEmpty {
            missing(
                "\(kind) \(spot.name)", "no \(transport.rawValue.uppercased()) port is known of it; give one with port")
        }
        return own
    }
}
