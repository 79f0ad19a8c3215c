/// A JSON value as libnftables speaks it (libnftables-json(5)).
enum NftablesJSON: Codable, Hashable, Sendable {
    case null
    case bool(Bool)
    case integer(Int)
    case text(String)
    case list([NftablesJSON])
    case object([String: NftablesJSON])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        // Most frequent first: each wrong guess costs an error.
        if let value = try? container.decode([String: NftablesJSON].self) {
            self = .object(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let value = try? container.decode([NftablesJSON].self) {
            self = .list(value)
        } else if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Int.self) {
            self = .integer(value)
        } else {
            self = .bool(try container.decode(Bool.self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .text(let value): try container.encode(value)
        case .list(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }

    /// A field of an object; nil for anything else.
    subscript(field: String) -> NftablesJSON? {
        if case .object(let fields) = self { fields[field] } else { nil }
    }

    var text: String? { if case .text(let value) = self { value } else { nil } }
    var integer: Int? { if case .integer(let value) = self { value } else { nil } }
    var list: [NftablesJSON]? { if case .list(let value) = self { value } else { nil } }

    /// The name and content of an object with one field, as every expression is.
    var only: (name: String, content: NftablesJSON)? {
        guard case .object(let fields) = self, fields.count == 1, let field = fields.first else { return nil }
        return (field.key, field.value)
    }
}

extension NftablesJSON: ExpressibleByStringLiteral, ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral {
    init(stringLiteral value: String) { self = .text(value) }
    init(arrayLiteral elements: NftablesJSON...) { self = .list(elements) }
    init(dictionaryLiteral elements: (String, NftablesJSON)...) {
        self = .object(Dictionary(elements) { _, last in last })
    }
}
