internal import KubernetesModel

/// JSON merge patch (RFC 7386): members replace members, null removes, everything else is replaced as a whole.
enum MergePatch {
    static func apply(_ patch: JSONValue, to target: JSONValue) -> JSONValue {
        guard case .object(let changes) = patch else { return patch }
        var members: [String: JSONValue] = [:]
        if case .object(let old) = target { members = old }
        for (name, change) in changes {
            members[name] = change == .null ? nil : apply(change, to: members[name] ?? .null)
        }
        return .object(members)
    }
}
