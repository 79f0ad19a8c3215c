internal import KubernetesModel

/// Members of an object whose values are of another type than their kind has there.
enum MistypedField {
    /// The type that the first such member should have, in Go's words; nil when there is none.
    static func first(in value: JSONValue, of message: APISchema.Message?) -> String? {
        guard let message, case .object(let members) = value else { return nil }
        for (name, member) in members.sorted(by: { $0.key < $1.key }) {
            guard let field = message.byName[name], member != .null else { continue }
            let values: [JSONValue]
            switch (field.shape, member) {
            case (.single, _): values = [member]
            case (.list, .array(let elements)): values = elements
            case (.map, .object(let entries)): values = entries.sorted { $0.key < $1.key }.map(\.value)
            case (.list, _): return "slice"
            case (.map, _): return "map"
            }
            for value in values {
                if let found = mistyped(value, field) { return found }
            }
        }
        return nil
    }

    private static func mistyped(_ value: JSONValue, _ field: APISchema.Field) -> String? {
        switch (field.type, value) {
        case ("string", .string), ("bytes", .string), ("bool", .bool), ("int32", .integer), ("int64", .integer): nil
        case ("string", _), ("bool", _), ("int32", _), ("int64", _): field.type
        case (_, .object): first(in: value, of: APISchema.shared.message(of: field))
        default: APISchema.shared.message(of: field) == nil ? nil : "struct"
        }
    }
}

extension JSONValue {
    /// As Go's fmt prints a decoded value with %v: `map[spec:map[replicas:2]]`.
    var goText: String {
        switch self {
        case .null: "<nil>"
        case .bool(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        case .string(let value): value
        case .array(let elements): "[" + elements.map(\.goText).joined(separator: " ") + "]"
        case .object(let members):
            "map["
                + members.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value.goText)" }.joined(separator: " ") + "]"
        }
    }
}
