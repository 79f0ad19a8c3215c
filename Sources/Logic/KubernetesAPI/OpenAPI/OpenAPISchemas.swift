internal import KubernetesModel

/// The schemas of what is served, as both versions of OpenAPI have them.
///
/// `explain`, the validation of older clients, and the patches that `kubectl apply` makes come from them: without a
/// list's merge key a client would replace the whole list where the server merges it.
struct OpenAPISchemas {
    /// What stands in front of a schema's name in a reference.
    private let place: String
    /// Whether a reference may have a description beside it (OpenAPI 2, as Kubernetes reads it) or not (3).
    private let describesReferences: Bool
    /// Schemas by their full names, such as `io.k8s.api.apps.v1.Deployment`.
    private(set) var schemas: [String: JSONValue] = [:]

    init(place: String, describesReferences: Bool) {
        self.place = place
        self.describesReferences = describesReferences
    }

    /// Adds a kind, with all that it refers to.
    mutating func add(_ resource: ServedResource) {
        let type = resource.type
        if APISchema.shared.message(type.kind) != nil {
            add(message: type.kind, kind: type)
        } else {
            addUnknown(type)
        }
    }

    static func groupVersionKind(_ type: ResourceType) -> JSONValue {
        .object(["group": .string(type.group), "version": .string(type.version), "kind": .string(type.kind)])
    }

    // MARK: Schemas

    private mutating func add(message name: String, kind: ResourceType? = nil) {
        guard let message = APISchema.shared.message(name) else { return }
        let full = Self.name(of: message)
        if schemas[full] != nil, kind == nil { return }
        // Before its fields, which may refer to it.
        schemas[full] = .object([:])
        var properties: [String: JSONValue] = [:]
        for field in message.byName.values {
            if APISchema.shared.message(of: field) != nil { add(message: field.type) }
            properties[field.name] = property(field, of: name)
        }
        var schema = object(SchemaText.describe(name), properties, kind)
        if let required = SchemaText.required[name] { schema["required"] = .array(required.map { .string($0) }) }
        schemas[full] = .object(schema)
    }

    /// A kind that no table describes: its parts may hold anything.
    private mutating func addUnknown(_ type: ResourceType) {
        add(message: "ObjectMeta")
        let metadata = APISchema.Field(number: 1, name: "metadata", type: "ObjectMeta", shape: .single, isInline: false)
        var properties = ["metadata": property(metadata, of: type.kind)]
        for part in ["spec", "status"] {
            properties[part] = .object([
                "type": .string("object"), "description": .string(SchemaText.describe(part, of: type.kind)),
                "x-kubernetes-preserve-unknown-fields": .bool(true),
            ])
        }
        let group = type.group.split(separator: ".").reversed().joined(separator: ".")
        let schema = object(SchemaText.describe(type.kind), properties, type)
        schemas["\(group).\(type.version).\(type.kind)"] = .object(schema)
    }

    private func object(
        _ description: String, _ properties: [String: JSONValue], _ kind: ResourceType?
    ) -> [String: JSONValue] {
        var properties = properties
        var schema: [String: JSONValue] = ["type": .string("object"), "description": .string(description)]
        if let kind {
            for field in ["apiVersion", "kind"] {
                properties[field] = .object([
                    "type": .string("string"), "description": .string(SchemaText.describe(field, of: "")),
                ])
            }
            schema["x-kubernetes-group-version-kind"] = .array([Self.groupVersionKind(kind)])
        }
        schema["properties"] = .object(properties)
        return schema
    }

    /// `CoreEndpointPort` and `DiscoveryEndpointPort` are told apart by their packages alone.
    private static func name(of message: APISchema.Message) -> String {
        let name = message.name.hasSuffix("EndpointPort") ? "EndpointPort" : message.name
        return "\(message.package).\(name)"
    }

    private func property(_ field: APISchema.Field, of message: String) -> JSONValue {
        var value = element(field)
        switch field.shape {
        case .single: break
        case .list: value = ["type": .string("array"), "items": .object(value)]
        case .map: value = ["type": .string("object"), "additionalProperties": .object(value)]
        }
        if value["$ref"] != nil, !describesReferences { value = ["allOf": .array([.object(value)])] }
        value["description"] = .string(SchemaText.describe(field.name, of: message))
        return .object(value.merging(merging(field, of: message)) { $1 })
    }

    private func element(_ field: APISchema.Field) -> [String: JSONValue] {
        func scalar(_ type: String, _ format: String? = nil) -> [String: JSONValue] {
            var value: [String: JSONValue] = ["type": .string(type)]
            value["format"] = format.map { .string($0) }
            return value
        }
        switch field.type {
        case "string", "Quantity": return scalar("string")
        case "bytes": return scalar("string", "byte")
        case "int32", "int64": return scalar("integer", field.type)
        case "bool": return scalar("boolean")
        case "Time", "MicroTime": return scalar("string", "date-time")
        case "IntOrString": return scalar("string", "int-or-string")
        default:
            guard let message = APISchema.shared.message(of: field) else { return scalar("object") }
            return ["$ref": .string(place + Self.name(of: message))]
        }
    }

    /// How a patch treats the field's list (patchStrategy and patchMergeKey of k8s.io/api).
    private func merging(_ field: APISchema.Field, of message: String) -> [String: JSONValue] {
        var result: [String: JSONValue] = [:]
        var strategies: [String] = []
        switch field.shape == .list ? ListMeaning(field.name, of: message) : nil {
        case .map(let mergeKey, let keys):
            strategies.append("merge")
            result["x-kubernetes-patch-merge-key"] = .string(mergeKey)
            result["x-kubernetes-list-type"] = .string("map")
            result["x-kubernetes-list-map-keys"] = .array(keys.map { .string($0) })
        case .set:
            strategies.append("merge")
            result["x-kubernetes-list-type"] = .string("set")
        case nil: break
        }
        if ListMeaning.retainsKeys(field.name, of: message) { strategies.append("retainKeys") }
        if !strategies.isEmpty {
            result["x-kubernetes-patch-strategy"] = .string(strategies.joined(separator: ","))
        }
        return result
    }
}
