internal import KubernetesModel

/// A set of fields as a tree (structured-merge-diff fieldpath.Set), keyed as FieldsV1 writes it: `f:NAME` for a member,
/// `k:{"name":"x"}` for an element of a keyed list, `v:"x"` for one of a set.
struct FieldSet: Hashable {
    /// Whether the thing itself is in the set: always so for a leaf.
    var isMember = false
    var children: [String: FieldSet] = [:]

    static let leaf = FieldSet(isMember: true)

    var isEmpty: Bool { !isMember && children.isEmpty }

    func union(_ other: FieldSet) -> FieldSet {
        FieldSet(
            isMember: isMember || other.isMember, children: children.merging(other.children) { $0.union($1) })
    }

    func subtracting(_ other: FieldSet) -> FieldSet {
        var result = FieldSet(isMember: isMember && !other.isMember)
        for (key, child) in children {
            let left = other.children[key].map { child.subtracting($0) } ?? child
            if !left.isEmpty { result.children[key] = left }
        }
        return result
    }

    func intersection(_ other: FieldSet) -> FieldSet {
        var result = FieldSet(isMember: isMember && other.isMember)
        for (key, child) in children {
            guard let both = other.children[key].map({ child.intersection($0) }), !both.isEmpty else { continue }
            result.children[key] = both
        }
        return result
    }

    /// Every field as messages write it: `.spec.containers[name="a"].image`, sorted.
    var paths: [String] {
        children.flatMap { key, child in
            let text = Self.text(key)
            return (child.isMember ? [text] : []) + child.paths.map { text + $0 }
        }.sorted()
    }

    private static func text(_ key: String) -> String {
        let rest = String(key.dropFirst(2))
        guard key.hasPrefix("k:") || key.hasPrefix("v:") else { return "." + rest }
        guard key.hasPrefix("k:"),
            case .object(let members)? = try? KubernetesJSON.decode(JSONValue.self, from: Array(rest.utf8))
        else { return "[=\(rest)]" }
        let parts = members.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.shortText)" }
        return "[" + parts.joined(separator: ",") + "]"
    }
}

extension FieldSet {
    init(_ value: JSONValue) {
        guard case .object(let members) = value else { return }
        for (key, member) in members {
            if key == "." {
                isMember = true
            } else {
                var child = FieldSet(member)
                if member == .object([:]) { child.isMember = true }
                children[key] = child
            }
        }
    }

    /// As FieldsV1; a leaf is an empty object.
    var json: JSONValue {
        var members = children.mapValues(\.json)
        if isMember, !children.isEmpty { members["."] = .object([:]) }
        return .object(members)
    }
}
