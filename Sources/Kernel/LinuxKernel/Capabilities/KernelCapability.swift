/// One thing a lab needs of the machine, and whether it is there: a line of `netlab doctor`.
package struct KernelCapability: Hashable, Sendable {
    /// In kernel words: `bridge`, `nftables masquerade`.
    package var name: String
    package var isAvailable: Bool
    /// What a lab cannot do without it.
    package var cost: String
    /// What to do when it is missing; the kernel's own words first.
    package var advice: String
    /// Whether no lab at all works without it.
    package var isRequired: Bool

    package init(name: String, isAvailable: Bool, cost: String, advice: String, isRequired: Bool) {
        self.name = name
        self.isAvailable = isAvailable
        self.cost = cost
        self.advice = advice
        self.isRequired = isRequired
    }
}
