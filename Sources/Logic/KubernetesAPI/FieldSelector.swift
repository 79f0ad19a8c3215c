package import KubernetesModel

/// Chooses objects by their fields: `metadata.name=x,status.phase!=Running`.
package struct FieldSelector: Hashable, Sendable {
    private struct Requirement: Hashable, Sendable {
        var path: String
        var value: String
        var isEqual: Bool
    }

    private var requirements: [Requirement]

    /// Reads the text form for one kind. Which fields there are is the API server's choice, per kind
    /// (AddFieldLabelConversionFunc in pkg/apis/core/v1/conversion.go).
    ///
    /// - Throws: that a field cannot be selected by, or what else is wrong.
    package init(text: String, for resource: ResourceType) throws(SelectorFault) {
        requirements = []
        let known =
            ["metadata.name"] + (resource.isNamespaced ? ["metadata.namespace"] : [])
            + (Self.fields[resource.kind] ?? [])
        for part in text.split(separator: ",") where !part.trimmed.isEmpty {
            let signs = ["!=", "==", "="]
            guard let sign = signs.first(where: { part.firstRange(of: $0) != nil }),
                let range = part.firstRange(of: sign)
            else { throw SelectorFault(description: "invalid selector: '\(text)'; can't understand '\(part)'") }
            let path = part[..<range.lowerBound].trimmed
            guard known.contains(path) else {
                throw SelectorFault(description: "field label not supported: \(path)")
            }
            requirements.append(
                Requirement(path: path, value: part[range.upperBound...].trimmed, isEqual: sign != "!="))
        }
    }

    private static let fields: [String: [String]] = [
        "Pod": [
            "spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "status.phase",
            "status.podIP", "status.nominatedNodeName",
        ],
        "Event": [
            "involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid",
            "involvedObject.apiVersion", "involvedObject.resourceVersion", "involvedObject.fieldPath", "reason",
            "reportingComponent", "source", "type",
        ],
        "Node": ["spec.unschedulable"], "Namespace": ["status.phase"], "Secret": ["type"],
        "ReplicaSet": ["status.replicas"],
    ]

    /// Whether every requirement holds. A field that is absent is empty text, or `false` where it is a truth value.
    package func matches(_ object: some KubernetesObject) -> Bool {
        guard !requirements.isEmpty else { return true }
        guard let bytes = try? KubernetesJSON.encode(object),
            let value = try? KubernetesJSON.decode(JSONValue.self, from: bytes)
        else { return false }
        return requirements.allSatisfy { requirement in
            var found: JSONValue? = value
            // `source` of an event is its component.
            let path = requirement.path == "source" ? "source.component" : requirement.path
            for key in path.split(separator: ".") { found = found?[String(key)] }
            let text = Self.text(found) ?? (requirement.path == "spec.unschedulable" ? "false" : "")
            return (text == requirement.value) == requirement.isEqual
        }
    }

    private static func text(_ value: JSONValue?) -> String? {
        switch value {
        case .string(let text)?: text
        case .bool(let truth)?: "\(truth)"
        case .integer(let number)?: "\(number)"
        default: nil
        }
    }
}
