package import NetworkModel

/// Names and identifiers as Kubernetes makes them, drawn from a seed instead of chance.
package enum ObjectNames {
    /// apimachinery util/rand: no vowels, no 0, 1 or 3, so that no word arises.
    private static let alphabet = Array("bcdfghjklmnpqrstvwxz2456789".utf8)
    private static let hexadecimal = Array("0123456789abcdef".utf8)
    /// A name is at most 63 bytes, 5 of them random.
    static let longestBase = 58

    /// Five characters of Kubernetes' alphabet.
    package static func suffix(_ draw: UInt64) -> String {
        var rest = draw
        var bytes: [UInt8] = []
        for _ in 0..<5 {
            bytes.append(alphabet[Int(rest % 27)])
            rest /= 27
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The name for a `generateName`: its first 58 bytes and five drawn characters.
    ///
    /// `count` tells how many names were made from this base before; the same base and count give the same name.
    package static func generated(from base: String, namespace: String, count: Int, seed: Seed) -> String {
        String(decoding: base.utf8.prefix(longestBase), as: UTF8.self)
            + suffix(seed.draw("name", namespace, base, String(count)))
    }

    /// A version 4 UUID's text from two draws.
    package static func uid(_ seed: Seed, _ words: String...) -> String {
        let high = seed.draw(["uid", "high"] + words) & 0xffff_ffff_ffff_0fff | 0x4000
        let low = seed.draw(["uid", "low"] + words) & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000
        var text: [UInt8] = []
        text.reserveCapacity(36)
        for position in 0..<32 {
            if [8, 12, 16, 20].contains(position) { text.append(UInt8(ascii: "-")) }
            let word = position < 16 ? high : low
            text.append(hexadecimal[Int(word >> UInt64(60 - 4 * (position % 16)) & 0xf)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// rand.SafeEncodeString: each byte becomes a letter of the alphabet that spells no word.
    package static func safeEncoded(_ text: String) -> String {
        String(decoding: text.utf8.map { alphabet[Int($0) % 27] }, as: UTF8.self)
    }
}
