internal import KubernetesModel

/// OpenAPI v2 in protobuf, the only form in which clients read it: kubectl before 1.29 validates, explains, applies and
/// tries out by it, newer ones where there is no v3.
///
/// The numbers are those of gnostic's OpenAPIv2.proto. Of paths there are only the patches, from which clients learn
/// whether a kind can be tried out (`dryRun`).
enum OpenAPIv2 {
    /// Without the `@` of what clients ask for, which their own parsers do not take.
    static let contentType = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"

    /// Changes with the program only.
    static let document: [UInt8] = {
        var info = ProtobufWriter()
        info.add(1, "netlab")
        info.add(2, "v1")
        var paths = ProtobufWriter()
        var all = OpenAPISchemas(place: "#/definitions/", describesReferences: true)
        for resource in ServedResource.all {
            all.add(resource)
            if resource.verbs.contains("patch") { paths.add(2, named(path(of: resource), pathItem(resource))) }
        }
        var definitions = ProtobufWriter()
        for (name, value) in all.schemas.sorted(by: { $0.key < $1.key }) {
            definitions.add(1, named(name, schema(value)))
        }
        var document = ProtobufWriter()
        document.add(1, "2.0")
        document.add(2, info)
        document.add(8, paths)
        document.add(9, definitions)
        return document.bytes
    }()

    private static func named(_ name: String, _ value: ProtobufWriter) -> ProtobufWriter {
        var message = ProtobufWriter()
        message.add(1, name)
        message.add(2, value)
        return message
    }

    // MARK: Paths

    private static func path(of resource: ServedResource) -> String {
        let scope = resource.type.isNamespaced ? "/namespaces/{namespace}" : ""
        let group = resource.type.group.isEmpty ? "api" : "apis/\(resource.type.group)"
        return "/\(group)/\(resource.type.version)\(scope)/\(resource.type.plural)/{name}"
    }

    private static func pathItem(_ resource: ServedResource) -> ProtobufWriter {
        var operation = ProtobufWriter()
        operation.add(5, "patch\(resource.type.kind)")
        for name in ["dryRun", "fieldManager", "fieldValidation"] {
            var query = ProtobufWriter()
            query.add(2, "query")
            query.add(4, name)
            query.add(6, "string")
            // ParametersItem, Parameter, NonBodyParameter.
            var parameter = query
            for number in [3, 2, 1] {
                var outer = ProtobufWriter()
                outer.add(number, parameter)
                parameter = outer
            }
            operation.add(8, parameter)
        }
        let kind = OpenAPISchemas.groupVersionKind(resource.type)
        operation.add(13, any("x-kubernetes-group-version-kind", kind))
        var item = ProtobufWriter()
        item.add(8, operation)
        return item
    }

    /// An extension: its value is YAML, and JSON is.
    private static func any(_ name: String, _ value: JSONValue) -> ProtobufWriter {
        var any = ProtobufWriter()
        any.add(2, (try? KubernetesJSON.encode(value)) ?? [])
        return named(name, any)
    }

    // MARK: Schemas

    private static func schema(_ value: JSONValue) -> ProtobufWriter {
        var message = ProtobufWriter()
        if let reference = value["$ref"]?.text { message.add(1, reference) }
        if let format = value["format"]?.text { message.add(2, format) }
        if let text = value["description"]?.text, !text.isEmpty { message.add(4, text) }
        for name in (value["required"]?.elements ?? []).compactMap(\.text) { message.add(19, name) }
        if let element = value["additionalProperties"] {
            var item = ProtobufWriter()
            item.add(1, schema(element))
            message.add(21, item)
        }
        if let type = value["type"]?.text {
            var item = ProtobufWriter()
            item.add(1, type)
            message.add(22, item)
        }
        if let element = value["items"] {
            var item = ProtobufWriter()
            item.add(1, schema(element))
            message.add(23, item)
        }
        guard case .object(let members) = value else { return message }
        if case .object(let properties)? = members["properties"] {
            var item = ProtobufWriter()
            for (name, value) in properties.sorted(by: { $0.key < $1.key }) { item.add(1, named(name, schema(value))) }
            message.add(25, item)
        }
        for (name, value) in members.sorted(by: { $0.key < $1.key }) where name.hasPrefix("x-") {
            message.add(31, any(name, value))
        }
        return message
    }
}
