internal import ClusterState
internal import LabFiles
internal import LinuxKernel
package import NetworkPlanning
internal import PodLifecycle
internal import Reconciler

extension ControlFailure {
    /// The daemon was there, and then it was not.
    static let death = ControlFailure(
        .failed, "the lab's daemon ended before it answered", advice: "look at `netlab logs`, then run `netlab up`")

    /// Whether nothing is known but that the daemon ended.
    var isDeath: Bool { self == .death }

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

    /// A plan that could not be carried out.
    init(_ error: ReconcileError) {
        switch error.cause {
        case .step(_, let cause):
            self.init(cause)
            message = "\(error)"
        case .observation(let cause):
            self.init(cause)
            message = "\(error)"
        case .journal(let cause as KernelError):
            self.init(cause)
            message = "\(error)"
        case .journal, .foreignJournal, .foreignNamespaces, .notConverged, .removal: self.init(.failed, "\(error)")
        }
    }

    /// Lab files that say something wrong.
    init(_ problems: LabProblems) { self.init(.usage, problems.description) }
}
