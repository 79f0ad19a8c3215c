/// How often a lab may be looked at and mended: at once when that is rare, and under a storm of changes no more than
/// a quarter of the time, so that a burst costs a few looks and not one for each change.
///
/// A bucket of time: what looks took fills it, and it runs out by a quarter second a second. A look may be taken while
/// it is not full. Times are seconds of one monotonic clock.
package struct LookBudget: Hashable, Sendable {
    /// The share of time that looks may take in the long run.
    package static let share = 0.25
    /// Seconds of looks that may be taken without a pause.
    package static let burst = 0.1

    private var used = 0.0
    private var updated = 0.0

    package init() {}

    /// Seconds until a look may be taken; 0: now.
    package func pause(at now: Double) -> Double { max(0, (level(at: now) - Self.burst) / Self.share) }

    /// A look was taken.
    package mutating func spend(_ duration: Double, at now: Double) {
        used = level(at: now) + max(0, duration)
        updated = now
    }

    private func level(at now: Double) -> Double { max(0, used - max(0, now - updated) * Self.share) }
}
