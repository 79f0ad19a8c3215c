package import NetworkModel
package import NetworkPlanning

/// Why a lab is not what it was to become, and what is there instead.
package struct ReconcileError: Error, Sendable {
    /// What a caller may act on.
    package enum Cause: Sendable {
        /// The kernel could not be read. Nothing was changed.
        case observation(KernelError)
        /// The journal could not be read or written.
        case journal(any Error)
        /// The journal is another lab's, another creation's, or of a version this program does not know.
        case foreignJournal(JournalRecord)
        /// Namespaces that are wanted stand already and are not this lab's. Nothing was changed.
        case foreignNamespaces([NamespaceName: OwnershipMark?])
        /// The kernel refused a step.
        case step(PlannedStep, KernelError)
        /// Every step was carried out, and this is still to do; someone else is changing the same objects.
        case notConverged(Plan)
        /// Namespaces of the lab that could not be removed.
        case removal([NamespaceName: KernelError])
    }

    /// What is there now.
    package enum Aftermath: Hashable, Sendable {
        /// Nothing was changed.
        case untouched
        /// Everything is as it was before.
        case rolledBack
        /// Some steps stand. The journal names them, and the next ``Reconciler/converge(to:prune:verify:onFailure:progress:)``
        /// or ``Reconciler/tearDown()`` deals with them.
        case partial
        /// All that was wanted stands; only the record of it is missing.
        case complete
    }

    package var cause: Cause
    package var aftermath: Aftermath
    /// Why the way back failed, when it was tried and did.
    package var rollbackError: KernelError?

    package init(_ cause: Cause, _ aftermath: Aftermath, rollbackError: KernelError? = nil) {
        self.cause = cause
        self.aftermath = aftermath
        self.rollbackError = rollbackError
    }
}

extension ReconcileError: CustomStringConvertible {
    package var description: String {
        var text = "\(cause); \(aftermath)"
        if let rollbackError { text += " (on the way back: \(rollbackError))" }
        return text
    }
}

extension ReconcileError.Cause: CustomStringConvertible {
    package var description: String {
        switch self {
        case .observation(let error): "cannot observe the lab: \(error)"
        case .journal(let error): "cannot keep the lab's journal: \(error)"
        case .foreignJournal(let record):
            "the journal is of lab \(record.lab), creation \(record.instance), version \(record.version)"
        case .foreignNamespaces(let namespaces):
            "not this lab's: "
                + namespaces.sorted { $0.key < $1.key }
                .map { name, mark in "\(name) (\(mark.map { "marked \($0.text)" } ?? "no mark"))" }
                .joined(separator: ", ")
        case .step(let planned, let error):
            "\(error), at \(planned.step.action) \(planned.step.kind) \(planned.step.object) (\(planned.reason))"
        case .notConverged(let plan): "still to do after every step: \(plan.summary)"
        case .removal(let errors):
            errors.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: "; ")
        }
    }
}

extension ReconcileError.Aftermath: CustomStringConvertible {
    package var description: String {
        switch self {
        case .untouched: "nothing was changed"
        case .rolledBack: "everything is as it was before"
        case .partial: "some of it stands; run it again, or take the lab down"
        case .complete: "everything stands as wanted"
        }
    }
}
