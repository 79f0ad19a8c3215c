import NetlabTestSupport
import NetworkModel
import NetworkPlanning
import Reconciler
import Testing

@Suite struct ConvergeTests {
    private let mark = OwnershipMark(lab: "random", instance: "1")

    private func name(_ text: String) throws -> NamespaceName { try #require(NamespaceName(rawValue: text)) }

    /// A non-empty state; the first of this seed.
    private func state(_ seed: UInt64) throws -> NetworkState {
        var random = RandomNetwork(seed: seed)
        var state = try random.next()
        while state.isEmpty { state = try random.next() }
        return state
    }

    private func settled(_ state: NetworkState) -> JournalRecord {
        JournalRecord(lab: mark.lab, instance: mark.instance, owned: Ownership(state), isSettled: true)
    }

    /// All there is, as an observation shows it: with the sysctls' values where nobody set one.
    private func seen(_ kernel: InMemoryKernel) throws -> NetworkState {
        try kernel.observe(kernel.state.namespaces.keys.sorted(), sysctls: ["net.ipv4.ip_forward"])
    }

    @Test func whatIsWantedIsMadeVerifiedAndRecorded() throws {
        let desired = try state(1)
        let (kernel, journal) = (InMemoryKernel(), InMemoryJournal())
        let reconciler = Reconciler(mark: mark, kernel: kernel, journal: journal)
        let planned = try reconciler.plan(desired: desired)
        #expect(kernel.state.isEmpty && journal.record == nil, "planning changes nothing")

        var seen: [PlannedStep] = []
        let result = try reconciler.converge(to: desired) { seen.append($0) }
        #expect(result.plan == planned && seen == planned.steps && result.isVerified)
        #expect(kernel.state == desired.withKernelRoutes())
        #expect(journal.saved.map(\.isSettled) == [false, true])
        #expect(journal.record == settled(desired))
    }

    @Test func aSecondRunChangesNothingAndWritesNothing() throws {
        let desired = try state(2)
        let (kernel, journal) = (InMemoryKernel(), InMemoryJournal())
        let reconciler = Reconciler(mark: mark, kernel: kernel, journal: journal)
        _ = try reconciler.converge(to: desired)
        let (steps, saves) = (kernel.performed.count, journal.saved.count)
        #expect(try reconciler.converge(to: desired).plan.isEmpty)
        #expect(kernel.performed.count == steps && journal.saved.count == saves)
    }

    @Test func theIntentIsOnRecordBeforeTheFirstStep() throws {
        let (before, desired) = (try state(3), try state(4))
        let kernel = InMemoryKernel(before)
        let journal = InMemoryJournal(settled(before))
        let watching = WatchingKernel(kernel) { #expect(journal.record?.isSettled == false) }
        _ = try Reconciler(mark: mark, kernel: watching, journal: journal).converge(to: desired)
        #expect(journal.saved.first?.owned == Ownership(before).union(Ownership(desired)))
        #expect(journal.record == settled(desired))
    }

    @Test func aJournalThatCannotBeWrittenStopsEverything() throws {
        let (kernel, journal) = (InMemoryKernel(), InMemoryJournal())
        journal.fillUp()
        let error = #expect(throws: ReconcileError.self) {
            try Reconciler(mark: mark, kernel: kernel, journal: journal).converge(to: try state(5))
        }
        #expect(error?.aftermath == .untouched)
        guard case .journal = error?.cause else { Issue.record("\(String(describing: error))"); return }
        #expect(kernel.performed.isEmpty)
    }

    @Test func aJournalThatFillsUpLaterLeavesTheIntent() throws {
        let desired = try state(5)
        let (kernel, journal) = (InMemoryKernel(), InMemoryJournal())
        journal.fillUp(after: 1)
        let error = #expect(throws: ReconcileError.self) {
            try Reconciler(mark: mark, kernel: kernel, journal: journal).converge(to: desired)
        }
        #expect(error?.aftermath == .complete && kernel.state == desired.withKernelRoutes())
        #expect(journal.record?.isSettled == false && journal.record?.owned == Ownership(desired))
    }

