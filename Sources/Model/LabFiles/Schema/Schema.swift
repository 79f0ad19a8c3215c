/// What a value may be: a declarative description that ``SchemaWalk`` holds a YAML value against.
package indirect enum Schema: Sendable {
    /// A mapping with known fields.
    case object([Field])
    /// A list; each item of this shape.
    case list(Schema)
    /// One value of this shape, or a list of such.
    case oneOrMore(Schema)
    /// A mapping with free keys.
    case map(keys: TextRule?, values: Schema)
    case text(TextRule)
    case integer(IntegerRule)
    case boolean
    /// A whole number or text, as a Service's `targetPort`.
    case integerOrText(IntegerRule, TextRule)
    /// Anything at all, unchecked.
    case anything

    /// Any text.
    static let text = Schema.text(TextRule.any)
    /// Any whole number.
    static let integer = Schema.integer(IntegerRule(Int.min...Int.max, "a whole number"))

    /// A whole number in a range.
    static func integer(_ range: ClosedRange<Int>) -> Schema {
        .integer(IntegerRule(range, "a number from \(range.lowerBound) to \(range.upperBound)"))
    }

    /// Exactly one of these words.
    static func oneOf(_ words: [String]) -> Schema {
        .text(TextRule.oneOf(words) { "\"\($0)\" is not allowed here" })
    }

    /// A free map of text to text, as labels.
    static let textMap = Schema.map(keys: nil, values: .text)
}

/// One known field of an object.
package struct Field: Sendable {
    /// What netlab makes of a field.
    enum Effect: Sendable {
        case used
        /// Right, but nothing in a netns lab heeds it: a warning with this text.
        case none(String)
        /// Known, but refused for now: an error with this text.
        case refused(String)
    }

    var name: String
    var schema: Schema
    var isRequired: Bool
    var effect: Effect

    init(_ name: String, _ schema: Schema, required: Bool = false, effect: Effect = .used) {
        self.name = name
        self.schema = schema
        isRequired = required
        self.effect = effect
    }
}

/// A rule for whole numbers. `fault` makes the message from the number.
package struct IntegerRule: Sendable {
    var range: ClosedRange<Int>
    var expected: String
    var fault: @Sendable (String) -> String

    init(
        _ range: ClosedRange<Int>, _ expected: String,
        fault: @escaping @Sendable (String) -> String = { "\($0) is out of range" }
    ) {
        self.range = range
        self.expected = expected
        self.fault = fault
    }
}

/// A rule for text. `fault` answers what is wrong with it, or nil.
package struct TextRule: Sendable {
    var expected: String
    var fault: @Sendable (String) -> String?

    init(_ expected: String, fault: @escaping @Sendable (String) -> String?) {
        self.expected = expected
        self.fault = fault
    }

    static let any = TextRule("text") { _ in nil }

    static func oneOf(_ words: [String], fault: @escaping @Sendable (String) -> String) -> TextRule {
        let list = words.count > 1 ? words.dropLast().joined(separator: ", ") + " or " + (words.last ?? "") : words[0]
        return TextRule(list) { words.contains($0) ? nil : fault($0) }
    }
}
