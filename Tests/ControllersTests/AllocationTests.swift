import ClusterState
import KubernetesModel
import NetworkModel
import Testing

@Suite struct AllocationTests {
    @Test("behaviour 2.9: CIDRs come in turn, and a released one is not given again before the cursor wraps")
    func cidrs() throws {
        var pool = try NodeCIDRPool(cluster: IPPrefix(IPAddress(10, 0, 0, 0), 22), nodeLength: 24)
        let first = try pool.allocateNext()
        #expect(first.description == "10.0.0.0/24")
        try pool.occupy(IPPrefix(IPAddress(10, 0, 1, 0), 24))
        pool.release(first)
        #expect(try pool.allocateNext().description == "10.0.2.0/24")
        #expect(try pool.allocateNext().description == "10.0.3.0/24")
        #expect(try pool.allocateNext() == first)
        #expect(throws: AllocationError.noCIDRLeft) { try pool.allocateNext() }
    }

    @Test("behaviour 2.9: all 254 addresses of a /24 are given, neither .0 nor .255, then the range is full")
    func podAddresses() throws {
        let range = PodAddressRange(IPPrefix(IPAddress(10, 0, 1, 0), 24))
        var used: Set<IPAddress> = []
        for draw in 0..<254 { used.insert(try range.allocate(draw: UInt64(draw) &* 7919) { used.contains($0) }) }
        #expect(used.count == 254)
        #expect(!used.contains(IPAddress(10, 0, 1, 0)) && !used.contains(IPAddress(10, 0, 1, 255)))
        #expect(throws: AllocationError.full) { try range.allocate(draw: 1) { used.contains($0) } }
    }

    @Test("behaviour 6.1: suffixes and hashes use Kubernetes' alphabets")
    func alphabets() {
        for draw in 0..<500 {
            let suffix = ObjectNames.suffix(Seed(1).draw(String(draw)))
            #expect(suffix.count == 5 && suffix.allSatisfy { "bcdfghjklmnpqrstvwxz2456789".contains($0) })
        }
        #expect(ObjectNames.safeEncoded("0123456789") == "456789bcdf")
    }
}
