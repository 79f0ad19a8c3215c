internal import KubernetesModel

/// JSON patch (RFC 6902): operations one after the other, all or nothing.
enum JSONPatch {
    /// As many as the API server takes (apiserver maxJSONPatchOperations).
    private static let maximumOperations = 10_000

    static func apply(_ patch: JSONValue, to target: JSONValue) throws(PatchFault) -> JSONValue {
        guard case .array(let operations) = patch else {
            throw PatchFault(.malformed, "a JSON patch is a list of operations")
        }
        guard operations.count <= maximumOperations else {
            throw PatchFault(.malformed, "the allowed maximum operations in a JSON patch is \(maximumOperations)")
        }
        var result = target
        for operation in operations { try apply(operation: operation, to: &result) }
        return result
    }

    private static func apply(operation: JSONValue, to target: inout JSONValue) throws(PatchFault) {
        guard let word = operation["op"]?.text, let path = operation["path"]?.text else {
            throw PatchFault(.malformed, "an operation of a JSON patch needs \"op\" and \"path\"")
        }
        func value() throws(PatchFault) -> JSONValue {
            guard let value = operation["value"] else {
                throw PatchFault(.malformed, "\(word) operation \"\(path)\" needs a \"value\"")
            }
            return value
        }
        func source() throws(PatchFault) -> [String] {
            guard let from = operation["from"]?.text else {
                throw PatchFault(.malformed, "\(word) operation \"\(path)\" needs \"from\"")
            }
            return try pointer(from)
        }
        let place = try pointer(path)
        switch word {
        case "add": target = try put(try value(), at: place[...], in: target, word, path, inserting: true)
        case "replace":
            _ = try read(place[...], in: target, word, path)
            target = try put(try value(), at: place[...], in: target, word, path, inserting: false)
        case "remove": target = try remove(place[...], in: target, word, path)
        case "move":
            let from = try source()
            if place.count > from.count, place.starts(with: from) {
                throw PatchFault(.inapplicable, "move operation \"\(path)\": a value cannot be moved into itself")
            }
            let moved = try read(from[...], in: target, word, path)
            target = try remove(from[...], in: target, word, path)
            target = try put(moved, at: place[...], in: target, word, path, inserting: true)
        case "copy":
            let copied = try read(try source()[...], in: target, word, path)
            target = try put(copied, at: place[...], in: target, word, path, inserting: true)
        case "test":
            let found = (try? read(place[...], in: target, word, path)) ?? .null
            guard found == (operation["value"] ?? .null) else {
                throw PatchFault(.inapplicable, "testing value \(path) failed: test failed")
            }
        default: throw PatchFault(.malformed, "Unexpected kind: \(word)")
        }
    }

    /// The parts of a JSON pointer (RFC 6901).
    private static func pointer(_ text: String) throws(PatchFault) -> [String] {
        if text.isEmpty { return [] }
        guard text.hasPrefix("/") else { throw PatchFault(.malformed, "\"\(text)\" is no JSON pointer") }
        return text.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map(unescaped)
    }

    private static func unescaped(_ part: Substring) -> String {
        var result = ""
        var isEscape = false
        for character in part {
            if isEscape {
                result.append(character == "1" ? "/" : character == "0" ? "~" : character)
                isEscape = false
            } else if character == "~" {
                isEscape = true
            } else {
                result.append(character)
            }
        }
        return result
    }

    private static func missing(_ word: String, _ path: String) -> PatchFault {
        PatchFault(.inapplicable, "\(word) operation does not apply: doc is missing path: \"\(path)\": missing value")
    }

    private static func index(
        _ part: String, below count: Int, _ word: String, _ path: String
    ) throws(PatchFault) -> Int {
        guard let index = Int(part), (0..<count).contains(index) else { throw missing(word, path) }
        return index
    }

    private static func read(
        _ place: ArraySlice<String>, in value: JSONValue, _ word: String, _ path: String
    ) throws(PatchFault) -> JSONValue {
        guard let part = place.first else { return value }
        switch value {
        case .object(let members):
            guard let member = members[part] else { throw missing(word, path) }
            return try read(place.dropFirst(), in: member, word, path)
        case .array(let elements):
            let index = try index(part, below: elements.count, word, path)
            return try read(place.dropFirst(), in: elements[index], word, path)
        default: throw missing(word, path)
        }
    }

    private static func put(
        _ new: JSONValue, at place: ArraySlice<String>, in value: JSONValue, _ word: String, _ path: String,
        inserting: Bool
    ) throws(PatchFault) -> JSONValue {
        guard let part = place.first else { return new }
        let isLast = place.count == 1
        switch value {
        case .object(var members):
            if isLast {
                members[part] = new
            } else {
                guard let member = members[part] else { throw missing(word, path) }
                members[part] = try put(new, at: place.dropFirst(), in: member, word, path, inserting: inserting)
            }
            return .object(members)
        case .array(var elements):
            if isLast, inserting {
                let index = part == "-" ? elements.count : try index(part, below: elements.count + 1, word, path)
                elements.insert(new, at: index)
            } else {
                let index = try index(part, below: elements.count, word, path)
                elements[index] = try put(
                    new, at: place.dropFirst(), in: elements[index], word, path, inserting: inserting)
            }
            return .array(elements)
        default: throw missing(word, path)
        }
    }

    private static func remove(
        _ place: ArraySlice<String>, in value: JSONValue, _ word: String, _ path: String
    ) throws(PatchFault) -> JSONValue {
        guard let part = place.first else { return .null }
        switch value {
        case .object(var members):
            guard let member = members[part] else { throw missing(word, path) }
            members[part] = place.count == 1 ? nil : try remove(place.dropFirst(), in: member, word, path)
            return .object(members)
        case .array(var elements):
            let index = try index(part, below: elements.count, word, path)
            if place.count == 1 {
                elements.remove(at: index)
            } else {
                elements[index] = try remove(place.dropFirst(), in: elements[index], word, path)
            }
            return .array(elements)
        default: throw missing(word, path)
        }
    }
}
