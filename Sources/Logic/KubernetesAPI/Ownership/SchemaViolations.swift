internal import KubernetesModel

/// Why a client's statement cannot be typed by its kind's schema, in structured-merge-diff's words (typed/validate.go).
///
/// Stricter than decoding in that no unknown field and no element twice is taken, whatever the client asked for; more
/// lenient in that nothing is required: who applies states what is his and no more.
enum SchemaViolations {
    /// Sorted by the fields' names; none for a kind without a table.
    static func texts(in value: JSONValue, of message: APISchema.Message?) -> [String] {
        guard let message, case .object(var members) = value else { return [] }
        members["apiVersion"] = nil
        members["kind"] = nil
        return fields(members, message, "")
    }

    /// One as it is, several in a list.
    static func summary(_ texts: [String]) -> String {
        texts.count == 1 ? texts[0] : (["errors:"] + texts.map { "  " + $0 }).joined(separator: "\n")
    }

    private static func fields(
        _ members: [String: JSONValue], _ message: APISchema.Message, _ path: String
    ) -> [String] {
        members.sorted { $0.key < $1.key }.flatMap { name, member -> [String] in
            let place = "\(path).\(name)"
            guard let field = message.byName[name] else { return ["\(place): field not declared in schema"] }
            if member == .null { return [] }
            switch field.shape {
            case .single: return single(member, field, place)
            case .list: return list(member, field, ListMeaning(name, of: message.name), place)
            case .map:
                guard case .object(let values) = member else {
                    return ["\(place): expected map, got &{\(member.goText)}"]
                }
                return values.sorted { $0.key < $1.key }.flatMap { single($1, field, "\(place).\($0)") }
            }
        }
    }

    private static func single(_ value: JSONValue, _ field: APISchema.Field, _ path: String) -> [String] {
        if value == .null { return [] }
        if let message = APISchema.shared.message(of: field) {
            guard case .object(let members) = value else { return ["\(path): expected map, got &{\(value.goText)}"] }
            return fields(members, message, path)
        }
        switch (field.type, value) {
        case ("string", .string), ("bytes", .string), ("bool", .bool): return []
        case ("int32", .integer), ("int32", .number), ("int64", .integer), ("int64", .number): return []
        case ("string", _), ("bytes", _):
            return ["\(path): expected string, got &value.valueUnstructured{Value:\(value.goSyntax)}"]
        case ("bool", _): return ["\(path): expected boolean, got &{\(value.goText)}"]
        case ("int32", _), ("int64", _):
            return ["\(path): expected numeric (int or float), got \(value.goType)"]
        default: return []
        }
    }

    private static func list(
        _ value: JSONValue, _ field: APISchema.Field, _ meaning: ListMeaning?, _ path: String
    ) -> [String] {
        guard case .array(let elements) = value else { return ["\(path): expected list, got &{\(value.goText)}"] }
        var texts: [String] = []
        var known: Set<String> = []
        for (index, element) in elements.enumerated() {
            var name = "[\(index)]"
            switch meaning {
            case nil: break
            case .set: name = "[=\(element.exactText)]"
            case .map(_, let keys):
                do throws(MissingKey) {
                    name = try self.name(of: element, keys)
                } catch {
                    // Nothing can be said of what has no name.
                    return texts + ["\(path): element \(index): \(error.text)"]
                }
            }
            if meaning != nil, !known.insert(name).inserted {
                texts.append("\(path): duplicate entries for key \(name)")
            }
            texts += single(element, field, path + name)
        }
        return texts
    }

    private struct MissingKey: Error {
        var text: String
    }

    /// `[containerPort=80,protocol="TCP"]`.
    private static func name(of element: JSONValue, _ keys: [String]) throws(MissingKey) -> String {
        guard case .object(let members) = element else {
            throw MissingKey(text: "associative list with keys may not have non-map elements")
        }
        var parts: [String] = []
        for key in keys.sorted() {
            // The only key with a default of its own.
            guard let value = members[key] ?? (key == "protocol" ? .string("TCP") : nil) else {
                throw MissingKey(text: "associative list with keys has an element that omits key field \"\(key)\"")
            }
            parts.append("\(key)=\(value.exactText)")
        }
        return "[\(parts.joined(separator: ","))]"
    }
}

extension JSONValue {
    /// As Go's fmt prints the type of a decoded value with %T.
    fileprivate var goType: String {
        switch self {
        case .null: "<nil>"
        case .bool: "bool"
        case .integer: "int64"
        case .number: "float64"
        case .string: "string"
        case .array: "[]interface {}"
        case .object: "map[string]interface {}"
        }
    }

    /// As Go's fmt prints a decoded value with %#v.
    fileprivate var goSyntax: String {
        switch self {
        case .null: "interface {}(nil)"
        case .bool, .integer, .number: goText
        case .string: exactText
        case .array(let elements): "[]interface {}{" + elements.map(\.goSyntax).joined(separator: ", ") + "}"
        case .object(let members):
            "map[string]interface {}{"
                + members.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value.goSyntax)" }.joined(
                    separator: ", ")
                + "}"
        }
    }
}
