package import NetworkModel

/// What must be done to make an observed network the desired one, in order, with the reason of each step.
package struct Plan: Hashable, Sendable {
    package var steps: [PlannedStep]
    /// What stands in the lab's namespaces, or under their names, and is not the lab's; it is left alone.
    package var foreign: [ForeignObject]

    package init(steps: [PlannedStep] = [], foreign: [ForeignObject] = []) {
        self.steps = steps
        self.foreign = foreign
    }

    /// Whether nothing is to be done. Foreign objects do not count.
    package var isEmpty: Bool { steps.isEmpty }
}

/// One step and why it is there.
package struct PlannedStep: Hashable, Sendable {
    package var step: Step
    package var reason: Reason

    package init(_ step: Step, _ reason: Reason) {
        self.step = step
        self.reason = reason
    }
}

/// Why a step is planned.
package enum Reason: Hashable, Sendable {
    /// Desired and not there.
    case missing
    /// There, with other values.
    case differs([Difference])
    /// The lab made it and wants it no more.
    case noLongerWanted
    /// Nobody's, taken away because pruning was asked for.
    case pruned
    /// Taken away because the kernel cannot change it in place; it is made anew.
    case replaced([Difference])
    /// There now, but it falls with something that is taken away or set down, so it is put back.
    case putBack
}

/// One attribute that is not as desired.
package struct Difference: Hashable, Sendable {
    package var attribute: String
    /// nil: it has none.
    package var observed: String?
    /// nil: it is to have none.
    package var desired: String?

    package init(_ attribute: String, observed: String?, desired: String?) {
        self.attribute = attribute
        self.observed = observed
        self.desired = desired
    }
}

/// Something the lab did not make.
package enum ForeignObject: Hashable, Sendable {
    /// A namespace with the name of one of the lab's, with another's mark or none.
    case namespace(NamespaceName, mark: OwnershipMark?)
    case link(NamespaceName, Link)
    case address(NamespaceName, InterfaceAddress)
    case route(NamespaceName, Route)
    case rule(NamespaceName, Rule)
    case neighbour(NamespaceName, Neighbour)
    case firewall(NamespaceName, FirewallTable)

    package var namespace: NamespaceName {
        switch self {
        case .namespace(let name, _), .link(let name, _), .address(let name, _), .route(let name, _),
            .rule(let name, _), .neighbour(let name, _), .firewall(let name, _):
            name
        }
    }
}
