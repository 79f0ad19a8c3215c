internal import ClusterState
internal import LabFiles
internal import LinuxKernel
package import NetworkPlanning
internal import PodLifecycle
internal import Reconciler

extension ControlFailure {
    /// The connection ended without an answer.
    package static let daemonEnded = ControlFailure(
        .failed, "the lab's daemon ended before it answered", advice: "look at `netlab logs`, then run `netlab up`")

    static func takenDown(_ lab: String) -> ControlFailure {
        ControlFailure(
            .failed, "lab \"\(lab)\" was taken down while it was being brought up",
            advice: "run `netlab up` again if it is still wanted")
    }

    /// Whatever was thrown, in the words and with the exit code of its cause.
    init(describing error: any Error) {
        switch error {
        case let failure as ControlFailure: self = failure
        case let error as KernelError: self.init(error)
        case let error as ReconcileError: self.init(error)
        case let error as LabProblems: self.init(error)
        case let error as ContainerRuntimeError:
            self.init(KernelError(errno: error.errno, error.operation, advice: error.advice))
        case .storage(let error) as ClusterError: self.init(describing: error)
        case .log(let error) as StoreError:
            self.init(KernelError(errno: error.errno, error.operation, advice: error.advice))
        default: self.init(.failed, "\(error)")
        }
    }

    /// A kernel's refusal: the environment's fault when rights or features are missing.
    package init(_ error: KernelError) {
        let lacking = [.notPermitted, .unsupported, .exhausted].contains(error.code)
        var message = "\(error.operation): \(error.code)"
        if !error.detail.isEmpty { message += " (\(error.detail))" }
        self.init(lacking ? .environment : .failed, message, advice: error.advice)
    }
}
