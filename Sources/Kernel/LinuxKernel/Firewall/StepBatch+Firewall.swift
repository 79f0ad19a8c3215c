internal import NetworkModel
internal import NetworkPlanning

extension StepBatch {
    /// Changes the tables of a run on one thread, each table in a transaction of its own.
    func changeFirewalls(_ range: Range<Int>) throws(StepFailure) {
        try flush()
        var index = range.lowerBound
        do throws(KernelError) {
            try NamespaceVisit.run(steps[range].map(\.namespace)) { position throws(KernelError) in
                index = range.lowerBound + position
                let operation = steps[index].operation
                switch steps[index] {
                case .setFirewall(_, let table): try Nftables.replace(table, operation)
                case .removeFirewall(_, let table): try Nftables.remove(table, exchange, operation)
                default: break
                }
            }
        } catch {
            throw StepFailure(index: index, error: error)
        }
    }
}
