internal import NetworkModel
internal import NetworkPlanning

extension StepBatch {
    /// Writes the sysctls of a run on one thread.
    ///
    /// What is queued goes first: `ip_forward` changes the settings of every link there is.
    func setSysctls(_ range: Range<Int>) throws(StepFailure) {
        try flush()
        var index = range.lowerBound
        do throws(KernelError) {
            try NamespaceVisit.run(steps[range].map(\.namespace)) { position throws(KernelError) in
                index = range.lowerBound + position
                guard case .setSysctl(_, let name, _, let value) = steps[index] else { return }
                try SysctlFile(name).write(value, steps[index].operation)
            }
        } catch {
            throw StepFailure(index: index, error: error)
        }
    }
}
