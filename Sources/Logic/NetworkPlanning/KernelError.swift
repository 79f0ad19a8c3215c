/// What went wrong in a call to the kernel, as a value: decide on ``code``, never on text.
package struct KernelError: Error, Hashable, Sendable {
    /// The kinds of failure a caller may act on.
    package struct Code: Hashable, Sendable, CustomStringConvertible {
        package let description: String
        private init(_ description: String) { self.description = description }

        package static let exists = Code("exists")
        package static let notFound = Code("not found")
        package static let notPermitted = Code("not permitted")
        package static let busy = Code("busy")
        package static let invalid = Code("invalid")
        package static let unsupported = Code("not supported by this kernel")
        package static let unreachable = Code("network unreachable")
        package static let interrupted = Code("interrupted")
        package static let exhausted = Code("out of a resource")
        package static let unknown = Code("failed")
    }

    package var code: Code
    /// What was being done, in the words of a reader: `add route 10.0.2.0/24 via 172.18.0.3 in three-node.kind-worker`.
    package var operation: String
    /// The system call's or the kernel's errno; 0 when the cause is not an errno.
    package var errno: Int32
    /// The cause in the kernel's or library's own words, such as libnl's NLE text or an extended ACK.
    package var detail: String
    /// What the reader can do about it; empty when there is nothing to say.
    package var advice: String

    package init(_ code: Code, _ operation: String, errno: Int32 = 0, detail: String = "", advice: String = "") {
        self.code = code
        self.operation = operation
        self.errno = errno
        self.detail = detail
        self.advice = advice
    }
}

extension KernelError: CustomStringConvertible {
    package var description: String {
        var text = "\(operation): \(code)"
        if !detail.isEmpty { text += " (\(detail))" }
        if !advice.isEmpty { text += "; \(advice)" }
        return text
    }
}

/// A list of steps stopped here.
///
/// The steps before ``index`` were carried out; the kernel may have carried out later ones of the same batch, so the
/// only way to know what is there is to observe.
package struct StepFailure: Error, Hashable, Sendable {
    package var index: Int
    package var error: KernelError

    package init(index: Int, error: KernelError) {
        self.index = index
        self.error = error
    }
}
