package import NetworkModel

/// What planning needs from a kernel. `LinuxKernel.Network` is the real one, `InMemoryKernel` the one for tests.
///
/// Every call blocks and is safe from any thread that has not entered a namespace. An implementation that enters one
/// does so on a thread of its own that ends before the call returns (docs/namespaces.md).
package protocol NetworkKernel: Sendable {
    /// Carries out the steps in this order, sending as many at once as it can.
    ///
    /// - Throws: ``StepFailure`` naming the first step that failed.
    func perform(_ steps: [Step]) throws(StepFailure)

    /// Reads these namespaces completely; those that do not exist are absent from the answer.
    ///
    /// Observed are: the mark, all links but `lo`, addresses (not `lo`'s own, not link-local IPv6), all IPv4 routes of
    /// all tables (broadcast and multicast entries left out), rules, permanent or externally learned neighbours, the
    /// sysctls named in `sysctls`, and every nftables table of family `ip` (`inet` and others are not modelled).
    func observe(_ namespaces: [NamespaceName], sysctls: Set<String>) throws(KernelError) -> NetworkState

    /// Every namespace on this machine that carries an ownership mark, found by looking at the namespaces themselves.
    func markedNamespaces() throws(KernelError) -> [NamespaceName: OwnershipMark]
}
