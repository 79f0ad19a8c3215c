/// The Go structures that make up a pod template, as Kubernetes 1.25 has them (kubernetes/api v0.25 core/v1/types.go,
/// apimachinery v0.25 meta/v1/types.go): their fields in order, with the names in Go and in JSON, and their types.
///
/// The pod template hash is taken over a print of these structures, so a field more or less, which each release
/// brings, changes every hash. 1.25 is the release of the tutorial.
enum GoTypes {
    /// One field of a structure.
    struct Field: Sendable {
        /// The name in Go.
        let name: String
        /// The member in JSON; nil when the structure's own members stand in its parent (`json:",inline"`).
        let member: String?
        /// The type as Go's reflection writes it, `*` and `[]` included.
        let type: String
    }

    /// Every known structure by its name.
    static let structures: [String: [Field]] = {
        var result: [String: [Field]] = [:]
        for table in [metaTypes, podTypes, containerTypes, volumeTypes] {
            result.merge(parsed(table)) { $1 }
        }
        return result
    }()

    /// What a named type is made of: a structure, or nil for any other. Every other named type of a pod template is a
    /// string, but for these two.
    static let underlying = [
        "v1.ResourceList": "map[v1.ResourceName]resource.Quantity",
        "intstr.Type": "int64",
    ]

    /// Reads a table: `Structure: Name Type; Name=member Type; Name=~ Type`, where the member is the name with a small
    /// first letter unless given, and `~` stands for none. An indented line continues the one before it.
    private static func parsed(_ table: String) -> [String: [Field]] {
        var result: [String: [Field]] = [:]
        var current = ""
        for line in table.split(separator: "\n") {
            var rest = line
            if !line.hasPrefix(" "), let colon = line.firstIndex(of: ":") {
                current = String(line[..<colon])
                rest = line[line.index(after: colon)...]
            }
            for entry in rest.split(separator: ";") {
                let words = entry.split(separator: " ")
                guard let first = words.first, let type = words.last else { continue }
                let names = first.split(separator: "=").map(String.init)
                let member = names.count > 1 ? names[1] : names[0].prefix(1).lowercased() + names[0].dropFirst()
                result[current, default: []].append(
                    Field(name: names[0], member: member == "~" ? nil : member, type: String(type)))
            }
        }
        return result
    }
}
