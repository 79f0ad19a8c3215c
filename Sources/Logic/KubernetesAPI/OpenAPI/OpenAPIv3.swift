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

    private static let revision = "2"

    private static func path(group: String, version: String) -> String {
        group.isEmpty ? "api/\(version)" : "apis/\(group)/\(version)"
    }

    /// `GET /openapi/v3/apis/GROUP/VERSION`
    static func document(group: String, version: String) -> JSONValue {
        let served = ServedResource.all.filter { $0.type.group == group && $0.type.version == version }
        var paths: [String: JSONValue] = [:]
        for resource in served {
            let scope = resource.type.isNamespaced ? "/namespaces/{namespace}" : ""
            let collection = "/\(path(group: group, version: version))\(scope)/\(resource.type.plural)"
            paths[collection] = operations(resource, ["get": "list", "post": "create"])
            paths[collection + "/{name}"] = operations(
                resource, ["get": "get", "put": "update", "patch": "patch", "delete": "delete"])
        }
        var schemas = OpenAPISchemas(place: "#/components/schemas/", describesReferences: false)
        for resource in served { schemas.add(resource) }
        return .object([
            "openapi": .string("3.0.0"),
            "info": .object(["title": .string("netlab"), "version": .string("v1")]),
            "paths": .object(paths), "components": .object(["schemas": .object(schemas.schemas)]),
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
                "x-kubernetes-group-version-kind": OpenAPISchemas.groupVersionKind(resource.type),
                "parameters": .array(parameters),
                "responses": .object(["200": .object(["description": .string("OK")])]),
            ])
        }
        return .object(operations)
    }
}
