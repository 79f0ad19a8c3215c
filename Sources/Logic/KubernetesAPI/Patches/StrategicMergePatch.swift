internal import KubernetesModel

/// Strategic merge patch (apimachinery util/strategicpatch): a merge patch that knows which lists are keyed, with the
/// directives `$patch`, `$retainKeys`, `$setElementOrder/LIST` and `$deleteFromPrimitiveList/LIST`.
enum StrategicMergePatch {
    static func apply(
        _ patch: JSONValue, to target: JSONValue, of message: APISchema.Message?
    ) throws(PatchFault) -> JSONValue {
        guard case .object(let changes) = patch else {
            throw PatchFault(.malformed, "a strategic merge patch is an object")
        }
        var members: [String: JSONValue] = [:]
        if case .object(let old) = target { members = old }
        return .object(try merge(changes, into: members, message))
    }

    private static func merge(
        _ patch: [String: JSONValue], into target: [String: JSONValue], _ message: APISchema.Message?
    ) throws(PatchFault) -> [String: JSONValue] {
        switch patch["$patch"]?.text {
        case nil, "merge": break
        case "replace": return patch.filter { $0.key != "$patch" }
        case "delete": return [:]
        case let word?: throw PatchFault(.malformed, "Unknown patch type found: \(word)")
        }
        var result = target
        if let retained = patch["$retainKeys"] {
            let names = Set(retained.elements.compactMap(\.text))
            result = result.filter { names.contains($0.key) }
        }
        for (name, change) in patch where !name.hasPrefix("$") {
            let field = message?.byName[name]
            if change == .null {
                result[name] = nil
            } else if case .object(let changes) = change {
                var old: [String: JSONValue] = [:]
                if case .object(let known)? = result[name] { old = known }
                let isDeletion = changes["$patch"]?.text == "delete"
                // The values of a map are merged as wholes of their own.
                let inner = field?.shape == .map ? nil : APISchema.shared.message(of: field)
                result[name] = isDeletion ? nil : .object(try merge(changes, into: old, inner))
            } else if case .array(let elements) = change {
                result[name] = .array(
                    try merge(elements, into: result[name]?.elements ?? [], field, of: message))
            } else {
                result[name] = change
            }
        }
        for (name, directive) in patch where name.hasPrefix("$deleteFromPrimitiveList/") {
            let list = String(name.dropFirst("$deleteFromPrimitiveList/".count))
            guard case .array(let old)? = result[list] else { continue }
            result[list] = .array(old.filter { !directive.elements.contains($0) })
        }
        for (name, directive) in patch where name.hasPrefix("$setElementOrder/") {
            let list = String(name.dropFirst("$setElementOrder/".count))
            guard case .array(let old)? = result[list], let message else { continue }
            result[list] = .array(ordered(old, by: directive.elements, ListMeaning(list, of: message.name)))
        }
        return result
    }

    private static func merge(
        _ patch: [JSONValue], into target: [JSONValue], _ field: APISchema.Field?, of message: APISchema.Message?
    ) throws(PatchFault) -> [JSONValue] {
        guard let field, let message, let meaning = ListMeaning(field.name, of: message.name) else {
            return patch.filter { $0["$patch"] == nil }
        }
        switch meaning {
        case .set: return target + patch.filter { !target.contains($0) }
        case .map(let key, _):
            if patch.contains(where: { $0["$patch"]?.text == "replace" }) {
                return patch.filter { $0["$patch"]?.text != "replace" }
            }
            var result = target
            let inner = APISchema.shared.message(of: field)
            for element in patch {
                guard case .object(let changes) = element, let value = changes[key] else {
                    throw PatchFault(
                        .malformed, "map: \(element.shortText) does not contain declared merge key: \(key)")
                }
                let index = result.firstIndex { $0[key] == value }
                if changes["$patch"]?.text == "delete" {
                    result.removeAll { $0[key] == value }
                } else if let index, case .object(let old) = result[index] {
                    result[index] = .object(try merge(changes, into: old, inner))
                } else {
                    result.append(.object(try merge(changes, into: [:], inner)))
                }
            }
            return result
        }
    }

    /// Elements in the order asked for; those that it does not name stay in front of what followed them.
    private static func ordered(
        _ elements: [JSONValue], by order: [JSONValue], _ meaning: ListMeaning?
    ) -> [JSONValue] {
        func identity(_ value: JSONValue) -> JSONValue {
            if case .map(let key, _)? = meaning { return value[key] ?? .null }
            return value
        }
        let wanted = order.map(identity)
        var named = elements.filter { wanted.contains(identity($0)) }
        named.sort {
            (wanted.firstIndex(of: identity($0)) ?? 0) < (wanted.firstIndex(of: identity($1)) ?? 0)
        }
        var next = named.makeIterator()
        return elements.map { wanted.contains(identity($0)) ? next.next() ?? $0 : $0 }
    }
}

extension JSONValue {
    /// For messages: the JSON text, cut short.
    var shortText: String {
        let text = (try? KubernetesJSON.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? ""
        return text.count > 200 ? text.prefix(200) + "..." : text
    }
}