    /// Both states, and every foreign object in them, under a fault at each step, however far the step got.
    @Test(arguments: 0..<12, InMemoryKernel.FaultExtent.allCases)
    func aFaultAtAnyStepLeavesEverythingAsItWas(seed: Int, extent: InMemoryKernel.FaultExtent) throws {
        var random = RandomNetwork(seed: UInt64(seed) + 500, mark: mark)
        let (before, desired) = (try random.next(), try random.next())
        let count = Plan.diff(from: before.withKernelRoutes(), to: desired, owned: before).steps.count
        for step in 0..<count {
            let kernel = InMemoryKernel(before)
            let journal = InMemoryJournal(before.isEmpty ? nil : settled(before))
            let reconciler = Reconciler(mark: mark, kernel: kernel, journal: journal)
            kernel.failStep(step, extent)
            let error = #expect(throws: ReconcileError.self) { try reconciler.converge(to: desired) }
            #expect(error?.aftermath == .rolledBack, "step \(step) \(String(describing: error))")
            guard case .step(_, let cause) = error?.cause else { Issue.record("step \(step)"); continue }
            #expect(cause.code == .exhausted)
            #expect(kernel.state.routesByKey == before.withKernelRoutes().routesByKey, "step \(step)")
            #expect(Plan.diff(from: try seen(kernel), to: before, owned: desired) == Plan(), "step \(step)")
            #expect(journal.record == (before.isEmpty ? nil : settled(before)))
        }
    }

