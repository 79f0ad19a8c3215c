/// A length of time as checks write it: `300ms`, `2s`, `1.5s`, `1m`.
enum CheckDuration {
    /// Seconds; nil when the text is none, or longer than an hour.
    static func seconds(_ text: String) -> Double? {
        let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        guard let number = Double(digits), digits.first?.isNumber == true else { return nil }
        let factor: Double
        switch text.dropFirst(digits.count) {
        case "ms": factor = 0.001
        case "s": factor = 1
        case "m": factor = 60
        default: return nil
        }
        return number * factor <= 3600 ? number * factor : nil
    }

    static let rule = TextRule("a time such as 300ms, 2s or 1m, at most an hour") { text in
        seconds(text) == nil ? "\"\(text)\" is not a time" : nil
    }
}
