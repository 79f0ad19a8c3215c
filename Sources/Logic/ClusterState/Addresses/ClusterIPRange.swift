package import NetworkModel

/// The addresses services get (kubernetes pkg/registry/core/service/ipallocator).
///
/// The first and the last address are not given. The first `min(max(16, size / 16), 256)` are the static band: drawn
/// for a service only when the rest is full, so that addresses asked for by hand rarely collide.
package struct ClusterIPRange: Hashable, Sendable {
    package let range: IPPrefix

    package init(_ range: IPPrefix) { self.range = range.network }

    /// How many addresses can be given.
    package var size: Int { max(0, range.count - 2) }

    /// How many of the first ones are kept for static use.
    package var staticBand: Int {
        guard size > 16 else { return 0 }
        return min(max(16, size / 16), 256)
    }

    /// The address of the API server's own service: the first.
    package var first: IPAddress { range.address(at: 1) }

    /// Whether an address asked for may be given.
    ///
    /// - Throws: `outsideRange`, `alreadyAllocated`.
    package func check(_ address: IPAddress, isUsed: (IPAddress) -> Bool) throws(AllocationError) {
        guard range.contains(address), address != range.address(at: 0), address != range.address(at: range.count - 1)
        else { throw .outsideRange(address, range: range) }
        if isUsed(address) { throw .alreadyAllocated(address) }
    }

    /// A free address: a drawn offset above the static band, then the next free one, and only then the band.
    ///
    /// - Throws: `full`.
    package func allocate(draw: UInt64, isUsed: (IPAddress) -> Bool) throws(AllocationError) -> IPAddress {
        let band = staticBand
        if let address = scan(from: band, count: size - band, draw: draw, isUsed: isUsed) { return address }
        if let address = scan(from: 0, count: band, draw: draw, isUsed: isUsed) { return address }
        throw .full
    }

    private func scan(from start: Int, count: Int, draw: UInt64, isUsed: (IPAddress) -> Bool) -> IPAddress? {
        guard count > 0 else { return nil }
        let offset = Int(draw % UInt64(count))
        for step in 0..<count {
            let address = range.address(at: 1 + start + (offset + step) % count)
            if !isUsed(address) { return address }
        }
        return nil
    }
}

/// The ports of services of type NodePort: 30000 to 32767.
package enum NodePortRange {
    package static let ports: ClosedRange<Int32> = 30_000...32_767

    /// A free port: a drawn one, or the next free one after it.
    ///
    /// - Throws: `full`.
    package static func allocate(draw: UInt64, isUsed: (Int32) -> Bool) throws(AllocationError) -> Int32 {
        let offset = Int32(draw % UInt64(ports.count))
        for step in 0..<Int32(ports.count) {
            let port = ports.lowerBound + (offset + step) % Int32(ports.count)
            if !isUsed(port) { return port }
        }
        throw .full
    }
}
