/// An amount such as `100m` or `128Mi`, kept as text: nothing here computes with it (api/resource Quantity).
///
/// A manifest may also write a bare number; the API answers text.
package struct Quantity: Hashable, Sendable, CustomStringConvertible {
    package var text: String

    package init(_ text: String) { self.text = text }

    package var description: String { text }
}

extension Quantity: ExpressibleByStringLiteral {
    package init(stringLiteral value: String) { text = value }
}

extension Quantity: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
            self.text = text
        } else if let whole = try? container.decode(Int64.self) {
            text = String(whole)
        } else {
            text = String(try container.decode(Double.self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
