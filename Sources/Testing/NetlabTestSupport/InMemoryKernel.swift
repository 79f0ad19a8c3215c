package import NetworkModel
package import NetworkPlanning
internal import Synchronization

/// A kernel for tests: strict like Linux about what exists, what is missing and what can be reached, and able to fail
/// on demand.
package final class InMemoryKernel: NetworkKernel {
    /// How far a step that is made to fail gets.
    package enum FaultExtent: Hashable, Sendable, CaseIterable {
        /// Neither it nor any later one is carried out.
        case notExecuted
        /// It is carried out and then reported as failed, as when the answer is lost.
        case executed
        /// It is not carried out and the later ones of the same call are, as far as they can be: the kernel goes on
        /// through a batch after an error.
        case laterExecuted
    }

    private struct Fault {
        var stepsAhead: Int
        var extent: FaultExtent
        var error: KernelError
    }

    private struct Content {
        var state: NetworkState
        var fault: Fault?
        var performed: [Step] = []
        var observations = 0
    }

    private let content: Mutex<Content>

    /// - Parameter state: what is there at first, in the words of a desired state; what Linux makes by itself is added.
    package init(_ state: NetworkState = NetworkState()) {
        content = Mutex(Content(state: state.withKernelRoutes()))
    }

    /// Everything that is there, with what the kernel makes by itself.
    package var state: NetworkState { content.withLock { $0.state } }

    /// Every step that was carried out so far.
    package var performed: [Step] { content.withLock { $0.performed } }

    /// How often it was observed.
    package var observations: Int { content.withLock { $0.observations } }

    /// Changes what is there behind everybody's back, as a student with `ip` would.
    package func disturb(_ change: (inout NetworkState) -> Void) {
        content.withLock { change(&$0.state) }
    }

    /// Makes one step fail, once: the one that comes after `index` others from now on.
    package func failStep(
        _ index: Int, _ extent: FaultExtent = .notExecuted,
        with error: KernelError = KernelError(.exhausted, "test fault")
    ) {
        content.withLock { $0.fault = Fault(stepsAhead: index, extent: extent, error: error) }
    }

    package func perform(_ steps: [Step]) throws(StepFailure) {
        let failure = content.withLock { content in Self.run(steps, on: &content) }
        if let failure { throw failure }
    }

    private static func run(_ steps: [Step], on content: inout Content) -> StepFailure? {
        for (index, step) in steps.enumerated() {
            if let fault = content.fault, fault.stepsAhead == 0 {
                content.fault = nil
                if fault.extent == .executed { _ = carryOut(step, on: &content) }
                if fault.extent == .laterExecuted {
                    for later in steps[(index + 1)...] { _ = carryOut(later, on: &content) }
                }
                return StepFailure(index: index, error: fault.error)
            }
            content.fault?.stepsAhead -= 1
            if let error = carryOut(step, on: &content) { return StepFailure(index: index, error: error) }
        }
        return nil
    }

    private static func carryOut(_ step: Step, on content: inout Content) -> KernelError? {
        if let (code, detail) = content.state.refusal(of: step) {
            return KernelError(code, "\(step.action) \(step.kind) \(step.object) in \(step.namespace)", detail: detail)
        }
        content.state.apply(step)
        content.performed.append(step)
        return nil
    }

    package func observe(
        _ namespaces: [NamespaceName], sysctls: Set<String>
    ) throws(KernelError) -> NetworkState {
        content.withLock { content in
            content.observations += 1
            var answer = NetworkState()
            for name in namespaces {
                guard var namespace = content.state.namespaces[name] else { continue }
                let known = namespace.sysctls
                namespace.sysctls = Dictionary(uniqueKeysWithValues: sysctls.map { ($0, known[$0] ?? "0") })
                answer.namespaces[name] = namespace
            }
            return answer
        }
    }

    package func markedNamespaces() throws(KernelError) -> [NamespaceName: OwnershipMark] {
        content.withLock { $0.state.namespaces.compactMapValues(\.mark) }
    }
}
