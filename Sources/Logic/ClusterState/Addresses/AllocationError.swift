package import NetworkModel

/// Why an address, a CIDR or a port could not be given, in the words of the component that would say so.
package enum AllocationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The range has nothing left.
    case full
    case alreadyAllocated(IPAddress)
    case outsideRange(IPAddress, range: IPPrefix)
    /// Cilium's operator: no pool has a CIDR left.
    case noCIDRLeft
    /// Cilium's operator: nodes would get a CIDR shorter or longer than the pool allows.
    case nodeSizeTooBig
    /// A pinned CIDR does not lie in any pool.
    case cidrOutsidePools(IPPrefix)
    case cidrInUse(IPPrefix)
    case portInUse(Int32)

    package var description: String {
        switch self {
        case .full: "range is full"
        case .alreadyAllocated: "provided IP is already allocated"
        case .outsideRange(let address, let range):
            "the provided IP (\(address)) is not in the valid range. The range of valid IPs is \(range)"
        case .noCIDRLeft:
            "CIDR allocation failed; there are no remaining CIDRs left to allocate in the accepted range"
        case .nodeSizeTooBig: "New CIDR set failed; the node CIDR size is too big"
        case .cidrOutsidePools(let cidr): "CIDR \(cidr) is out of the range of the cluster's pools"
        case .cidrInUse(let cidr): "CIDR \(cidr) is already allocated"
        case .portInUse: "provided port is already allocated"
        }
    }
}
