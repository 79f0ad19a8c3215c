/// The age of an object in kubectl's words (apimachinery's HumanDuration; behaviour 6.7).
package enum HumanDuration {
    /// The time since then; `<unknown>` without one.
    package static func text(since start: Timestamp?, now: Double) -> String {
        guard let start else { return "<unknown>" }
        return text(seconds: Int((now - Double(start.seconds)).rounded(.towardZero)))
    }

    /// A length of time, in whole seconds.
    package static func text(seconds: Int) -> String {
        let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400)
        switch seconds {
        case ..<(-1): return "<invalid>"
        case ..<0: return "0s"
        case ..<120: return "\(seconds)s"
        case ..<600: return "\(minutes)m" + part(seconds % 60, "s")
        case ..<10_800: return "\(minutes)m"
        case ..<28_800: return "\(hours)h" + part(minutes % 60, "m")
        case ..<172_800: return "\(hours)h"
        case ..<691_200: return "\(days)d" + part(hours % 24, "h")
        case ..<63_072_000: return "\(days)d"
        case ..<252_288_000: return "\(days / 365)y" + part(days % 365, "d")
        default: return "\(days / 365)y"
        }
    }

    private static func part(_ value: Int, _ unit: String) -> String { value == 0 ? "" : "\(value)\(unit)" }
}
