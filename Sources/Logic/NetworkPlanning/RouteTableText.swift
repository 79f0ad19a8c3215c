package import NetworkModel

/// A routing table as `ip route show` prints it, line for line.
package enum RouteTableText {
    /// The lines of one table: ascending by destination, the longer prefix first where two begin alike, then by
    /// metric. That is the order in which the kernel dumps its trie (seen on 6.18).
    ///
    /// Nothing is added: for a desired state pass it through ``NetworkModel/NamespaceState/withKernelRoutes()`` first.
    /// iproute2 ends some lines with a blank, which is left out here, as are `linkdown` and table local's broadcast
    /// entries.
    package static func lines(
        of state: NamespaceState, table: RouteTable = .main, family: IPFamily = .ipv4
    ) -> [String] {
        state.routes.values.filter { $0.table == table && $0.destination.family == family }
            .sorted { left, right in
                (left.destination.address, right.destination.length, left.metric)
                    < (right.destination.address, left.destination.length, right.metric)
            }
            .map(\.description)
    }
}
