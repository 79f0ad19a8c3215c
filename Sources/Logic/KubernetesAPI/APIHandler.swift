package import KubernetesModel

/// What a request comes to.
package enum APIAnswer: Sendable {
    case response(APIResponse)
    /// To be told of changes from now on.
    case watch(WatchRequest)
    /// A container's output.
    case log(LogRequest)
    /// A command's input and output.
    case command(CommandRequest)
    /// Connections to ports of a pod: those that the URL names, or whatever the client then asks for.
    case portForward(Pod, ports: [UInt16])
    /// Usage, which somebody must count: the resource, and whose.
    case metrics(ServedResource, namespace: String?, name: String?)
}

/// Answers requests to the API: discovery, reading and writing objects. Pure but for its storage.
package struct APIHandler {
    let storage: any ObjectStorage
    /// `HOST:PORT` as clients reach the server.
    private let server: String
    private let version: [String: String]

    /// - Parameter version: `GET /version`, as it is.
    package init(storage: any ObjectStorage, server: String, version: [String: String]) {
        self.storage = storage
        self.server = server
        self.version = version
    }

    /// - Parameter now: seconds since 1970, for ages.
    package func answer(_ request: APIRequest, now: Double) -> APIAnswer {
        do throws(StatusDocument) {
            return try handle(request, now)
        } catch {
            return .response(error.response)
        }
    }

    private func handle(_ request: APIRequest, _ now: Double) throws(StatusDocument) -> APIAnswer {
        guard let path = APIPath(request.path) else { throw .noSuchPath }
        switch path {
        case .collection(let resource, let namespace): return try collection(resource, namespace, request, now)
        case .object(let resource, let namespace, let name, nil):
            return try object(resource, namespace, name, request, now)
        case .object(let resource, let namespace, let name, let part?):
            guard resource.subresources.contains(where: { $0.name == part }) else { throw .noSuchPath }
            return try self.part(part, of: resource, namespace, name, request, now)
        default:
            guard request.method == "GET" else { throw .methodNotAllowed }
            if let version = request.aggregatedDiscovery, path == .coreVersions || path == .groups {
                var response = try Self.json(AggregatedDiscovery(isCore: path == .coreVersions, version: version))
                response.contentType = "application/json;g=apidiscovery.k8s.io;v=\(version);as=APIGroupDiscoveryList"
                return .response(response)
            }
            return .response(try document(path))
        }
    }

    private func document(_ path: APIPath) throws(StatusDocument) -> APIResponse {
        switch path {
        case .version: try Self.json(version)
        case .health: APIResponse(contentType: "text/plain; charset=utf-8", body: Array("ok".utf8))
        case .coreVersions: try Self.json(Discovery.Versions(server: server))
        case .groups: try Self.json(Discovery.groups)
        case .group(let name): try Self.json(Discovery.group(name))
        case .resources(let group, let version): try Self.json(Discovery.resources(group: group, version: version))
        case .openAPIv2: APIResponse(contentType: OpenAPIv2.contentType, body: OpenAPIv2.document)
        case .openAPIv3Index: try Self.json(OpenAPIv3.index)
        case .openAPIv3(let group, let version): try Self.json(OpenAPIv3.document(group: group, version: version))
        case .collection, .object: throw .noSuchPath
        }
    }

    private func collection(
        _ resource: ServedResource, _ namespace: String?, _ request: APIRequest, _ now: Double
    ) throws(StatusDocument) -> APIAnswer {
        switch (request.method, resource.origin) {
        case ("GET", .stored), ("GET", .empty), ("GET", .derived):
            if request.isSet("watch") {
                return .watch(try WatchRequest(request, resource, namespace: namespace))
            }
            return .response(try list(resource, namespace, request, now))
        case ("GET", .metrics): return .metrics(resource, namespace: namespace, name: nil)
        case ("POST", .stored): return .response(try create(resource, namespace, request, now: now))
        case ("POST", .review): return .response(try review(resource, request))
        case ("DELETE", .stored): return .response(try deleteCollection(resource, namespace, request))
        default: throw .methodNotAllowed
        }
    }

    private func object(
        _ resource: ServedResource, _ namespace: String, _ name: String, _ request: APIRequest, _ now: Double
    ) throws(StatusDocument) -> APIAnswer {
        if request.method == "GET", resource.origin == .metrics {
            return .metrics(resource, namespace: namespace, name: name)
        }
        guard resource.origin == .stored || resource.origin == .derived && request.method == "GET" else {
            if request.method == "GET" { throw .notFound(resource, name) }
            throw .methodNotAllowed
        }
        switch request.method {
        case "GET":
            let found = try existing(resource, namespace, name)
            switch Representation(request) {
            case .objects: return .response(try Self.json(found))
            case .metadata:
                return .response(try Self.json(PartialObjectMetadata(metadata: found.object.metadata)))
            case .table(let including):
                let metadata = ListMeta(resourceVersion: found.object.metadata.resourceVersion ?? "")
                return .response(
                    try Self.json(
                        TableDocument(resource, [found], metadata: metadata, including: including, now: now)))
            }
        case "PUT": return .response(try replace(resource, namespace, name, request, statusOnly: false, now: now))
        case "PATCH": return .response(try patch(resource, namespace, name, request, statusOnly: false, now: now))
        case "DELETE": return .response(try delete(resource, namespace, name, request))
        default: throw .methodNotAllowed
        }
    }

    private func list(
        _ resource: ServedResource, _ namespace: String?, _ request: APIRequest, _ now: Double
    ) throws(StatusDocument) -> APIResponse {
        let query = try ListQuery(request, resource)
        let (all, revision) = storage.list(resource, namespace: namespace)
        let (objects, metadata) = query.page(all, revision: revision)
        let kind = resource.type.kind + "List"
        switch Representation(request) {
        case .table(let including):
            return try Self.json(
                TableDocument(resource, objects, metadata: metadata, including: including, now: now))
        case .metadata:
            return try Self.json(
                ObjectListDocument(
                    kind: "PartialObjectMetadataList", apiVersion: "meta.k8s.io/v1", metadata: metadata,
                    items: objects.map { PartialObjectMetadata(metadata: $0.object.metadata) }))
        case .objects:
            return try Self.json(
                ObjectListDocument(
                    kind: kind, apiVersion: resource.type.apiVersion, metadata: metadata, items: objects))
        }
    }

    func existing(
        _ resource: ServedResource, _ namespace: String, _ name: String
    ) throws(StatusDocument) -> AnyKubernetesObject {
        guard let object = storage.get(resource, namespace: namespace, name: name) else {
            throw .notFound(resource, name)
        }
        return object
    }

    static func json(_ value: some Encodable, status: Int = 200) throws(StatusDocument) -> APIResponse {
        guard let body = try? KubernetesJSON.encode(value) else {
            throw StatusDocument(500, "InternalError", "the object has no JSON form")
        }
        return APIResponse(status: status, body: body)
    }
}
