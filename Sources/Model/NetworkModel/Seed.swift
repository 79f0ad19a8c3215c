/// The source of everything that kind, Docker IPAM, Cilium and Kubernetes leave to chance.
///
/// A draw depends on the seed and on the words that say what is drawn, never on the order of draws, so adding a
/// node or a pod moves nothing that was drawn before. FNV-1a over the words, finished by SplitMix64's mixer.
package struct Seed: Hashable, Sendable, Codable {
    package let value: UInt64

    package init(_ value: UInt64) { self.value = value }

    /// 64 bits for this purpose, the same every time.
    package func draw(_ words: String...) -> UInt64 { draw(words) }

    package func draw(_ words: [String]) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325 ^ value &* 0x9e37_79b9_7f4a_7c15
        for word in words {
            for byte in word.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
            hash = (hash ^ 0xff) &* 0x100_0000_01b3
        }
        var mixed = hash &+ 0x9e37_79b9_7f4a_7c15
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// A number in `0..<bound` for this purpose.
    ///
    /// - Precondition: `bound` is positive.
    package func draw(below bound: Int, _ words: String...) -> Int {
        Int(draw(words) % UInt64(bound))
    }
}
