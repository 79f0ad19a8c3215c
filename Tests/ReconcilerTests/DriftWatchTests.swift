import NetlabTestSupport
import NetworkModel
import NetworkPlanning
import Reconciler
import Testing

/// What is told of drift, and what is put right.
@Suite struct DriftWatchTests {
    private let mark = OwnershipMark(lab: "random", instance: "1")
    private let kernel = InMemoryKernel()
    private let own = Route(IPPrefix(IPAddress(10, 0, 2, 0), 24), kind: .blackhole)
    private let foreign = Route(IPPrefix(IPAddress(10, 9, 0, 0), 16), kind: .blackhole)

    private func name() throws -> NamespaceName { try #require(NamespaceName(rawValue: "random.node")) }

    private func start() throws -> (Reconciler, NetworkState) {
        let reconciler = Reconciler(mark: mark, kernel: kernel, journal: InMemoryJournal())
        let desired = NetworkState(namespaces: [try name(): NamespaceState(mark: mark, routes: [own])])
        _ = try reconciler.converge(to: desired)
        return (reconciler, desired)
    }

    private func time(_ now: Double) -> () -> DriftWatch.Time {
        { DriftWatch.Time(monotonic: now, wall: now) }
    }

    @Test func driftIsToldOnceAndItsEndToo() throws {
        let (reconciler, desired) = try start()
        var watch = DriftWatch(isRepairing: false)
        try kernel.perform([.removeRoute(name(), own), .addRoute(name(), foreign)])
        let first = watch.look(reconciler, desired: desired, announced: 1, time: time(1))
        #expect(first.notes.map(\.kind) == [.drift, .foreign] && !first.isHealed && watch.hasForeign)
        #expect(watch.look(reconciler, desired: desired, announced: 2, time: time(2)).notes == [])
        try kernel.perform([.addRoute(name(), own), .removeRoute(name(), foreign)])
        let last = watch.look(reconciler, desired: desired, announced: 3, time: time(3))
        #expect(last.notes.map(\.kind) == [.healed] && last.notes.first?.latency == nil && !watch.hasForeign)
    }

    @Test func repairPutsBackWhatIsWantedAndLeavesTheRest() throws {
        let (reconciler, desired) = try start()
        var watch = DriftWatch(isRepairing: true)
        try kernel.perform([.removeRoute(name(), own), .addRoute(name(), foreign)])
        let outcome = watch.look(reconciler, desired: desired, announced: 1, time: time(1.5))
        #expect(outcome.isHealed && outcome.notes.map(\.kind) == [.drift, .foreign, .healed])
        #expect(outcome.notes.last?.latency == 0.5 && watch.healed == 1)
        let routes = try #require(kernel.state.namespaces[try name()]?.routes)
        #expect(routes[own.key] == own && routes[foreign.key] == foreign)
        #expect(watch.look(reconciler, desired: desired, announced: 2, time: time(2)).notes == [])
    }
}
