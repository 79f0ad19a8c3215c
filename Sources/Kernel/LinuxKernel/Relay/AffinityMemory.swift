internal import ServiceRouting

/// Affinity bindings from before a restart, until their frontends and backends are there again.
struct AffinityMemory {
    struct Place: Hashable {
        var node: String
        var frontend: Frontend
    }

    /// Seconds after which a lab that was resumed is as complete as it gets.
    private static let patience = 60.0

    private let places: [Place: [AffinityBinding]]
    private let loadedAt = Clock.monotonic()

    init(_ bindings: [AffinityBinding]) {
        places = Dictionary(grouping: bindings) { Place(node: $0.node, frontend: $0.frontend) }
    }

    /// Those of one frontend on one node, as old as they are by now.
    func bindings(on node: String, at frontend: Frontend) -> [AffinityBinding] {
        guard !places.isEmpty else { return [] }
        return aged(places[Place(node: node, frontend: frontend)] ?? [])
    }

    /// Those of places that are not open yet: still to be remembered.
    func bindings(exceptAt open: Set<Place>) -> [AffinityBinding] {
        places.filter { !open.contains($0.key) }.flatMap { aged($0.value) }
    }

    private func aged(_ bindings: [AffinityBinding]) -> [AffinityBinding] {
        let elapsed = Clock.monotonic() - loadedAt
        guard elapsed < Self.patience else { return [] }
        return bindings.map { binding in
            var binding = binding
            binding.age += elapsed
            return binding
        }
    }
}
