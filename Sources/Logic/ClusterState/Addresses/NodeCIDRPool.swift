package import NetworkModel

/// Cuts a cluster's CIDR into one per node (kubernetes nodeipam CidrSet, used by Cilium's cluster-pool too).
///
/// A cursor moves past each CIDR given, so one that was released is not given again before the cursor wraps.
package struct NodeCIDRPool: Hashable, Sendable {
    package let cluster: IPPrefix
    /// Prefix length of a node's CIDR.
    package let nodeLength: Int
    private var used: Set<Int> = []
    private var cursor = 0

    /// - Throws: `nodeSizeTooBig` when a node's CIDR is larger than the pool or more than 16 bits smaller.
    package init(cluster: IPPrefix, nodeLength: Int) throws(AllocationError) {
        guard nodeLength >= cluster.length, nodeLength <= cluster.family.bitWidth,
            cluster.family == .ipv4 || nodeLength - cluster.length <= 16
        else { throw .nodeSizeTooBig }
        self.cluster = cluster.network
        self.nodeLength = nodeLength
    }

    /// How many CIDRs it has in all.
    package var capacity: Int { 1 << min(nodeLength - cluster.length, 32) }

    /// The next free CIDR.
    ///
    /// - Throws: `noCIDRLeft`.
    package mutating func allocateNext() throws(AllocationError) -> IPPrefix {
        guard used.count < capacity else { throw .noCIDRLeft }
        while used.contains(cursor) { cursor = (cursor + 1) % capacity }
        let index = cursor
        used.insert(index)
        cursor = (index + 1) % capacity
        return prefix(at: index)
    }

    /// Marks a CIDR as in use: restored from a node, or pinned. The cursor stays.
    ///
    /// - Throws: `cidrOutsidePools` when it is none of this pool's, `cidrInUse`.
    package mutating func occupy(_ cidr: IPPrefix) throws(AllocationError) {
        guard let index = index(of: cidr) else { throw .cidrOutsidePools(cidr) }
        guard used.insert(index).inserted else { throw .cidrInUse(cidr) }
    }

    /// Gives a CIDR back; one that was not in use is ignored.
    package mutating func release(_ cidr: IPPrefix) {
        if let index = index(of: cidr) { used.remove(index) }
    }

    /// Whether this pool can give this CIDR, in use or not.
    package func covers(_ cidr: IPPrefix) -> Bool { index(of: cidr) != nil }

    private func prefix(at index: Int) -> IPPrefix {
        let shift = UInt128(cluster.family.bitWidth - nodeLength)
        return IPPrefix(
            IPAddress(family: cluster.family, bits: cluster.address.bits | UInt128(index) << shift), nodeLength)
    }

    private func index(of cidr: IPPrefix) -> Int? {
        guard cidr.length == nodeLength, cidr.isNetwork, cluster.contains(cidr) else { return nil }
        let shift = UInt128(cluster.family.bitWidth - nodeLength)
        return Int(truncatingIfNeeded: (cidr.address.bits &- cluster.address.bits) >> shift)
    }
}
