package import NetworkModel
package import NetworkPlanning

/// What a successful ``Reconciler/converge(to:prune:verify:onFailure:progress:)`` did.
package struct Convergence: Hashable, Sendable {
    /// What was carried out; empty when all was as wanted.
    package var plan: Plan
    /// Whether the kernel was looked at again afterwards and found as wanted. An empty plan needs no second look.
    package var isVerified: Bool
}

extension Reconciler {
    /// What to do when a step fails.
    package enum FailurePolicy: Hashable, Sendable {
        /// Make everything as it was before, foreign objects included.
        case rollBack
        /// Leave what was done; the journal holds it.
        case leave
    }

    /// Makes the lab what is wanted, or leaves it as it was.
    ///
    /// The journal holds what is owned and what is wanted before the first step, so a crash at any instant leaves
    /// nothing that is not known to be the lab's. An empty plan writes nothing to the kernel.
    ///
    /// - Parameters:
    ///   - desired: every namespace carries ``mark``.
    ///   - prune: removes what others put into the lab's namespaces.
    ///   - verify: look again afterwards; without it the kernel's acknowledgements are believed.
    ///   - progress: called after each step that was carried out. With it the kernel gets the steps kind by kind
    ///     instead of all at once.
    /// - Throws: ``ReconcileError``, which says what is there now.
    package func converge(
        to desired: NetworkState, prune: Bool = false, verify: Bool = true, onFailure: FailurePolicy = .rollBack,
        progress: ((PlannedStep) -> Void)? = nil
    ) throws(ReconcileError) -> Convergence {
        for _ in 1..<Self.looks {
            do {
                return try attempt(desired, prune: prune, verify: verify, onFailure, progress)
            } catch {
                // The kernel takes the far ends of a removed namespace's links away a moment after the namespace's
                // name is gone: a plan may count on one that it still saw. Looking once more is all that it needs.
                guard onFailure == .rollBack, error.cause.mayBeOutdated else { throw error }
            }
        }
        return try attempt(desired, prune: prune, verify: verify, onFailure, progress)
    }

    /// How often it is looked and planned anew, the first time included, when what was seen was gone or came up.
    private static let looks = 3

    private func attempt(
        _ desired: NetworkState, prune: Bool, verify: Bool, _ onFailure: FailurePolicy,
        _ progress: ((PlannedStep) -> Void)?
    ) throws(ReconcileError) -> Convergence {
        let survey = try survey(desired, prune: prune)
        try refuseForeignNamespaces(desired, survey.plan)
        let wanted = Ownership(desired)
        if survey.plan.isEmpty {
            try settle(wanted, after: survey)
            return Convergence(plan: survey.plan, isVerified: true)
        }
        let intent = survey.owned.union(wanted)
        do {
            try save(intent, isSettled: false)
        } catch {
            throw ReconcileError(.journal(error), .untouched)
        }
        if let (planned, error) = perform(survey.plan, progress: progress) {
            throw afterFailure(.step(planned, error), survey, intent, onFailure)
        }
        forgetPathMTUs(after: survey.plan, in: desired)
        if verify { try self.verify(desired, intent, prune: prune) }
        try settle(wanted, after: survey)
        return Convergence(plan: survey.plan, isVerified: verify)
    }

    /// Whoever learnt of a smaller packet size would keep to it for ten minutes after a link takes larger ones again.
    ///
    /// Best effort: nothing of it can be observed, and the kernel forgets by itself in the end.
    private func forgetPathMTUs(after plan: Plan, in desired: NetworkState) {
        let raises = plan.steps.contains { planned in
            if case .changeLink(_, let from, let to) = planned.step { to.mtu > from.mtu } else { false }
        }
        guard raises else { return }
        try? kernel.perform(desired.namespaces.keys.sorted().map { Step.flushRouteCache($0) })
    }

    private func refuseForeignNamespaces(_ desired: NetworkState, _ plan: Plan) throws(ReconcileError) {
        var refused: [NamespaceName: OwnershipMark?] = [:]
        for case .namespace(let name, let found) in plan.foreign where desired.namespaces[name] != nil {
            refused[name] = .some(found)
        }
        for (name, state) in desired.namespaces where state.mark != mark { refused[name] = .some(state.mark) }
        if !refused.isEmpty { throw ReconcileError(.foreignNamespaces(refused), .untouched) }
    }

    /// Carries the steps out, all in one call, or, when someone watches, in runs of one kind.
    private func perform(_ plan: Plan, progress: ((PlannedStep) -> Void)?) -> (PlannedStep, KernelError)? {
        var start = 0
        while start < plan.steps.count {
            var end = plan.steps.count
            if progress != nil {
                let kind = plan.steps[start].step.kind
                end = plan.steps[start...].firstIndex { $0.step.kind != kind } ?? end
            }
            do {
                try kernel.perform(plan.steps[start..<end].map(\.step))
            } catch {
                let failed = min(start + error.index, plan.steps.count - 1)
                for planned in plan.steps[start..<failed] { progress?(planned) }
                return (plan.steps[failed], error.error)
            }
            for planned in plan.steps[start..<end] { progress?(planned) }
            start = end
        }
        return nil
    }

    private func verify(_ desired: NetworkState, _ intent: Ownership, prune: Bool) throws(ReconcileError) {
        let rest: Plan
        do {
            rest = Plan.diff(from: try observe(desired, intent), to: desired, owned: intent, prune: prune)
        } catch {
            throw ReconcileError(.observation(error), .partial)
        }
        if !rest.isEmpty { throw ReconcileError(.notConverged(rest), .partial) }
    }

    private func settle(_ wanted: Ownership, after survey: Survey) throws(ReconcileError) {
        if let record = survey.record, record.isSettled, record.owned == wanted, survey.plan.isEmpty { return }
        do {
            try save(wanted, isSettled: true)
        } catch {
            throw ReconcileError(.journal(error), .complete)
        }
    }
}

extension Reconciler {
    /// Goes back to what was observed before, when asked to, and says how that went.
    ///
    /// Not by inverting the steps that were acknowledged: which of a batch were carried out is unknown, so the way
    /// back is planned from a fresh look. The state before, foreign objects included, is then simply what is wanted.
    private func afterFailure(
        _ cause: ReconcileError.Cause, _ survey: Survey, _ intent: Ownership, _ policy: FailurePolicy
    ) -> ReconcileError {
        guard policy == .rollBack else { return ReconcileError(cause, .partial) }
        do {
            let before = survey.observed
            let back = try planBack(to: before, intent)
            if let (_, error) = perform(back, progress: nil) {
                return ReconcileError(cause, .partial, rollbackError: error)
            }
            let rest = try planBack(to: before, intent)
            guard rest.isEmpty else {
                let error = KernelError(.busy, "roll back", detail: "still to do: \(rest.summary)")
                return ReconcileError(cause, .partial, rollbackError: error)
            }
        } catch {
            return ReconcileError(cause, .partial, rollbackError: error)
        }
        do {
            if let record = survey.record { try journal.save(record) } else { try journal.clear() }
        } catch {
            // The intent stays on record. It names more than there is, which only makes the next run look further.
        }
        return ReconcileError(cause, .rolledBack)
    }

    private func planBack(to before: NetworkState, _ intent: Ownership) throws(KernelError) -> Plan {
        Plan.diff(from: try observe(before, intent), to: before, owned: intent)
    }
}

extension ReconcileError.Cause {
    /// Whether what was seen may have changed before it was acted upon.
    fileprivate var mayBeOutdated: Bool {
        switch self {
        case .step(_, let error), .observation(let error): error.code == .notFound || error.code == .exists
        default: false
        }
    }
}
