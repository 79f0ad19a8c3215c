package import Daemon
internal import NetworkPlanning

/// A command's own failure: what the user is told, and the exit code that goes with it.
package struct CommandFailure: Error, Hashable, Sendable {
    package var kind: ControlFailure.Kind
    /// What went wrong, one line or several; printed after `netlab: `.
    package var message: String
    package var advice: String

    package init(_ kind: ControlFailure.Kind, _ message: String, advice: String = "") {
        self.kind = kind
        self.message = message
        self.advice = advice
    }

    package init(_ failure: ControlFailure) {
        self.init(failure.kind, failure.message, advice: failure.advice)
    }

    /// A kernel's refusal: the environment's fault when rights or features are missing.
    init(_ error: KernelError) {
        self.init(ControlFailure(error))
    }
}

/// Ends the command with this code and prints nothing more: what there was to say has been said.
package struct ExitCodeOnly: Error, Hashable, Sendable {
    package var code: Int32
    package init(_ code: Int32) { self.code = code }
}
