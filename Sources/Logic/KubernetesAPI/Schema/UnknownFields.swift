internal import KubernetesModel

/// Members of an object that its kind does not have: what strict field validation refuses, and what is pruned.
enum UnknownFields {
    /// Paths such as `spec.template.spec.containers[0].imagee`, sorted; none for a kind without a table.
    static func paths(in value: JSONValue, of message: APISchema.Message?) -> [String] {
        var found: [String] = []
        walk(value, message, "", isRoot: true, &found)
        return found.sorted()
    }

    private static func walk(
        _ value: JSONValue, _ message: APISchema.Message?, _ path: String, isRoot: Bool, _ found: inout [String]
    ) {
        guard let message, case .object(let members) = value else { return }
        for (name, member) in members {
            if isRoot, name == "apiVersion" || name == "kind" { continue }
            let place = path.isEmpty ? name : "\(path).\(name)"
            guard let field = message.byName[name] else {
                found.append(place)
                continue
            }
            let inner = APISchema.shared.message(of: field)
            switch field.shape {
            case .single: walk(member, inner, place, isRoot: false, &found)
            case .list:
                for (index, element) in member.elements.enumerated() {
                    walk(element, inner, "\(place)[\(index)]", isRoot: false, &found)
                }
            case .map:
                guard case .object(let values) = member else { continue }
                for (key, element) in values { walk(element, inner, "\(place).\(key)", isRoot: false, &found) }
            }
        }
    }
}
