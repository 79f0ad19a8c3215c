import NetworkModel

/// A plan as JSON for other programs: the same facts as its text, under keys that stay.
package struct PlanDocument: Hashable, Sendable, Codable {
    /// One step.
    package struct Entry: Hashable, Sendable, Codable {
        package var action: Step.Action
        package var namespace: String
        package var kind: String
        package var object: String
        package var reason: String
        /// Left out when the step is about the whole object.
        package var differences: [Attribute]?
    }

    /// One attribute that is not as desired.
    package struct Attribute: Hashable, Sendable, Codable {
        package var attribute: String
        package var observed: String?
        package var desired: String?
    }

    /// Something that is left alone.
    package struct Foreign: Hashable, Sendable, Codable {
        package var namespace: String
        package var kind: String
        package var object: String
    }

    package var summary: Plan.Summary
    package var steps: [Entry]
    package var foreign: [Foreign]

    package init(_ plan: Plan) {
        summary = plan.summary
        steps = plan.steps.map { planned in
            let differences = planned.reason.differences.map {
                Attribute(attribute: $0.attribute, observed: $0.observed, desired: $0.desired)
            }
            return Entry(
                action: planned.step.action, namespace: planned.step.namespace.rawValue, kind: planned.step.kind,
                object: planned.step.object, reason: planned.reason.word,
                differences: differences.isEmpty ? nil : differences)
        }
        foreign = plan.foreign.map {
            Foreign(namespace: $0.namespace.rawValue, kind: $0.kind, object: $0.object)
        }
    }
}
