internal import KubernetesModel

/// What Go's decoder leaves at its zero value and the typed objects cannot do without: validation then says what is
/// wrong with it, not the decoder.
///
/// Which fields those are is learnt from what the decoder misses, so that nobody has to keep a list of them.
struct ZeroValues {
    private let root: APISchema.Message
    private var fields: [String: Set<String>] = [:]

    /// - Parameter root: the message of the object's kind.
    init(_ root: APISchema.Message) { self.root = root }

    /// Learns a field from what the decoder says of its absence.
    ///
    /// - Returns: false when there is nothing to learn: what is wrong is something else.
    mutating func learn(from error: DecodingError) -> Bool {
        var path: [any CodingKey]
        let name: String
        switch error {
        case .keyNotFound(let key, let context):
            path = context.codingPath
            name = key.stringValue
        case .valueNotFound(_, let context):
            path = context.codingPath
            guard let last = path.popLast(), last.intValue == nil else { return false }
            name = last.stringValue
        default: return false
        }
        guard let message = message(at: path), message.byName[name] != nil else { return false }
        return fields[message.name, default: []].insert(name).inserted
    }

    private func message(at path: [any CodingKey]) -> APISchema.Message? {
        var message: APISchema.Message? = root
        // The key of a map's value comes after the map.
        var isInMap = false
        for key in path where key.intValue == nil {
            if isInMap {
                isInMap = false
                continue
            }
            guard let field = message?.byName[key.stringValue] else { return nil }
            message = APISchema.shared.message(of: field)
            isInMap = field.shape == .map
        }
        return message
    }

    /// The object with zero values in every place where a learnt field is absent.
    func fill(_ value: JSONValue) -> JSONValue { fill(value, root) }

    private func fill(_ value: JSONValue, _ message: APISchema.Message?) -> JSONValue {
        guard let message, case .object(var members) = value else { return value }
        for name in fields[message.name] ?? [] where members[name] == nil || members[name] == .null {
            members[name] = message.byName[name].map(Self.zero)
        }
        for (name, member) in members {
            guard let field = message.byName[name] else { continue }
            let inner = APISchema.shared.message(of: field)
            guard inner != nil else { continue }
            switch (field.shape, member) {
            case (.single, _): members[name] = fill(member, inner)
            case (.list, .array(let elements)): members[name] = .array(elements.map { fill($0, inner) })
            case (.map, .object(let values)): members[name] = .object(values.mapValues { fill($0, inner) })
            default: continue
            }
        }
        return .object(members)
    }

    private static func zero(_ field: APISchema.Field) -> JSONValue {
        switch (field.shape, field.type) {
        case (.list, _): .array([])
        case (.map, _): .object([:])
        case (.single, "string"), (.single, "bytes"): .string("")
        case (.single, "bool"): .bool(false)
        case (.single, "int32"), (.single, "int64"), (.single, "IntOrString"): .integer(0)
        case (.single, "Quantity"): .string("0")
        default: .object([:])
        }
    }
}
