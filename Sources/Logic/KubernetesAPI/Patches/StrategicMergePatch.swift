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
            let meaning = ListMeaning(list, of: message.name)
            result[list] = .array(
                ordered(old, by: directive.elements, before: target[list]?.elements ?? [], meaning))
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
        case .set:
            return ordered(target + patch.filter { !target.contains($0) }, by: patch, before: target, meaning)
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
            return ordered(result, by: patch, before: target, meaning)
        }
    }

    /// Elements that the order names in that order, the others as they were; where the two could be mixed in several
    /// ways, one of the others comes first only if it did before (strategicpatch normalizeElementOrder).
    private static func ordered(
        _ elements: [JSONValue], by order: [JSONValue], before: [JSONValue], _ meaning: ListMeaning?
    ) -> [JSONValue] {
        func identity(_ value: JSONValue) -> JSONValue {
            if case .map(let key, _)? = meaning { return value[key] ?? .null }
            return value
        }
        func places(_ list: [JSONValue]) -> [JSONValue: Int] {
            Dictionary(list.enumerated().map { (identity($1), $0) }) { first, _ in first }
        }
        let (wanted, known) = (places(order), places(before))
        let named = elements.filter { wanted[identity($0)] != nil }
            .sorted { (wanted[identity($0)] ?? 0) < (wanted[identity($1)] ?? 0) }
        let others = elements.filter { wanted[identity($0)] == nil }
            .sorted { (known[identity($0)] ?? .max) < (known[identity($1)] ?? .max) }
        var result: [JSONValue] = []
        var rest = others[...]
        for element in named {
            while let other = rest.first, let place = known[identity(other)],
                let own = known[identity(element)], place < own
            {
                result.append(other)
                rest = rest.dropFirst()
            }
            result.append(element)
        }
        return result + rest
    }
}

extension JSONValue {
    /// For messages: the JSON text, cut short.
    var shortText: String {
        let text = (try? KubernetesJSON.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? ""
        return text.count > 200 ? text.prefix(200) + "..." : text
    }
}
