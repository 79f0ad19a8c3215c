/// The messages of the API: their fields with names, types and protobuf numbers.
///
/// One table serves everything that must know fields which the typed objects may not: protobuf bodies, unknown fields,
/// strategic merge, ownership, OpenAPI. It is parsed at its first use.
package struct APISchema: Sendable {
    package struct Field: Hashable, Sendable {
        package enum Shape: Hashable, Sendable { case single, list, map }

        package var number: Int
        /// As in JSON.
        package var name: String
        /// `string`, `int32`, `int64`, `bool`, `bytes`, one of ``scalars``, or a message.
        package var type: String
        package var shape: Shape
        /// A message of its own in protobuf whose fields stand among the others in JSON.
        package var isInline: Bool
    }

    package struct Message: Hashable, Sendable {
        package var name: String
        /// As OpenAPI names the package: `io.k8s.api.apps.v1`.
        package var package: String
        package var fields: [Field]
        /// Fields by their JSON names, with those of inlined messages.
        package var byName: [String: Field] = [:]
    }

    /// Messages with a JSON form of their own.
    static let scalars: Set<String> = [
        "Quantity", "IntOrString", "Time", "MicroTime", "FieldsV1", "ListMeta", "RawExtension",
    ]

    package static let shared = APISchema(text: [coreAtoK, coreLtoZ, others])

    private var messages: [String: Message] = [:]

    private init(text: [String]) {
        var lines: [String] = []
        for line in text.flatMap({ $0.split(separator: "\n") }) {
            if line.hasPrefix("  "), let last = lines.popLast() {
                lines.append(last + line.dropFirst())
            } else {
                lines.append(String(line))
            }
        }
        var package = ""
        for line in lines {
            if line.hasPrefix("@") {
                package = String(line.dropFirst())
                continue
            }
            let parts = line.split(separator: ":", maxSplits: 1)
            let name = String(parts[0])
            let fields = (parts.count > 1 ? parts[1] : "").split(separator: ",").compactMap(Self.field)
            messages[name] = Message(name: name, package: package, fields: fields)
        }
        for (name, message) in messages {
            let members = named(message.fields)
            messages[name]?.byName = members
        }
    }

    private static func field(_ text: Substring) -> Field? {
        let words = text.split(separator: " ")
        guard words.count == 3, let number = Int(words[0]) else { return nil }
        let isInline = words[1].hasPrefix("+")
        var type = words[2]
        var shape = Field.Shape.single
        if let first = type.first, first == "[" || first == "{" {
            shape = first == "[" ? .list : .map
            type = type.dropFirst().dropLast()
        }
        return Field(
            number: number, name: String(isInline ? words[1].dropFirst() : words[1]), type: String(type),
            shape: shape, isInline: isInline)
    }

    private func named(_ fields: [Field]) -> [String: Field] {
        var result: [String: Field] = [:]
        for field in fields {
            if field.isInline {
                result.merge(named(messages[field.type]?.fields ?? [])) { first, _ in first }
            } else {
                result[field.name] = field
            }
        }
        return result
    }

    /// nil for a scalar, and for kinds that no table describes (custom resources).
    package func message(_ name: String) -> Message? { messages[name] }

    /// The message of a field's value, or of the elements or values in it.
    package func message(of field: Field?) -> Message? { field.flatMap { messages[$0.type] } }
}
