internal import KubernetesModel

/// What a field is to those who own fields: the meaning that the schema gives to values (structured-merge-diff).
enum FieldOwnership {
    /// How a value is divided among owners.
    private enum Division {
        /// One thing, owned as a whole.
        case atomic
        case members([String: JSONValue], APISchema.Message?, values: APISchema.Field?)
        case keyed([JSONValue], keys: [String], APISchema.Message?)
        case set([JSONValue])
    }

    /// Objects that are one thing although they have members (x-kubernetes-map-type: atomic).
    private static let atomicMessages: Set<String> = [
        "LabelSelector", "ObjectReference", "LocalObjectReference", "SecretKeySelector", "ConfigMapKeySelector",
        "NodeSelector", "NodeSelectorTerm", "ObjectFieldSelector", "ResourceFieldSelector", "TypedLocalObjectReference",
    ]

    private static func divide(
        _ value: JSONValue, _ field: APISchema.Field?, of message: APISchema.Message?
    ) -> Division {
        let inner = APISchema.shared.message(of: field)
        switch value {
        case .object(let members):
            if let inner, field?.shape == .single, atomicMessages.contains(inner.name) { return .atomic }
            if members.isEmpty { return .atomic }
            if field?.shape == .map { return .members(members, nil, values: field) }
            return .members(members, inner, values: nil)
        case .array(let elements):
            guard let field, let message, let meaning = ListMeaning(field.name, of: message.name) else {
                return .atomic
            }
            switch meaning {
            case .set: return .set(elements)
            case .map(_, let keys): return .keyed(elements, keys: keys, inner)
            }
        default: return .atomic
        }
    }

    /// `k:{...}` of an element of a keyed list.
    private static func key(_ element: JSONValue, _ keys: [String]) -> String {
        var members: [String: JSONValue] = [:]
        for key in keys { members[key] = element[key] ?? (key == "protocol" ? .string("TCP") : .null) }
        return "k:" + JSONValue.object(members).exactText
    }

    private static func field(_ name: String, _ message: APISchema.Message?, _ values: APISchema.Field?)
        -> APISchema.Field?
    {
        if var values {
            // The values of a map are single ones of its type.
            values.shape = .single
            return values
        }
        return message?.byName[name]
    }

    // MARK: Sets of fields

    /// Every field that a client states with an object; what nobody owns, such as its name, left out.
    static func fields(in object: JSONValue, of message: APISchema.Message?) -> FieldSet {
        guard case .object(let members) = object else { return FieldSet() }
        return withoutIdentity(fields(in: members, message, values: nil))
    }

    private static func fields(
        in members: [String: JSONValue], _ message: APISchema.Message?, values: APISchema.Field?
    ) -> FieldSet {
        var set = FieldSet()
        for (name, member) in members {
            set.children["f:" + name] = fields(in: member, field(name, message, values), of: message)
        }
        return set
    }

    private static func fields(
        in value: JSONValue, _ field: APISchema.Field?, of message: APISchema.Message?
    ) -> FieldSet {
        switch divide(value, field, of: message) {
        case .atomic: return .leaf
        case .members(let members, let inner, let values): return fields(in: members, inner, values: values)
        case .set(let elements):
            return FieldSet(
                children: Dictionary(elements.map { ("v:" + $0.exactText, .leaf) }) { first, _ in first })
        case .keyed(let elements, let keys, let inner):
            var set = FieldSet()
            for element in elements {
                guard case .object(let members) = element else { continue }
                var child = fields(in: members, inner, values: nil)
                child.isMember = true
                set.children[key(element, keys)] = child
            }
            return set
        }
    }

    /// The fields that are new or have another value.
    static func changed(from old: JSONValue, to new: JSONValue, of message: APISchema.Message?) -> FieldSet {
        guard case .object(let before) = old, case .object(let after) = new else { return FieldSet() }
        return withoutIdentity(changed(before, after, message, values: nil))
    }

    private static func changed(
        _ old: [String: JSONValue], _ new: [String: JSONValue], _ message: APISchema.Message?,
        values: APISchema.Field?
    ) -> FieldSet {
        var set = FieldSet()
        for (name, member) in new where old[name] != member {
            let field = field(name, message, values)
            let child =
                old[name].map { changed($0, member, field, of: message) } ?? fields(in: member, field, of: message)
            if !child.isEmpty { set.children["f:" + name] = child }
        }
        return set
    }

