import NetworkModel
import ServiceRouting
import Testing

@Suite struct BackendChooserTests {
    /// SplitMix64 from a fixed seed.
    private struct Dice: RandomNumberGenerator, Sendable {
        var state: UInt64 = 42
        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
            return mixed ^ (mixed >> 31)
        }
    }

    private static let client = IPAddress(10, 0, 1, 2)

    private static func backends(_ last: ClosedRange<UInt8>) -> [Backend] {
        last.map { Backend(address: IPAddress(10, 0, 2, $0), port: 8080) }
    }

    private static func chooser(
        _ backends: [Backend], _ affinity: SessionAffinity = .none, _ selection: BackendSelection = .random
    ) -> BackendChooser {
        BackendChooser(backends: backends, affinity: affinity, selection: selection, random: Dice())
    }

    private static func draw(_ chooser: inout BackendChooser, _ count: Int) -> [Backend] {
        (0..<count).compactMap { _ in chooser.choose(for: client, now: 0) }
    }

    @Test("behaviour 3.1: random draws each time among all active backends, about evenly")
    func random() {
        var chooser = Self.chooser(Self.backends(1...4))
        let counts = Dictionary(grouping: Self.draw(&chooser, 4000), by: \.address).mapValues(\.count)
        #expect(counts.count == 4)
        #expect(counts.values.allSatisfy { (900...1100).contains($0) })
    }

    @Test("behaviour 4.1: round robin takes turns in a shuffled order")
    func roundRobin() {
        var chooser = Self.chooser(Self.backends(1...5), .none, .roundRobin)
        let draws = Self.draw(&chooser, 10)
        #expect(Set(draws[..<5]).count == 5)
        #expect(Array(draws[..<5]) == Array(draws[5...]))
    }

    @Test("behaviour 4.1: the same set in another order leaves the round where it was")
    func orderInsensitive() {
        let backends = Self.backends(1...5)
        var undisturbed = Self.chooser(backends, .none, .roundRobin)
        var disturbed = undisturbed
        let expected = Self.draw(&undisturbed, 8)
        var draws = Self.draw(&disturbed, 3)
        let resorted: [Backend] = backends.reversed()
        disturbed.update(backends: resorted, affinity: .none, selection: .roundRobin)
        draws += Self.draw(&disturbed, 5)
        #expect(draws == expected)
    }

    @Test("behaviour 4.1: another set starts a new round that holds every backend once")
    func changeResets() {
        var chooser = Self.chooser(Self.backends(1...3), .none, .roundRobin)
        _ = Self.draw(&chooser, 2)
        chooser.update(backends: Self.backends(1...6), affinity: .none, selection: .roundRobin)
        #expect(Set(Self.draw(&chooser, 6)) == Set(Self.backends(1...6)))
    }

    @Test(
        "behaviour 3.5: terminating backends take no new connection", arguments: [BackendSelection.random, .roundRobin])
    func terminating(selection: BackendSelection) {
        var backends = Self.backends(1...2)
        backends[0].state = .terminating
        var chooser = Self.chooser(backends, .none, selection)
        #expect(Set(Self.draw(&chooser, 20)) == [backends[1]])
        backends[1].state = .terminating
        chooser.update(backends: backends, affinity: .none, selection: selection)
        #expect(chooser.choose(for: Self.client, now: 0) == nil)
        #expect(!chooser.hasActiveBackends)
    }

    @Test("behaviour 3.3: a client keeps its backend, each use counting anew, until the timeout has passed")
    func affinity() throws {
        var chooser = Self.chooser(Self.backends(1...50), .clientIP(timeoutSeconds: 100))
        let bound = chooser.choose(for: Self.client, now: 0)
        let first = try #require(bound)
        #expect(chooser.choose(for: Self.client, now: 99) == first)
        #expect(chooser.choose(for: Self.client, now: 198) == first, "refreshed at 99")
        let later = (0..<5).compactMap { chooser.choose(for: Self.client, now: 298 + Double($0) * 100) }
        #expect(Set(later + [first]).count > 1, "five draws of fifty that all met the first: not with these dice")
    }

    @Test("behaviour 3.3: affinity is by client, and ends when the backend does")
    func affinityVanishes() throws {
        var chooser = Self.chooser(Self.backends(1...2), .clientIP(timeoutSeconds: 100))
        let bound = chooser.choose(for: Self.client, now: 0)
        let first = try #require(bound)
        let rest = Self.backends(1...2).filter { $0 != first }
        chooser.update(backends: rest, affinity: .clientIP(timeoutSeconds: 100), selection: .random)
        #expect(chooser.choose(for: Self.client, now: 1) == rest.first)
        chooser.update(backends: Self.backends(1...2), affinity: .clientIP(timeoutSeconds: 100), selection: .random)
        #expect(chooser.choose(for: Self.client, now: 2) == rest.first, "the new binding holds")
        let others = (1...40).compactMap { chooser.choose(for: IPAddress(10, 9, 0, UInt8($0)), now: 2) }
        #expect(Set(others).count == 2)
    }

    @Test("behaviour 4.1: a failed dial moves the client, and it stays where it was moved")
    func dialFailure() throws {
        var chooser = Self.chooser(Self.backends(1...2), .clientIP(timeoutSeconds: 100))
        let bound = chooser.choose(for: Self.client, now: 0)
        let first = try #require(bound)
        let moved = chooser.choose(for: Self.client, now: 1, excluding: [BackendAddress(first)])
        let second = try #require(moved)
        #expect(second != first)
        #expect(chooser.choose(for: Self.client, now: 2) == second)
        let all = Set(Self.backends(1...2).map(BackendAddress.init))
        #expect(chooser.choose(for: Self.client, now: 3, excluding: all) == nil)
    }

    @Test("round robin skips what is excluded and keeps its turns")
    func roundRobinExcluding() {
        var chooser = Self.chooser(Self.backends(1...3), .none, .roundRobin)
        let order = Self.draw(&chooser, 3)
        let answer = chooser.choose(for: Self.client, now: 0, excluding: [BackendAddress(order[0])])
        #expect(answer == order[1])
        #expect(chooser.choose(for: Self.client, now: 0) == order[2])
    }

    @Test("the memory of clients is bounded")
    func bounded() {
        var chooser = Self.chooser(Self.backends(1...2), .clientIP(timeoutSeconds: 100_000))
        let first = IPAddress(10, 0, 0, 0)
        for index in 0...BackendChooser.affinityCapacity {
            #expect(chooser.choose(for: first.advanced(by: index), now: Double(index)) != nil)
        }
    }

    @Test("behaviour 3.3: bindings are told with their ages, and a new chooser that is given them goes on with them")
    func bindingsAreRestored() {
        let affinity = SessionAffinity.clientIP(timeoutSeconds: 100)
        let backends = Self.backends(1...8)
        let clients = (1...60).map { IPAddress(10, 0, 1, $0) }
        var chooser = Self.chooser(backends, affinity)
        let chosen = clients.enumerated().map { chooser.choose(for: $1, now: Double($0)) }
        let told = chooser.bindings(now: 110)
        // The first eleven were last used a hundred seconds ago or longer.
        #expect(Set(told.map(\.client)) == Set(clients.dropFirst(11)))
        #expect(told.allSatisfy { $0.age > 50 && $0.age < 100 })
        // Another start of the clock, and one backend less.
        var resumed = Self.chooser(Array(backends.dropFirst()), affinity)
        for binding in told { resumed.restore(binding.client, to: binding.backend, age: binding.age, now: 7) }
        for (client, backend) in zip(clients, chosen).dropFirst(11) where backend != backends[0] {
            #expect(resumed.choose(for: client, now: 7) == backend)
        }
        #expect(resumed.bindings(now: 7 + 100).isEmpty)
    }

    @Test("a binding that is there already, timed out or led to no active backend is not restored")
    func uselessBindingsAreNotRestored() throws {
        let backends = Self.backends(1...2)
        var chooser = Self.chooser(backends, .clientIP(timeoutSeconds: 100))
        let chosen = chooser.choose(for: Self.client, now: 0)
        let own = try #require(chosen)
        let other = BackendAddress(backends[own == backends[0] ? 1 : 0])
        chooser.restore(Self.client, to: other, age: 0, now: 0)
        #expect(chooser.choose(for: Self.client, now: 0) == own)
        chooser.restore(IPAddress(10, 0, 1, 3), to: other, age: 100, now: 0)
        chooser.restore(IPAddress(10, 0, 1, 4), to: BackendAddress(Self.backends(9...9)[0]), age: 0, now: 0)
        #expect(chooser.bindings(now: 0).map(\.client) == [Self.client])
        var without = Self.chooser(backends)
        without.restore(Self.client, to: other, age: 0, now: 0)
        #expect(without.bindings(now: 0).isEmpty)
    }

    @Test("the revision grows with a new binding and with one given up, and with use only now and then")
    func revisions() {
        var chooser = Self.chooser(Self.backends(1...2), .clientIP(timeoutSeconds: 160))
        var seen: [Int] = []
        for now in [0.0, 1, 9, 11, 12] {
            _ = chooser.choose(for: Self.client, now: now)
            seen.append(chooser.revision)
        }
        #expect(seen == [1, 1, 1, 2, 2])
        chooser.unbind(Self.client)
        chooser.unbind(Self.client)
        #expect(chooser.revision == 3)
        var without = Self.chooser(Self.backends(1...2))
        _ = Self.draw(&without, 5)
        #expect(without.revision == 0)
    }
}
