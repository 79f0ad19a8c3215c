/// The insides of a parsed quantity, which the pod template hash sees (apimachinery api/resource ParseQuantity).
///
/// Only what fits Go's fast path is known: amounts of up to 16 digits, binary ones whole.
struct GoQuantity: Equatable {
    var value: Int64
    var scale: Int32
    /// The text, which ParseQuantity keeps only when it could tell at a glance that it is the canonical one.
    var text: String
    /// `DecimalSI`, `DecimalExponent` or `BinarySI`.
    var format: String

    private static let decimalSuffixes: [String: Int32] = [
        "n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18,
    ]
    private static let binarySuffixes: [String: Int32] = [
        "Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60,
    ]

    /// The quantity as a controller holds it: written to the store in canonical text and parsed again. Nil for text
    /// that is no quantity, or outside the fast path.
    static func stored(_ text: String) -> GoQuantity? {
        GoQuantity(text).flatMap { GoQuantity($0.text.isEmpty ? $0.canonical : $0.text) }
    }

    init?(_ source: String) {
        if source == "0" {
            (value, scale, text, format) = (0, 0, "0", "DecimalSI")
            return
        }
        let number = source.prefix { "+-0123456789.".contains($0) }
        let suffix = String(source.dropFirst(number.count))
        let isNegative = number.hasPrefix("-")
        let parts = number.drop { "+-".contains($0) }.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), parts.allSatisfy({ $0.allSatisfy { ("0"..."9").contains($0) } }) else {
            return nil
        }
        // parseQuantityString drops zeros before the number and keeps one; those after the point stay.
        let trimmed = parts[0].drop { $0 == "0" }
        let whole = trimmed.isEmpty ? "0" : trimmed
        let fraction = parts.count == 2 ? parts[1] : ""
        let digits = whole + fraction
        guard let shifted = Int64(digits), digits.count <= 16 else { return nil }
        var isCanonical = false
        if let exponent = Self.binarySuffixes[suffix] {
            let (product, overflow) = shifted.multipliedReportingOverflow(by: 1 << Int64(exponent))
            guard fraction.isEmpty, !overflow else { return nil }
            (value, scale, format) = (product, 0, "BinarySI")
            isCanonical = shifted & 7 != 0
        } else {
            if let exponent = Self.decimalSuffixes[suffix] {
                (scale, format) = (exponent, "DecimalSI")
            } else if let first = suffix.first, "eE".contains(first), let exponent = Int32(suffix.dropFirst()) {
                (scale, format) = (exponent, "DecimalExponent")
            } else {
                return nil
            }
            guard scale >= -9 else { return nil }
            scale -= Int32(fraction.utf8.count)
            guard scale >= -9, scale < 1 << 16 else { return nil }
            value = shifted
            isCanonical = scale % 3 == 0 && !digits.hasSuffix("000") && !digits.hasPrefix("0")
        }
        if isNegative { value = -value }
        text = isCanonical ? source : ""
    }

    /// CanonicalizeBytes: no fraction, the largest suffix that allows it.
    var canonical: String {
        guard value != 0 else { return "0" }
        var (mantissa, exponent) = (value, scale)
        if format == "BinarySI", !(-1023...1023).contains(value) {
            var power: Int32 = 0
            while mantissa % 1024 == 0 { (mantissa, power) = (mantissa / 1024, power + 10) }
            return String(mantissa) + (Self.binarySuffixes.first { $0.value == power }?.key ?? "")
        }
        while mantissa % 10 == 0 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
        while exponent % 3 != 0 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
        if format == "DecimalExponent" { return String(mantissa) + (exponent == 0 ? "" : "e\(exponent)") }
        return String(mantissa) + (Self.decimalSuffixes.first { $0.value == exponent }?.key ?? "e\(exponent)")
    }
}
