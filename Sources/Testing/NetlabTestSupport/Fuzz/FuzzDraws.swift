/// Random draws that depend on a seed and a case's number alone, so that any case can be made again (SplitMix64).
package struct FuzzDraws: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64, number: Int) {
        state = seed &* 0x9e37_79b9_7f4a_7c15 ^ UInt64(truncatingIfNeeded: number) &* 0xd1b5_4a32_d192_ed03
        _ = next()
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ word >> 30) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
        return word ^ word >> 31
    }

    /// A number from 0 to below the bound; 0 when the bound is not positive.
    package mutating func below(_ bound: Int) -> Int { bound > 0 ? Int(next() % UInt64(bound)) : 0 }

    /// True once in so many draws.
    package mutating func oneIn(_ count: Int) -> Bool { below(count) == 0 }

    /// One of the elements; the list is not empty.
    package mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }
}
