import NetlabTestSupport
import NetworkModel
import NetworkPlanning

/// Does something of the test's before or after each call that changes the kernel.
struct WatchingKernel: NetworkKernel {
    private let kernel: InMemoryKernel
    private let before: @Sendable () -> Void
    private let after: @Sendable () -> Void

    init(
        _ kernel: InMemoryKernel, _ before: @escaping @Sendable () -> Void = {},
        after: @escaping @Sendable () -> Void = {}
    ) {
        self.kernel = kernel
        self.before = before
        self.after = after
    }

    func perform(_ steps: [Step]) throws(StepFailure) {
        before()
        defer { after() }
        try kernel.perform(steps)
    }

    func observe(_ namespaces: [NamespaceName], sysctls: Set<String>) throws(KernelError) -> NetworkState {
        try kernel.observe(namespaces, sysctls: sysctls)
    }

    func markedNamespaces() throws(KernelError) -> [NamespaceName: OwnershipMark] { try kernel.markedNamespaces() }
}

/// Fails the first step of whatever comes after a failure, so that the way back fails too.
struct FailingAgain: NetworkKernel {
    private let kernel: InMemoryKernel

    init(_ kernel: InMemoryKernel) { self.kernel = kernel }

    func perform(_ steps: [Step]) throws(StepFailure) {
        do {
            try kernel.perform(steps)
        } catch {
            kernel.failStep(0)
            throw error
        }
    }

    func observe(_ namespaces: [NamespaceName], sysctls: Set<String>) throws(KernelError) -> NetworkState {
        try kernel.observe(namespaces, sysctls: sysctls)
    }

    func markedNamespaces() throws(KernelError) -> [NamespaceName: OwnershipMark] { try kernel.markedNamespaces() }
}
