package import NetworkModel
package import NetworkPlanning

/// Makes what is there what is wanted, for one lab: observe, plan, journal, perform, observe again, journal.
///
/// It has no state of its own: what the lab owns is in the journal and on the namespaces' marks. Calls for one lab must
/// not overlap; the caller holds the lab's lock. Every call blocks.
package struct Reconciler: Sendable {
    /// What the lab's namespaces carry. A namespace without it is never changed.
    package let mark: OwnershipMark
    let kernel: any NetworkKernel
    let journal: any Journal

    package init(mark: OwnershipMark, kernel: any NetworkKernel, journal: any Journal) {
        self.mark = mark
        self.kernel = kernel
        self.journal = journal
    }

    /// What ``converge(to:prune:verify:onFailure:progress:)`` would do. Changes nothing.
    package func plan(desired: NetworkState, prune: Bool = false) throws(ReconcileError) -> Plan {
        try survey(desired, prune: prune).plan
    }

    /// What the journal says, after a crash or at the start of a process.
    ///
    /// An unsettled record means that a plan was cut short. Nothing more is needed than to converge again, to the same
    /// state or another, or to tear down: all that the record names counts as the lab's.
    ///
    /// - Returns: nil when there is no journal.
    package func adopt() throws(ReconcileError) -> JournalRecord? {
        let record: JournalRecord?
        do {
            record = try journal.load()
        } catch {
            throw ReconcileError(.journal(error), .untouched)
        }
        guard let record else { return nil }
        guard record.version == JournalRecord.currentVersion, record.lab == mark.lab,
            record.instance == mark.instance
        else { throw ReconcileError(.foreignJournal(record), .untouched) }
        return record
    }

    /// One look at the kernel and the journal, and what follows from it.
    struct Survey {
        var record: JournalRecord?
        var observed: NetworkState
        var plan: Plan

        var owned: Ownership { record?.owned ?? Ownership() }
    }

    func survey(_ desired: NetworkState, prune: Bool) throws(ReconcileError) -> Survey {
        let record = try adopt()
        let owned = record?.owned ?? Ownership()
        do {
            let observed = try observe(desired, owned)
            let plan = Plan.diff(from: observed, to: desired, owned: owned, prune: prune)
            return Survey(record: record, observed: observed, plan: plan)
        } catch {
            throw ReconcileError(.observation(error), .untouched)
        }
    }

    /// Looks at every namespace that is wanted or owned, and at every sysctl that is to have a value or was given one:
    /// the way back from a namespace that was taken away needs those too.
    func observe(_ desired: NetworkState, _ owned: Ownership) throws(KernelError) -> NetworkState {
        let names = Set(desired.namespaces.keys).union(owned.namespaces.keys).sorted()
        var sysctls: Set<String> = []
        for state in desired.namespaces.values { sysctls.formUnion(state.sysctls.keys) }
        for objects in owned.namespaces.values { sysctls.formUnion(objects.sysctls) }
        return try kernel.observe(names, sysctls: sysctls)
    }

    func save(_ owned: Ownership, isSettled: Bool) throws {
        if owned.isEmpty, isSettled {
            try journal.clear()
        } else {
            try journal.save(
                JournalRecord(lab: mark.lab, instance: mark.instance, owned: owned, isSettled: isSettled))
        }
    }
}
