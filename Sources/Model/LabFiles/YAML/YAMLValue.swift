/// One YAML value with its place, independent of the library that read it.
///
/// `--set` words become the same values, so that everything after reading treats files and flags alike.
package struct YAMLValue: Hashable, Sendable {
    /// One `key: value` of a mapping.
    package struct Entry: Hashable, Sendable {
        package var key: String
        package var keyPlace: SourcePlace
        package var value: YAMLValue
    }

    /// A scalar is kept as text: what type it has depends on what the schema wants at its place.
    package enum Content: Hashable, Sendable {
        /// `plain` is false for quoted and block text, which is never a number, a boolean or null.
        case scalar(text: String, plain: Bool)
        case sequence([YAMLValue])
        case mapping([Entry])
    }

    package var content: Content
    package var place: SourcePlace

    package init(_ content: Content, at place: SourcePlace) {
        self.content = content
        self.place = place
    }
}

extension YAMLValue {
    /// The value of a key; nil when this is no mapping, the key is absent or its value is null.
    package subscript(_ key: String) -> YAMLValue? {
        guard let value = entry(key)?.value, !value.isNull else { return nil }
        return value
    }

    /// The pair of a key, null values included.
    func entry(_ key: String) -> Entry? {
        entries?.first { $0.key == key }
    }

    var entries: [Entry]? {
        if case .mapping(let entries) = content { return entries }
        return nil
    }

    /// The items of a list; nil for anything else.
    package var items: [YAMLValue]? {
        if case .sequence(let items) = content { return items }
        return nil
    }

    /// The text of a scalar, whatever type it would have; nil for lists, mappings and null.
    package var text: String? {
        if case .scalar(let text, _) = content, !isNull { return text }
        return nil
    }

    /// An unquoted `null`, `~` or nothing at all. Go's decoders treat it as an absent field.
    package var isNull: Bool {
        if case .scalar(let text, true) = content { return ["", "~", "null", "Null", "NULL"].contains(text) }
        return false
    }

    /// An unquoted true or false in any of the spellings Go's YAML libraries take for a boolean field.
    package var boolean: Bool? {
        guard case .scalar(let text, true) = content else { return nil }
        switch text {
        case "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON", "y", "Y": return true
        case "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF", "n", "N": return false
        default: return nil
        }
    }

    /// An unquoted whole number, decimal, `0x`, `0o` or `0b`.
    package var integer: Int? {
        guard case .scalar(let text, true) = content else { return nil }
        return Self.integer(from: text)
    }

    /// Whether this is unquoted and reads as a number with a fraction or an exponent.
    var isFraction: Bool {
        guard case .scalar(let text, true) = content, integer == nil, let first = text.utf8.first else { return false }
        return (48...57).contains(first) || "+-.".utf8.contains(first) ? Double(text) != nil : false
    }

    static func integer(from text: String) -> Int? {
        let negative = text.hasPrefix("-")
        let digits = negative || text.hasPrefix("+") ? text.dropFirst() : text[...]
        let (body, radix): (Substring, Int) =
            switch digits.prefix(2) {
            case "0x": (digits.dropFirst(2), 16)
            case "0o": (digits.dropFirst(2), 8)
            case "0b": (digits.dropFirst(2), 2)
            default: (digits, 10)
            }
        guard let first = body.utf8.first, first != UInt8(ascii: "+"), first != UInt8(ascii: "-") else { return nil }
        return Int((negative ? "-" : "") + body.replacing("_", with: ""), radix: radix)
    }

    /// What people would call this value, for messages.
    var kindOfValue: String {
        switch content {
        case .sequence: "a list"
        case .mapping: "a mapping"
        case .scalar(let text, let plain):
            if isNull {
                "nothing"
            } else if plain, integer != nil || isFraction {
                "the number \(text)"
            } else if boolean != nil, text.utf8.count > 1 {
                "the boolean \(text)"
            } else {
                "the text \"\(Self.shortened(text))\""
            }
        }
    }

    /// At most 60 characters on one line, so that a message stays readable.
    static func shortened(_ text: String) -> String {
        let line = text.split(whereSeparator: \.isNewline).first.map(String.init) ?? text
        return line.count > 60 || line.count < text.count ? line.prefix(60) + "…" : line
    }
}