    private static func changed(
        _ old: JSONValue, _ new: JSONValue, _ field: APISchema.Field?, of message: APISchema.Message?
    ) -> FieldSet {
        switch (divide(old, field, of: message), divide(new, field, of: message)) {
        case (.members(let before, _, _), .members(let after, let inner, let values)):
            return changed(before, after, inner, values: values)
        case (.set(let before), .set(let after)):
            let added = after.filter { !before.contains($0) }
            return FieldSet(children: Dictionary(added.map { ("v:" + $0.exactText, .leaf) }) { first, _ in first })
        case (.keyed(let before, _, _), .keyed(let after, let keys, let inner)):
            let known = Dictionary(before.map { (key($0, keys), $0) }) { first, _ in first }
            var set = FieldSet()
            for element in after {
                guard case .object(let members) = element else { continue }
                let name = key(element, keys)
                var child: FieldSet
                if case .object(let old)? = known[name] {
                    child = changed(old, members, inner, values: nil)
                } else {
                    child = fields(in: members, inner, values: nil)
                    child.isMember = true
                }
                if !child.isEmpty { set.children[name] = child }
            }
            return set
        default: return fields(in: new, field, of: message)
        }
    }

    /// What nobody owns: what tells objects apart, what the server writes.
    private static func withoutIdentity(_ set: FieldSet) -> FieldSet {
        var set = set
        for name in ["apiVersion", "kind", "status"] { set.children["f:" + name] = nil }
        for name in [
            "name", "namespace", "uid", "resourceVersion", "generation", "creationTimestamp", "managedFields",
            "selfLink", "generateName", "deletionTimestamp", "deletionGracePeriodSeconds",
        ] {
            set.children["f:metadata"]?.children["f:" + name] = nil
        }
        if set.children["f:metadata"]?.children.isEmpty == true { set.children["f:metadata"] = nil }
        return set
    }

    // MARK: Values

    /// The object with what a client states put into it.
    static func merge(_ stated: JSONValue, into object: JSONValue, of message: APISchema.Message?) -> JSONValue {
        guard case .object(let new) = stated, case .object(let old) = object else { return stated }
        return .object(merge(new, into: old, message, values: nil))
    }

    private static func merge(
        _ new: [String: JSONValue], into old: [String: JSONValue], _ message: APISchema.Message?,
        values: APISchema.Field?
    ) -> [String: JSONValue] {
        var result = old
        for (name, member) in new {
            let field = field(name, message, values)
            result[name] = old[name].map { merge(member, into: $0, field, of: message) } ?? member
        }
        return result
    }

    private static func merge(
        _ new: JSONValue, into old: JSONValue, _ field: APISchema.Field?, of message: APISchema.Message?
    ) -> JSONValue {
        switch (divide(old, field, of: message), divide(new, field, of: message)) {
        case (.members(let before, _, _), .members(let after, let inner, let values)):
            return .object(merge(after, into: before, inner, values: values))
        case (.set(let before), .set(let after)): return .array(before + after.filter { !before.contains($0) })
        case (.keyed(let before, _, _), .keyed(let after, let keys, let inner)):
            var result = before
            for element in after {
                guard case .object(let members) = element else { continue }
                let name = key(element, keys)
                if let index = result.firstIndex(where: { key($0, keys) == name }),
                    case .object(let known) = result[index]
                {
                    result[index] = .object(merge(members, into: known, inner, values: nil))
                } else {
                    result.append(element)
                }
            }
            return .array(result)
        default: return new
        }
    }

    /// The object without the fields of a set.
    static func remove(_ set: FieldSet, from object: JSONValue, of message: APISchema.Message?) -> JSONValue {
        guard case .object(let members) = object else { return object }
        return .object(remove(set, from: members, message, values: nil))
    }

    private static func remove(
        _ set: FieldSet, from members: [String: JSONValue], _ message: APISchema.Message?, values: APISchema.Field?
    ) -> [String: JSONValue] {
        var result = members
        for (key, child) in set.children where key.hasPrefix("f:") {
            let name = String(key.dropFirst(2))
            guard let member = members[name] else { continue }
            let field = field(name, message, values)
            result[name] = child.isMember ? nil : remove(child, from: member, field, of: message)
        }
        return result
    }

    private static func remove(
        _ set: FieldSet, from value: JSONValue, _ field: APISchema.Field?, of message: APISchema.Message?
    ) -> JSONValue {
        switch divide(value, field, of: message) {
        case .atomic: return value
        case .members(let members, let inner, let values):
            return .object(remove(set, from: members, inner, values: values))
        case .set(let elements): return .array(elements.filter { set.children["v:" + $0.exactText] == nil })
        case .keyed(let elements, let keys, let inner):
            return .array(
                elements.compactMap { element in
                    guard let child = set.children[key(element, keys)], case .object(let members) = element else {
                        return element
                    }
                    if child.isMember { return nil }
                    return .object(remove(child, from: members, inner, values: nil))
                })
        }
    }
}

extension JSONValue {
    /// The JSON text, keys sorted: equal values have equal texts.
    var exactText: String { (try? KubernetesJSON.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "" }
}
