internal import LabFiles
internal import NetworkModel
internal import NetworkPlanning
internal import Reconciler

extension ControlFailure {
    /// A plan that could not be carried out.
    init(_ error: ReconcileError) {
        switch error.cause {
        case .step(_, let cause):
            self.init(cause)
            message = "\(error)"
        case .foreignNamespaces(let found):
            self.init(foreign: found)
        case .foreignJournal(let record):
            self.init(
                .failed,
                "the journal is of another creation of a lab (\(record.lab), \(record.instance)); nothing was changed",
                advice: "take the lab down with `netlab down`, then up again")
        case .journal(let cause as KernelError):
            self.init(cause)
            message += "; \(error.aftermath)"
        case .observation(let cause):
            self.init(cause)
            message = "cannot observe the lab: \(message); \(error.aftermath)"
        case .journal, .notConverged, .removal:
            self.init(.failed, "\(error)")
        }
    }

    /// Namespaces in the way, which carry no mark, or another's.
    private init(foreign: [NamespaceName: OwnershipMark?]) {
        let named = foreign.sorted { $0.key < $1.key }
        let list = named.map { name, mark in
            "namespace \(name) is in the way and not this lab's: "
                + (mark.map { "its lo carries the alias \($0.text)" } ?? "its lo does not carry netlab's mark")
        }
        let own = named.compactMap { name, mark in mark.map { name.rawValue.hasPrefix($0.lab + ".") ? $0.lab : nil } }
        let first = named.first.map { "\($0.key)" } ?? ""
        let advice =
            if let lab = own.compactMap(\.self).first {
                "it is of an earlier creation: `netlab down \(lab)` removes it"
            } else {
                "netlab leaves it alone: `ip netns delete \(first)` if nobody needs it, "
                    + "or choose another name for the lab with --name"
            }
        self.init(.failed, list.joined(separator: "; ") + "; nothing was changed", advice: advice)
    }

    /// Lab files that say something wrong.
    init(_ problems: LabProblems) { self.init(.usage, problems.description) }
}
