import FoundationEssentials

/// The JSON form of objects: sorted keys, slashes as they are, so that equal objects have equal bytes.
package enum KubernetesJSON {
    private static let encoder: JSONEncoder = {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }()

    /// - Throws: `EncodingError` when a number has no JSON form.
    package static func encode(_ value: some Encodable) throws -> [UInt8] {
        [UInt8](try encoder.encode(value))
    }

    /// - Throws: `DecodingError` for text that is not JSON or a field of the wrong shape; `UnknownKindError` from
    ///   `AnyKubernetesObject`.
    package static func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws -> Value {
        try JSONDecoder().decode(type, from: Data(bytes))
    }
}
