internal import NetworkModel
internal import NetworkPlanning

extension StepBatch {
    /// Changes the tables of a run on one thread, each table in a transaction of its own.
    func changeFirewalls(_ range: Range<Int>) throws(StepFailure) {
        try flush()
        do throws(StepFailure) {
            try NamespaceVisit.run(steps[range].map(\.namespace)) { position throws(KernelError) in
                let step = steps[range.lowerBound + position]
                switch step {
                case .setFirewall(_, let table): try Nftables.replace(table, exchange, step.operation)
                case .removeFirewall(_, let table): try Nftables.remove(table, exchange, step.operation)
                default: break
                }
            }
        } catch {
            throw StepFailure(index: range.lowerBound + error.index, error: error.error)
        }
    }
}
