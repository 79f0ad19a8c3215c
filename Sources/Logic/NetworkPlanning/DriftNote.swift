package import NetworkModel

/// Something a lab's watch has to say: about an object that is not as wanted, or is again.
package struct DriftNote: Hashable, Sendable, Codable {
    package enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        /// Wanted, and missing or different.
        case drift
        /// As wanted again: put back by netlab, or by whoever.
        case healed
        /// There, and nobody asked for it; it is left alone.
        case foreign
        /// It could not be put back; it will be tried again.
        case unhealed
    }

    package var kind: Kind
    package var item: DriftItem
    /// Seconds since the boot.
    package var monotonic: Double
    /// Seconds since the epoch.
    package var wall: Double
    /// Of ``Kind/healed`` by netlab: seconds since the kernel announced the first change that called for the look.
    package var latency: Double?

    package init(_ kind: Kind, _ item: DriftItem, monotonic: Double, wall: Double, latency: Double? = nil) {
        self.kind = kind
        self.item = item
        self.monotonic = monotonic
        self.wall = wall
        self.latency = latency
    }
}

/// An object that is not as it should be, in the words of plans.
package struct DriftItem: Hashable, Sendable, Codable, Comparable {
    package var namespace: NamespaceName
    /// ``Step/kind``.
    package var kind: String
    /// ``Step/object``: as it should be, or for what is foreign as it is.
    package var object: String
    package var reason: String

    package init(_ planned: PlannedStep) {
        namespace = planned.step.namespace
        kind = planned.step.kind
        object = planned.step.object
        reason = "\(planned.reason)"
    }

    package init(_ foreign: ForeignObject) {
        namespace = foreign.namespace
        kind = foreign.kind
        object = foreign.object
        reason = "not the lab's, left alone"
    }

    package static func < (left: DriftItem, right: DriftItem) -> Bool {
        (left.namespace, left.kind, left.object) < (right.namespace, right.kind, right.object)
    }
}
