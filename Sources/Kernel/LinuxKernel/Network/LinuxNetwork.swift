package import NetworkPlanning
internal import Synchronization

/// The network of this machine's kernel, through rtnetlink, /run/netns, /proc/sys and nftables.
///
/// One call at a time: the kernel serialises changes to links and routes anyway (RTNL), so a second thread gains
/// nothing. The sockets of namespaces it has worked in stay open and keep those namespaces alive, until they are
/// removed by it, found replaced, or let go of with ``forget()``.
package final class LinuxNetwork: NetworkKernel {
    private let state = Mutex(State())

    package init() {}

    package func perform(_ steps: [Step]) throws(StepFailure) {
        try state.withLock { state throws(StepFailure) in
            try StepBatch(steps, sockets: state.sockets, exchange: state.exchange).perform()
        }
    }

    /// Closes every kept socket, so that only names and processes keep namespaces alive.
    package func forget() {
        state.withLock { $0.sockets.dropAll() }
    }

    /// What the lock guards.
    final class State {
        let sockets = NamespaceSockets()
        let exchange = NetlinkExchange()
    }

    /// For the other aspects of this type: runs the body with the lock held.
    func withState<Value: Sendable>(
        _ body: (State) throws(KernelError) -> Value
    ) throws(KernelError) -> Value {
        try state.withLock { state throws(KernelError) in try body(state) }
    }
}
