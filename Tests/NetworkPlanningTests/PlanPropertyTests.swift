import NetlabTestSupport
import NetworkModel
import NetworkPlanning
import Testing

/// What must hold of every two states, tried on a few hundred seeded random pairs.
@Suite struct PlanPropertyTests {
    /// Kernel-made routes are compared by their keys only: which address of a network is primary depends on history.
    private func comparable(_ state: NetworkState) -> NetworkState {
        NetworkState(
            namespaces: state.namespaces.mapValues { namespace in
                var copy = namespace
                copy.routes = namespace.routes.mapValues { route in
                    namespace.isKernelMade(route)
                        ? Route(route.destination, table: route.table, protocol: .kernel, metric: route.metric)
                        : route
                }
                return copy
            })
    }

    @Test(arguments: 0..<300)
    func comparingAStateWithItselfPlansNothing(seed: Int) throws {
        var random = RandomNetwork(seed: UInt64(seed))
        let state = try random.next()
        let plan = Plan.diff(from: state.withKernelRoutes(), to: state, owned: state)
        #expect(plan == Plan())
    }

    @Test(arguments: 0..<400)
    func aStrictKernelTakesEveryStepAndEndsInTheDesiredState(seed: Int) throws {
        var random = RandomNetwork(seed: UInt64(seed))
        let (first, second) = (try random.next(), try random.next())
        let kernel = InMemoryKernel(first)

        let plan = Plan.diff(from: kernel.state, to: second, owned: first)
        try kernel.perform(plan.steps.map(\.step))
        #expect(plan.foreign.isEmpty)
        #expect(comparable(kernel.state) == comparable(second.withKernelRoutes()), "\(plan)")
        #expect(Plan.diff(from: kernel.state, to: second, owned: second).isEmpty)

        let back = Plan.diff(from: kernel.state, to: first, owned: second)
        try kernel.perform(back.steps.map(\.step))
        #expect(comparable(kernel.state) == comparable(first.withKernelRoutes()), "\(back)")
    }

    @Test(arguments: 0..<100)
    func everythingOfAStateCanBeMadeFromNothingAndIsGoneAfterwards(seed: Int) throws {
        var random = RandomNetwork(seed: UInt64(seed) + 10_000)
        let state = try random.next()
        let kernel = InMemoryKernel()
        try kernel.perform(Plan.diff(from: kernel.state, to: state, owned: NetworkState()).steps.map(\.step))
        #expect(kernel.state == state.withKernelRoutes())

        let down = Plan.diff(from: kernel.state, to: NetworkState(), owned: state)
        #expect(down.steps.map(\.step) == state.namespaces.keys.sorted().map { .removeNamespace($0) })
        try kernel.perform(down.steps.map(\.step))
        #expect(kernel.state.isEmpty)
    }

    @Test(arguments: 0..<100)
    func thePlanDoesNotDependOnTheOrderOfItsInput(seed: Int) throws {
        var random = RandomNetwork(seed: UInt64(seed) + 20_000)
        let (first, second, mixed) = (try random.next(), try random.next(), try random.next())
        let plan = Plan.diff(from: first.withKernelRoutes(), to: second, owned: mixed)
        let again = Plan.diff(
            from: shuffled(first.withKernelRoutes()), to: shuffled(second), owned: shuffled(mixed))
        #expect(plan == again)
        #expect(plan.text == again.text)
    }

    @Test func theRandomStatesReachEveryKindOfStep() throws {
        var random = RandomNetwork(seed: 7)
        var seen: Set<String> = []
        var before = try random.next()
        for _ in 0..<200 {
            let after = try random.next()
            for planned in Plan.diff(from: before.withKernelRoutes(), to: after, owned: before).steps {
                seen.insert("\(planned.step.action) \(planned.step.kind)")
                if case .putBack = planned.reason { seen.insert("put back \(planned.step.kind)") }
            }
            before = after
        }
        for kind in ["link", "address", "route", "neighbour"] { #expect(seen.contains("put back \(kind)")) }
        for kind in ["netns", "link", "address", "route", "rule", "neighbour"] {
            #expect(seen.contains("add \(kind)") && seen.contains("remove \(kind)"), "\(kind)")
        }
        for kind in ["link", "route", "sysctl", "table"] { #expect(seen.contains("change \(kind)")) }
        #expect(seen.contains("remove table"))
    }

    /// The same state with every collection filled in another order, and so with another iteration order.
    private func shuffled(_ state: NetworkState) -> NetworkState {
        var copy = NetworkState()
        copy.namespaces.reserveCapacity(64)
        for (name, namespace) in state.namespaces.reversed() {
            var other = namespace
            other.links = refilled(namespace.links)
            other.routes = refilled(namespace.routes)
            other.sysctls = refilled(namespace.sysctls)
            other.firewall = refilled(namespace.firewall)
            other.addresses = refilled(namespace.addresses)
            other.rules = refilled(namespace.rules)
            other.neighbours = refilled(namespace.neighbours)
            copy.namespaces[name] = other
        }
        return copy
    }

    private func refilled<Key, Value>(_ dictionary: [Key: Value]) -> [Key: Value] {
        var copy: [Key: Value] = [:]
        copy.reserveCapacity(dictionary.count * 8)
        for (key, value) in dictionary.reversed() { copy[key] = value }
        return copy
    }

    private func refilled<Element>(_ set: Set<Element>) -> Set<Element> {
        var copy: Set<Element> = []
        copy.reserveCapacity(set.count * 8)
        for element in set.reversed() { copy.insert(element) }
        return copy
    }
}
