/// Names that no other test, and no lab on this machine, has.
package enum RandomName {
    /// `t` and eight random lower-case hexadecimal digits: a lab name for one test.
    package static func lab() -> String {
        let digits = String(UInt32.random(in: .min ... .max), radix: 16)
        return "t" + String(repeating: "0", count: 8 - digits.count) + digits
    }
}
