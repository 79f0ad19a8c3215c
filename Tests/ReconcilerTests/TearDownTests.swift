import NetlabTestSupport
import NetworkModel
import NetworkPlanning
import Reconciler
import Testing

@Suite struct TearDownTests {
    private let mark = OwnershipMark(lab: "lab", instance: "1")

    private func names(_ texts: String...) throws -> [NamespaceName] {
        try texts.map { try #require(NamespaceName(rawValue: $0)) }
    }

    private func state(_ names: [NamespaceName], _ mark: OwnershipMark?) -> NetworkState {
        NetworkState(namespaces: Dictionary(uniqueKeysWithValues: names.map { ($0, NamespaceState(mark: mark)) }))
    }

    private func record(_ state: NetworkState, isSettled: Bool = true) -> JournalRecord {
        JournalRecord(lab: "lab", instance: "1", owned: Ownership(state), isSettled: isSettled)
    }

    @Test func everyNamespaceOfTheLabGoesAndTheJournalWithIt() throws {
        let names = try names("lab.a", "lab.b")
        let lab = state(names, mark)
        let (kernel, journal) = (InMemoryKernel(lab), InMemoryJournal(record(lab)))
        let result = try Reconciler(mark: mark, kernel: kernel, journal: journal).tearDown()
        #expect(result.removed == names && result.refused.isEmpty)
        #expect(kernel.state.isEmpty && journal.record == nil)
        #expect(kernel.performed == names.map { .removeNamespace($0) })
    }

    @Test func aLostJournalIsMadeUpForByTheMarks() throws {
        let names = try names("lab.a", "lab.b")
        let kernel = InMemoryKernel(state(names, mark))
        let result = try Reconciler(mark: mark, kernel: kernel, journal: InMemoryJournal()).tearDown()
        #expect(result.removed == names && kernel.state.isEmpty)
    }

    @Test(arguments: [nil, OwnershipMark(lab: "lab", instance: "2"), OwnershipMark(lab: "other", instance: "1")])
    func aNamespaceWithAForeignMarkOrNoneIsRefused(foreign: OwnershipMark?) throws {
        let names = try names("lab.a", "lab.b")
        let lab = state(names, mark)
        let kernel = InMemoryKernel(lab)
        kernel.disturb { $0.namespaces[names[1]]?.mark = foreign }
        let result = try Reconciler(mark: mark, kernel: kernel, journal: InMemoryJournal(record(lab))).tearDown()
        #expect(result.removed == [names[0]] && result.refused == [names[1]: foreign])
        #expect(Array(kernel.state.namespaces.keys) == [names[1]])
    }

    @Test func anotherLabsNamespacesStay() throws {
        let (mine, theirs) = (try names("lab.a"), try names("other.a"))
        let kernel = InMemoryKernel(state(mine, mark))
        let other = OwnershipMark(lab: "other", instance: "9")
        kernel.disturb { $0.namespaces[theirs[0]] = NamespaceState(mark: other) }
        let result = try Reconciler(mark: mark, kernel: kernel, journal: InMemoryJournal()).tearDown()
        #expect(result.refused.isEmpty && Array(kernel.state.namespaces.keys) == theirs)
    }

    @Test(arguments: InMemoryKernel.FaultExtent.allCases, 0..<3)
    func aNamespaceThatWillNotGoHoldsUpNoOther(extent: InMemoryKernel.FaultExtent, index: Int) throws {
        let names = try names("lab.a", "lab.b", "lab.c")
        let lab = state(names, mark)
        let (kernel, journal) = (InMemoryKernel(lab), InMemoryJournal(record(lab)))
        let reconciler = Reconciler(mark: mark, kernel: kernel, journal: journal)
        kernel.failStep(index, extent, with: KernelError(.busy, "remove", errno: 16))
        if extent == .executed {
            #expect(try reconciler.tearDown().removed == names, "it went, only the answer was lost")
        } else {
            let error = #expect(throws: ReconcileError.self) { try reconciler.tearDown() }
            guard case .removal(let errors) = error?.cause else { Issue.record("no removal error"); return }
            #expect(errors.keys.sorted() == [names[index]] && errors.values.first?.code == .busy)
            #expect(Array(kernel.state.namespaces.keys) == [names[index]] && journal.record != nil)
            #expect(try reconciler.tearDown().removed == [names[index]])
        }
        #expect(kernel.state.isEmpty && journal.record == nil)
    }

    @Test func nothingToTearDownIsNoError() throws {
        let result = try Reconciler(mark: mark, kernel: InMemoryKernel(), journal: InMemoryJournal()).tearDown()
        #expect(result.removed.isEmpty && result.refused.isEmpty)
    }
}
