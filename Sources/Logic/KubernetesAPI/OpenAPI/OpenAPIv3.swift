internal import KubernetesModel

/// OpenAPI v3 of each group version: what kubectl from 1.29 asks before it applies, and what `explain` reads.
enum OpenAPIv3 {
    /// `GET /openapi/v3`
    static var index: JSONValue {
        let versions = Set(ServedResource.all.map { path(group: $0.type.group, version: $0.type.version) })
        let entries = versions.map { path in
            // The documents change with the program only.
            (path, JSONValue.object(["serverRelativeURL": .string("/openapi/v3/\(path)?hash=\(revision)")]))
        }
        return .object(["paths": .object(Dictionary(entries) { first, _ in first })])
    }

    private static let revision = "1"

    private static func path(group: String, version: String) -> String {
        group.isEmpty ? "api/\(version)" : "apis/\(group)/\(version)"
    }

    /// `GET /openapi/v3/apis/GROUP/VERSION`
    static func document(group: String, version: String) -> JSONValue {
        let served = ServedResource.all.filter { $0.type.group == group && $0.type.version == version }
        var paths: [String: JSONValue] = [:]
        var names: Set<String> = []
        for resource in served {
            let scope = resource.type.isNamespaced ? "/namespaces/{namespace}" : ""
            let collection = "/\(path(group: group, version: version))\(scope)/\(resource.type.plural)"
            paths[collection] = operations(resource, ["get": "list", "post": "create"])
            paths[collection + "/{name}"] = operations(
                resource, ["get": "get", "put": "update", "patch": "patch", "delete": "delete"])
            names.insert(resource.type.kind)
        }
        var schemas: [String: JSONValue] = [:]
        for name in names.sorted() { add(name, to: &schemas, kind: served.first { $0.type.kind == name }?.type) }
        return .object([
            "openapi": .string("3.0.0"),
            "info": .object(["title": .string("netlab"), "version": .string("v1")]),
            "paths": .object(paths), "components": .object(["schemas": .object(schemas)]),
        ])
    }

    private static func operations(_ resource: ServedResource, _ methods: [String: String]) -> JSONValue {
        var operations: [String: JSONValue] = [:]
        for (method, verb) in methods where resource.verbs.contains(verb) {
            let parameters = ["dryRun", "fieldManager", "fieldValidation"].map { name in
                JSONValue.object([
                    "name": .string(name), "in": .string("query"), "schema": .object(["type": .string("string")]),
                ])
            }
            operations[method] = .object([
                "operationId": .string("\(verb)\(resource.type.kind)"), "x-kubernetes-action": .string(verb),
                "x-kubernetes-group-version-kind": groupVersionKind(resource.type),
                "parameters": .array(parameters),
                "responses": .object(["200": .object(["description": .string("OK")])]),
            ])
        }
        return .object(operations)
    }

    private static func groupVersionKind(_ type: ResourceType) -> JSONValue {
        .object(["group": .string(type.group), "version": .string(type.version), "kind": .string(type.kind)])
    }

    /// A schema with all that it refers to.
    private static func add(_ name: String, to schemas: inout [String: JSONValue], kind: ResourceType? = nil) {
        guard schemas[name] == nil else { return }
        var schema: [String: JSONValue] = ["type": .string("object")]
        schemas[name] = .object(schema)
        schema["description"] = .string(SchemaText.describe(name))
        if let kind { schema["x-kubernetes-group-version-kind"] = .array([groupVersionKind(kind)]) }
        guard let message = APISchema.shared.message(name) else {
            schema["x-kubernetes-preserve-unknown-fields"] = .bool(true)
            schemas[name] = .object(schema)
            return
        }
        var properties: [String: JSONValue] = [:]
        if kind != nil {
            for field in ["apiVersion", "kind"] {
                properties[field] = .object([
                    "type": .string("string"), "description": .string(SchemaText.describe(field, of: "")),
                ])
            }
        }
        for field in message.byName.values {
            if APISchema.shared.message(of: field) != nil { add(field.type, to: &schemas) }
            properties[field.name] = property(field, of: name)
        }
        schema["properties"] = .object(properties)
        schemas[name] = .object(schema)
    }

    private static func property(_ field: APISchema.Field, of message: String) -> JSONValue {
        let description = JSONValue.string(SchemaText.describe(field.name, of: message))
        var value: [String: JSONValue]
        switch field.type {
        case "string", "Quantity": value = ["type": .string("string")]
        case "bytes": value = ["type": .string("string"), "format": .string("byte")]
        case "int32", "int64": value = ["type": .string("integer"), "format": .string(field.type)]
        case "bool": value = ["type": .string("boolean")]
        case "Time", "MicroTime": value = ["type": .string("string"), "format": .string("date-time")]
        case "IntOrString":
            value = ["type": .string("string"), "format": .string("int-or-string")]
        case "FieldsV1", "ListMeta": value = ["type": .string("object")]
        default: value = ["$ref": .string("#/components/schemas/\(field.type)")]
        }
        switch field.shape {
        case .single:
            if value["$ref"] != nil { value = ["allOf": .array([.object(value)])] }
            value["description"] = description
            return .object(value)
        case .list:
            return .object(["type": .string("array"), "items": .object(value), "description": description])
        case .map:
            return .object([
                "type": .string("object"), "additionalProperties": .object(value), "description": description,
            ])
        }
    }
}
