import Daemon
import Foundation
import Synchronization
import Testing

@Suite struct AlarmTests {
    /// Two hundred who ask for the same time are one ring, as are those who ask again when it rings.
    @Test func itRingsOnceHoweverManyAsk() async throws {
        let bell = Bell()
        for _ in 0..<200 { await bell.set(in: 0) }
        try await bell.wait(rings: 3)
        try await Task.sleep(for: .milliseconds(50))
        #expect(await bell.rings == 3)
    }

    @Test func theEarliestTimeCounts() async throws {
        let bell = Bell()
        await bell.set(in: 600)
        await bell.set(in: 0)
        await bell.set(in: 300)
        try await bell.wait(rings: 3)
    }

    @Test func whatIsSilencedDoesNotRing() async throws {
        let bell = Bell()
        await bell.set(in: 0)
        await bell.silence()
        try await Task.sleep(for: .milliseconds(300))
        #expect(await bell.rings == 0)
    }
}

/// Asks for the next time when it rings, until it has rung three times, as the engine does.
private actor Bell {
    private(set) var rings = 0
    private var alarm = Alarm()

    func set(in seconds: Double) {
        alarm.set(at: Date().timeIntervalSince1970 + seconds) { await self.ring() }
    }

    func silence() { alarm.silence() }

    private func ring() {
        alarm.silence()
        rings += 1
        if rings < 3 { set(in: 0) }
    }

    func wait(rings: Int) async throws {
        for _ in 0..<1_000 where self.rings < rings { try await Task.sleep(for: .milliseconds(10)) }
        #expect(self.rings >= rings)
    }
}
