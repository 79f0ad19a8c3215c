/// A number or a text: a port or its name, a count or a percentage (util/intstr IntOrString).
package enum IntOrString: Hashable, Sendable, CustomStringConvertible {
    case int(Int32)
    case string(String)

    package var description: String {
        switch self {
        case .int(let value): String(value)
        case .string(let value): value
        }
    }

    /// The count meant, a percentage being of `total`; nil for text that is no percentage
    /// (GetScaledValueFromIntOrPercent).
    package func scaled(total: Int, roundUp: Bool) -> Int? {
        switch self {
        case .int(let value): return Int(value)
        case .string(let text):
            guard text.hasSuffix("%"), let percent = Int(text.dropLast()), (0...1_000_000).contains(percent) else {
                return nil
            }
            return roundUp ? (percent * total + 99) / 100 : percent * total / 100
        }
    }
}

extension IntOrString: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral {
    package init(integerLiteral value: Int32) { self = .int(value) }
    package init(stringLiteral value: String) { self = .string(value) }
}

extension IntOrString: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let value = try? container.decode(Int32.self) {
            self = .int(value)
        } else {
            self = .string(try container.decode(String.self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .int(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        }
    }
}
