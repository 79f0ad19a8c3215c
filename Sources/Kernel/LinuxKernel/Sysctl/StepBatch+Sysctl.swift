internal import NetworkModel
internal import NetworkPlanning

extension StepBatch {
    /// Writes the sysctls of a run on one thread.
    ///
    /// What is queued goes first: `ip_forward` changes the settings of every link there is.
    func setSysctls(_ range: Range<Int>) throws(StepFailure) {
        try flush()
        do throws(StepFailure) {
            try NamespaceVisit.run(steps[range].map(\.namespace)) { position throws(KernelError) in
                let step = steps[range.lowerBound + position]
                guard case .setSysctl(_, let name, _, let value) = step else { return }
                try SysctlFile(name).write(value, step.operation)
            }
        } catch {
            throw StepFailure(index: range.lowerBound + error.index, error: error.error)
        }
    }
}