    @Test func rollingBackRestoresWhatAStudentAdded() throws {
        let (before, desired) = (try state(6), try state(7))
        let host = try name("random.host")
        let kernel = InMemoryKernel(before)
        let route = Route(IPPrefix(IPAddress(192, 0, 2, 0), 24), kind: .blackhole)
        kernel.disturb { $0.namespaces[host]?.insert(route) }
        let disturbed = kernel.state
        let count = try Reconciler(mark: mark, kernel: kernel, journal: InMemoryJournal(settled(before)))
            .plan(desired: desired).steps.count
        kernel.failStep(count - 1)
        #expect(throws: ReconcileError.self) {
            try Reconciler(mark: mark, kernel: kernel, journal: InMemoryJournal(settled(before)))
                .converge(to: desired)
        }
        #expect(Plan.diff(from: try seen(kernel), to: disturbed, owned: desired) == Plan())
        #expect(kernel.state.namespaces[host]?.routes[route.key] == route)
    }

    /// What the kernel takes away, or somebody makes, between the look and the deed is looked at again.
    @Test(arguments: [KernelError.Code.notFound, .exists])
    func whatWasOutdatedIsPlannedAnew(code: KernelError.Code) throws {
        var random = RandomNetwork(seed: 77, mark: mark)
        let (before, desired) = (try random.next(), try random.next())
        let kernel = InMemoryKernel(before)
        let journal = InMemoryJournal(before.isEmpty ? nil : settled(before))
        let reconciler = Reconciler(mark: mark, kernel: kernel, journal: journal)
        kernel.failStep(2, with: KernelError(code, "test fault"))
        _ = try reconciler.converge(to: desired)
        #expect(Plan.diff(from: try seen(kernel), to: desired, owned: desired) == Plan())
        #expect(journal.record == settled(desired))
    }

    @Test func whatStaysOutdatedIsReportedInTheEnd() throws {
        let desired = try state(8)
        let (kernel, journal) = (InMemoryKernel(), InMemoryJournal())
        let failing = WatchingKernel(kernel) { kernel.failStep(0, with: KernelError(.notFound, "test fault")) }
        let error = #expect(throws: ReconcileError.self) {
            try Reconciler(mark: mark, kernel: failing, journal: journal).converge(to: desired)
        }
        #expect(error?.aftermath == .rolledBack && kernel.observations < 20)
        #expect(journal.record == nil)
    }

    /// A process that dies leaves the kernel as far as it came and the journal unsettled.
    @Test(arguments: 0..<6)
    func afterACrashAnywhereTheNextRunFinishesOrUndoes(seed: Int) throws {
        var random = RandomNetwork(seed: UInt64(seed) + 900, mark: mark)
        let (before, desired) = (try random.next(), try random.next())
        let steps = Plan.diff(from: before.withKernelRoutes(), to: desired, owned: before).steps
        for count in 0...steps.count {
            for goal in [before, desired, NetworkState()] {
                let kernel = InMemoryKernel(before)
                try kernel.perform(steps.prefix(count).map(\.step))
                let journal = InMemoryJournal(
                    JournalRecord(
                        lab: mark.lab, instance: mark.instance,
                        owned: Ownership(before).union(Ownership(desired)), isSettled: false))
                let reconciler = Reconciler(mark: mark, kernel: kernel, journal: journal)
                #expect(try reconciler.adopt()?.isSettled == false)
                #expect(try reconciler.converge(to: goal).plan.foreign.isEmpty)
                #expect(Plan.diff(from: try seen(kernel), to: goal, owned: goal) == Plan())
                #expect(journal.record == (goal.isEmpty ? nil : settled(goal)))
            }
        }
    }

    @Test func aFailureCanBeLeftForInspectionAndFinishedLater() throws {
        let desired = try state(8)
        let (kernel, journal) = (InMemoryKernel(), InMemoryJournal())
        let reconciler = Reconciler(mark: mark, kernel: kernel, journal: journal)
        kernel.failStep(5)
        let error = #expect(throws: ReconcileError.self) {
            try reconciler.converge(to: desired, onFailure: .leave)
        }
        #expect(error?.aftermath == .partial && kernel.performed.count == 5)
        _ = try reconciler.converge(to: desired)
        #expect(try seen(kernel) == desired.withKernelRoutes())
    }

    @Test func aFailureOnTheWayBackIsReportedAndTheIntentStays() throws {
        let desired = try state(8)
        let (kernel, journal) = (InMemoryKernel(), InMemoryJournal())
        let failing = WatchingKernel(kernel) { kernel.failStep(0) }
        let error = #expect(throws: ReconcileError.self) {
            try Reconciler(mark: mark, kernel: failing, journal: journal).converge(to: desired) { _ in }
        }
        #expect(error?.aftermath == .rolledBack, "nothing was made, so there is no way back to fail on")

        kernel.failStep(2)
        let second = #expect(throws: ReconcileError.self) {
            try Reconciler(mark: mark, kernel: FailingAgain(kernel), journal: journal).converge(to: desired)
        }
        #expect(second?.aftermath == .partial && second?.rollbackError?.code == .exhausted)
        #expect(journal.record?.isSettled == false)
    }

    @Test func someoneElsesNamespaceIsRefusedBeforeAnythingIsDone() throws {
        let desired = try state(9)
        let host = try name("random.host")
        let other = OwnershipMark(lab: "random", instance: "2")
        let kernel = InMemoryKernel(NetworkState(namespaces: [host: NamespaceState(mark: other)]))
        let journal = InMemoryJournal()
        let error = #expect(throws: ReconcileError.self) {
            try Reconciler(mark: mark, kernel: kernel, journal: journal).converge(to: desired)
        }
        guard case .foreignNamespaces(let names) = error?.cause else { Issue.record("no refusal"); return }
        #expect(names == [host: other])
        #expect(kernel.performed.isEmpty && journal.saved.isEmpty)
    }

    @Test func aJournalOfAnotherCreationIsRefused() throws {
        let desired = try state(9)
        let record = JournalRecord(lab: "random", instance: "2", owned: Ownership(desired), isSettled: true)
        let kernel = InMemoryKernel()
        let error = #expect(throws: ReconcileError.self) {
            try Reconciler(mark: mark, kernel: kernel, journal: InMemoryJournal(record)).converge(to: desired)
        }
        guard case .foreignJournal = error?.cause else { Issue.record("no refusal"); return }
        #expect(kernel.performed.isEmpty)
    }

    @Test func driftThatComesBackAtOnceIsReported() throws {
        let desired = try state(10)
        let kernel = InMemoryKernel()
        let host = try name("random.host")
        let meddling = WatchingKernel(kernel, after: { kernel.disturb { $0.namespaces[host]?.rules = [] } })
        let journal = InMemoryJournal()
        let error = #expect(throws: ReconcileError.self) {
            try Reconciler(mark: mark, kernel: meddling, journal: journal).converge(to: desired)
        }
        guard case .notConverged(let rest) = error?.cause else { Issue.record("not noticed"); return }
        #expect(Set(rest.steps.map(\.step.kind)) == ["rule"])
        #expect(journal.record?.isSettled == false)
    }
}

extension NetworkState {
    /// The routes there are, whatever their values: kernel-made ones may differ in which address is primary.
    fileprivate var routesByKey: [NamespaceName: Set<RouteKey>] { namespaces.mapValues { Set($0.routes.keys) } }
}
