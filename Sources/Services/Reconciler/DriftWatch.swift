package import NetworkModel
package import NetworkPlanning

/// What is done about drift: a look, a comparison with what was known before, and, when the lab is to be repaired, the
/// missing and the different put back. What others have added is told and never taken away.
///
/// A value with no clock and no thread: its owner says what time it is, and when a change was announced. Calls must not
/// overlap with others of the lab's ``Reconciler``.
package struct DriftWatch: Sendable {
    /// Whether drift is put right, or only told.
    package var isRepairing: Bool
    /// Objects put back so far.
    package private(set) var healed = 0
    /// Why drift could not be put right; nil when it could, or there is none.
    package private(set) var failure: Failure?
    private var drift: Set<DriftItem> = []
    private var foreign: Set<DriftItem> = []
    private var budget = LookBudget()

    /// A repair that goes wrong.
    package struct Failure: Sendable {
        package var error: ReconcileError
        /// How often in a row.
        package var times: Int
        /// When it is tried again, on the owner's clock.
        package var nextTry: Double
    }

    /// What a look brought.
    package struct Outcome: Sendable {
        package var notes: [DriftNote]
        /// What was carried out, or would have been.
        package var plan: Plan
        package var isHealed: Bool
    }

    /// The two clocks, in seconds: since the boot, and since the epoch.
    package struct Time: Sendable {
        package var monotonic: Double
        package var wall: Double

        package init(monotonic: Double, wall: Double) {
            self.monotonic = monotonic
            self.wall = wall
        }
    }

    /// No more than so many objects of one kind of note are told one by one after a look.
    package static let toldAtOnce = 200
    private static let firstPause = 0.1
    private static let longestPause = 30.0

    package init(isRepairing: Bool) { self.isRepairing = isRepairing }

    /// Whether something is there that nobody asked for, as far as is known.
    package var hasForeign: Bool { !foreign.isEmpty }

    /// Whether something is not as wanted, as far as is known.
    package var hasDrift: Bool { !drift.isEmpty }

    /// Seconds until the next look may be taken; 0: now. Neither a storm of changes nor a repair that fails, whose own
    /// traces are changes too, makes it come sooner.
    package func pause(at now: Double) -> Double {
        max(budget.pause(at: now), failure.map { $0.nextTry - now } ?? 0)
    }

    /// Looks, repairs when that is wanted, and says what is new.
    ///
    /// - Parameters:
    ///   - announced: when the first change that called for this look was announced; nil: nothing was.
    ///   - time: asked before and after.
    /// - Returns: an empty plan when the kernel could not be read; ``failure`` says why.
    package mutating func look(
        _ reconciler: Reconciler, desired: NetworkState, announced: Double?, time: () -> Time
    ) -> Outcome {
        let start = time()
        defer {
            let end = time().monotonic
            budget.spend(end - start.monotonic, at: end)
        }
        do throws(ReconcileError) {
            guard isRepairing else {
                let plan = try reconciler.plan(desired: desired)
                failure = nil
                return Outcome(notes: compare(plan, time()), plan: plan, isHealed: false)
            }
            // Not rolled back: half of it put right is nearer to what is wanted than none.
            let plan = try reconciler.converge(to: desired, verify: false, onFailure: .leave).plan
            let end = time()
            let notes = compare(plan, Time(monotonic: start.monotonic, wall: start.wall))
            healed += plan.steps.count
            let latency = announced.map { end.monotonic - $0 }
            return Outcome(notes: notes + settled(end, latency: latency), plan: plan, isHealed: !plan.isEmpty)
        } catch {
            let now = time()
            let isFirst = fail(error, now.monotonic)
            guard isRepairing, let plan = try? reconciler.plan(desired: desired) else {
                return Outcome(notes: [], plan: Plan(), isHealed: false)
            }
            let notes = compare(plan, now)
            let unhealed = isFirst ? plan.steps.prefix(Self.toldAtOnce).map { note(.unhealed, $0, now) } : []
            return Outcome(notes: notes + unhealed, plan: plan, isHealed: false)
        }
    }

    /// Something else made the lab as wanted, `netlab up` for example.
    package mutating func settled(_ time: Time, latency: Double? = nil) -> [DriftNote] {
        failure = nil
        let notes = drift.sorted().prefix(Self.toldAtOnce).map {
            DriftNote(.healed, $0, monotonic: time.monotonic, wall: time.wall, latency: latency)
        }
        drift = []
        return notes
    }

    /// What is new since the last look.
    private mutating func compare(_ plan: Plan, _ time: Time) -> [DriftNote] {
        let nowDrift = Set(plan.steps.map { DriftItem($0) })
        let nowForeign = Set(plan.foreign.map { DriftItem($0) })
        let changes: [(DriftNote.Kind, Set<DriftItem>)] = [
            (.drift, nowDrift.subtracting(drift)), (.foreign, nowForeign.subtracting(foreign)),
            (.healed, drift.subtracting(nowDrift)),
        ]
        drift = nowDrift
        foreign = nowForeign
        return changes.flatMap { kind, items in
            items.sorted().prefix(Self.toldAtOnce).map {
                DriftNote(kind, $0, monotonic: time.monotonic, wall: time.wall)
            }
        }
    }

    /// Whether it is the first failure in a row.
    private mutating func fail(_ error: ReconcileError, _ now: Double) -> Bool {
        let times = (failure?.times ?? 0) + 1
        var pause = Self.firstPause
        for _ in 1..<min(times, 16) { pause *= 2 }
        failure = Failure(error: error, times: times, nextTry: now + min(pause, Self.longestPause))
        return times == 1
    }

    private func note(_ kind: DriftNote.Kind, _ planned: PlannedStep, _ time: Time) -> DriftNote {
        DriftNote(kind, DriftItem(planned), monotonic: time.monotonic, wall: time.wall)
    }
}
