/// Writes a checked YAML value as the JSON kubectl would send, types taken from the schema.
struct WireJSON {
    private(set) var bytes: [UInt8] = []

    /// - Precondition: the value passed `SchemaWalk` without errors for this schema.
    init(_ value: YAMLValue, _ schema: Schema) { write(value, schema) }

    private mutating func write(_ value: YAMLValue, _ schema: Schema) {
        switch value.content {
        case .mapping(let entries):
            object(entries) { key in
                switch schema {
                case .object(let fields): fields.first { $0.name == key }?.schema ?? .anything
                case .map(_, let values): values
                default: .anything
                }
            }
        case .sequence(let items):
            var item = Schema.anything
            if case .list(let schema) = schema { item = schema }
            append("[")
            for (index, value) in items.enumerated() {
                if index > 0 { append(",") }
                write(value, item)
            }
            append("]")
        case .scalar(let text, _): scalar(value, text, schema)
        }
    }

    /// Null members are left out: for the API server they are absent.
    private mutating func object(_ entries: [YAMLValue.Entry], _ schema: (String) -> Schema) {
        append("{")
        var first = true
        for entry in entries where !entry.value.isNull {
            if !first { append(",") }
            first = false
            string(entry.key)
            append(":")
            write(entry.value, schema(entry.key))
        }
        append("}")
    }

    private mutating func scalar(_ value: YAMLValue, _ text: String, _ schema: Schema) {
        if value.isNull { return append("null") }
        switch schema {
        case .text: string(text)
        case .boolean: append(value.boolean == true ? "true" : "false")
        default:
            if let number = value.integer {
                append(String(number))
            } else if value.isFraction, let number = Double(text), number.isFinite {
                append(String(number))
            } else if let boolean = value.boolean, text.utf8.count > 1 {
                append(boolean ? "true" : "false")
            } else {
                string(text)
            }
        }
    }

    private mutating func append(_ text: String) { bytes += Array(text.utf8) }

    private mutating func string(_ text: String) {
        append("\"")
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case ..<0x20:
                let hex = String(byte, radix: 16)
                append("\\u" + String(repeating: "0", count: 4 - hex.utf8.count) + hex)
            default: bytes.append(byte)
            }
        }
        append("\"")
    }
}
