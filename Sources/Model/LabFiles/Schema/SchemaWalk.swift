/// Holds a YAML value against a schema and collects every problem.
struct SchemaWalk {
    /// How scalars are read where a schema asks for text.
    enum Dialect: Sendable {
        /// yaml.v3 into Go strings (kind) and Helm's templates: an unquoted number or boolean is its own text.
        case lenient
        /// YAML turned into JSON first (kubectl): an unquoted number or boolean is no text.
        case kubernetes
    }

    private(set) var problems: [Problem] = []
    private let dialect: Dialect

    init(_ dialect: Dialect) { self.dialect = dialect }

    /// Every problem of one document.
    static func problems(in value: YAMLValue, _ schema: Schema, _ dialect: Dialect, field: String = "") -> [Problem] {
        var walk = SchemaWalk(dialect)
        walk.check(value, schema, field)
        return walk.problems
    }

    /// A document with more faults than this is not meant; what is found in it until then is enough.
    private static let mostProblems = 1000

    private mutating func check(_ value: YAMLValue, _ schema: Schema, _ field: String) {
        guard problems.count < Self.mostProblems else { return }
        switch schema {
        case .anything: return
        case .object(let fields): object(value, fields, field)
        case .list(let item):
            guard let items = value.items else { return mismatch(value, field, "a list") }
            for (index, value) in items.enumerated() { check(value, item, "\(field)[\(index)]") }
        case .oneOrMore(let item): check(value, value.items == nil ? item : .list(item), field)
        case .map(let keys, let values): map(value, keys, values, field)
        case .text(let rule): text(value, rule, field)
        case .integer(let rule): integer(value, rule, field)
        case .boolean:
            if value.boolean == nil { mismatch(value, field, "true or false, without quotes") }
        case .integerOrText(let number, let rule):
            if value.integer != nil { integer(value, number, field) } else { text(value, rule, field) }
        }
    }

    private mutating func object(_ value: YAMLValue, _ fields: [Field], _ path: String) {
        guard let entries = value.entries else { return mismatch(value, path, "a mapping") }
        for entry in entries where problems.count < Self.mostProblems {
            let field = Self.join(path, entry.key)
            guard let known = fields.first(where: { $0.name == entry.key }) else {
                unknown(entry, path, fields.map(\.name))
                continue
            }
            if case .refused(let reason) = known.effect {
                problems.append(Problem(at: entry.keyPlace, field: field, reason))
                continue
            }
            if entry.value.isNull { continue }
            if case .none(let note) = known.effect {
                problems.append(Problem(at: entry.keyPlace, field: field, note, severity: .warning))
            }
            check(entry.value, known.schema, field)
        }
        for known in fields where known.isRequired && value[known.name] == nil {
            problems.append(
                Problem(at: value.place, field: Self.join(path, known.name), "this required field is missing"))
        }
    }

    private mutating func unknown(_ entry: YAMLValue.Entry, _ path: String, _ known: [String]) {
        let near = Spelling.nearest(to: entry.key, among: known)
        problems.append(
            Problem(
                at: entry.keyPlace, field: path,
                "unknown field \"\(YAMLValue.shortened(entry.key))\"" + PrintableText.lookalikes(in: entry.key)
                    + (near.map { "; did you mean \"\($0)\"?" } ?? ""),
                expected: near == nil ? Self.list(known) : nil))
    }

    private mutating func map(_ value: YAMLValue, _ keys: TextRule?, _ values: Schema, _ path: String) {
        guard let entries = value.entries else { return mismatch(value, path, "a mapping") }
        for entry in entries {
            let field = Self.join(path, entry.key)
            if let keys, let fault = keys.fault(entry.key) {
                problems.append(Problem(at: entry.keyPlace, field: field, fault, expected: keys.expected))
            }
            check(entry.value, values, field)
        }
    }

    private mutating func text(_ value: YAMLValue, _ rule: TextRule, _ field: String) {
        guard case .scalar(let text, _) = value.content else { return mismatch(value, field, rule.expected) }
        let isTyped = value.integer != nil || value.isFraction || value.boolean != nil && text.utf8.count > 1
        if dialect == .kubernetes, isTyped {
            let message = "\(value.kindOfValue) where text is wanted"
            return problems.append(Problem(at: value.place, field: field, message, expected: "quotes: \"\(text)\""))
        }
        if value.isNull { return mismatch(value, field, rule.expected) }
        guard var fault = rule.fault(text) else { return }
        if text.utf8.count > 60 { fault = fault.replacing(text, with: YAMLValue.shortened(text)) }
        problems.append(Problem(at: value.place, field: field, fault, expected: rule.expected))
    }

    private mutating func integer(_ value: YAMLValue, _ rule: IntegerRule, _ field: String) {
        guard let number = value.integer else { return mismatch(value, field, rule.expected) }
        guard !rule.range.contains(number) else { return }
        problems.append(
            Problem(at: value.place, field: field, rule.fault(value.text ?? "\(number)"), expected: rule.expected))
    }

    private mutating func mismatch(_ value: YAMLValue, _ field: String, _ expected: String) {
        problems.append(Problem(at: value.place, field: field, "found \(value.kindOfValue)", expected: expected))
    }

    private static func list(_ names: [String]) -> String {
        names.prefix(12).joined(separator: ", ") + (names.count > 12 ? ", …" : "")
    }

    /// `networking` + `podSubnet` → `networking.podSubnet`.
    static func join(_ path: String, _ key: String) -> String {
        let key = key.utf8.count > 80 ? YAMLValue.shortened(key) : key
        return path.isEmpty ? key : path + "." + key
    }
}
