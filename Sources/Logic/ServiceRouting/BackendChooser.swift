package import NetworkModel

/// Chooses the backend of each new connection to one frontend, on one node.
///
/// Only active backends are chosen. The caller brings the clock and the randomness, so the same calls give the same
/// answers; it also brings the lock, should several threads ask.
package struct BackendChooser: Sendable {
    /// Bindings kept at most; the size of Cilium's affinity map.
    package static let affinityCapacity = 65_536

    struct Binding {
        var backend: Backend
        var lastUse: Double
        /// The use that ``revision`` last told of.
        var toldUse: Double
    }

    private var selection: BackendSelection
    private(set) var affinity: SessionAffinity
    /// The active backends: in the order of turns for round robin, in the order given otherwise.
    private(set) var active: [Backend] = []
    private var turn = 0
    var bindings: [IPAddress: Binding] = [:]
    /// Grows when a client is bound or given up, and now and then while it uses its binding: what ``bindings(now:)`` said
    /// when this was smaller has become wrong, or its ages by more than a sixteenth of the timeout.
    package private(set) var revision = 0
    private var random: any RandomNumberGenerator & Sendable

    package init(
        backends: [Backend], affinity: SessionAffinity = .none, selection: BackendSelection = .random,
        random: any RandomNumberGenerator & Sendable
    ) {
        self.selection = selection
        self.affinity = affinity
        self.random = random
        update(backends: backends, affinity: affinity, selection: selection)
    }

    /// Whether a new connection can be forwarded at all.
    package var hasActiveBackends: Bool { !active.isEmpty }

    /// Takes over a new set of backends.
    ///
    /// A set that differs only in order or in what is not active changes nothing: a round goes on where it was. Any
    /// other change shuffles the round and starts it anew, as kube-proxy's userspace mode did. Clients bound to a
    /// backend that vanished or terminates lose the binding.
    package mutating func update(backends: [Backend], affinity: SessionAffinity, selection: BackendSelection) {
        let next = backends.filter { $0.state == .active }
        let unchanged = selection == self.selection && Self.addresses(next) == Self.addresses(active)
        if affinity != self.affinity {
            bindings.removeAll()
            revision += 1
        }
        self.affinity = affinity
        self.selection = selection
        if unchanged {
            let described = Dictionary(next.map { (BackendAddress($0), $0) }, uniquingKeysWith: { first, _ in first })
            active = active.map { described[BackendAddress($0)] ?? $0 }
            return
        }
        active = next
        turn = 0
        if selection == .roundRobin { shuffle() }
        let remaining = Self.addresses(next)
        let before = bindings.count
        bindings = bindings.filter { remaining.contains(BackendAddress($0.value.backend)) }
        if bindings.count != before { revision += 1 }
    }

    /// The backend for a client's new connection; nil when there is none besides the excluded ones.
    ///
    /// - Parameters:
    ///   - client: whom ClientIP affinity binds; the port does not count.
    ///   - now: seconds on a clock that only goes forward. Using a binding refreshes it.
    ///   - excluded: backends whose dial has just failed. A binding to one of them is given up.
    package mutating func choose(
        for client: IPAddress, now: Double, excluding excluded: Set<BackendAddress> = []
    ) -> Backend? {
        guard case .clientIP(let timeout) = affinity else { return pick(excluding: excluded) }
        if let binding = bindings[client], now - binding.lastUse < Double(timeout),
            !excluded.contains(BackendAddress(binding.backend))
        {
            bindings[client]?.lastUse = now
            if now - binding.toldUse > Double(timeout) / 16 {
                bindings[client]?.toldUse = now
                revision += 1
            }
            return binding.backend
        }
        guard let backend = pick(excluding: excluded) else {
            unbind(client)
            return nil
        }
        revision += 1
        if bindings.count >= Self.affinityCapacity { forgetOldBindings(now: now, timeout: Double(timeout)) }
        bindings[client] = Binding(backend: backend, lastUse: now, toldUse: now)
        return backend
    }

    /// Gives up the client's binding: its backend was found dead by other means than a dial.
    package mutating func unbind(_ client: IPAddress) {
        if bindings.removeValue(forKey: client) != nil { revision += 1 }
    }

    private mutating func pick(excluding excluded: Set<BackendAddress>) -> Backend? {
        if excluded.isEmpty {
            guard !active.isEmpty else { return nil }
            return active[nextIndex(of: active.count)]
        }
        switch selection {
        case .random:
            let candidates = active.filter { !excluded.contains(BackendAddress($0)) }
            return candidates.isEmpty ? nil : candidates[nextIndex(of: candidates.count)]
        case .roundRobin:
            for _ in active.indices {
                let backend = active[nextIndex(of: active.count)]
                if !excluded.contains(BackendAddress(backend)) { return backend }
            }
            return nil
        }
    }

    private mutating func nextIndex(of count: Int) -> Int {
        switch selection {
        case .random: return count == 1 ? 0 : draw(below: count)
        case .roundRobin:
            defer { turn = (turn + 1) % count }
            return turn
        }
    }

    /// Fisher and Yates, by hand because `shuffle(using:)` takes no existential generator.
    private mutating func shuffle() {
        guard active.count > 1 else { return }
        for index in stride(from: active.count - 1, to: 0, by: -1) { active.swapAt(index, draw(below: index + 1)) }
    }

    /// `random % count`, as Cilium draws: the bias of 2^-58 for 64 backends is not worth a loop.
    private mutating func draw(below count: Int) -> Int { Int(random.next() % UInt64(count)) }

    private mutating func forgetOldBindings(now: Double, timeout: Double) {
        bindings = bindings.filter { now - $0.value.lastUse < timeout }
        guard bindings.count >= Self.affinityCapacity else { return }
        let median = bindings.values.map(\.lastUse).sorted()[bindings.count / 2]
        bindings = bindings.filter { $0.value.lastUse > median }
    }

    private static func addresses(_ backends: [Backend]) -> Set<BackendAddress> {
        Set(backends.map(BackendAddress.init))
    }
}

/// What makes two backends the same one: where they listen, not what is known about them.
package struct BackendAddress: Hashable, Sendable, Codable {
    package var address: IPAddress
    package var port: UInt16

    package init(_ backend: Backend) {
        address = backend.address
        port = backend.port
    }
}
