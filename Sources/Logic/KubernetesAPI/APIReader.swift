package import KubernetesModel

/// The port of reading: the objects that there are.
package protocol ObjectSource {
    /// Objects of a resource in the order of their keys, and the revision at which they were read.
    func list(_ resource: ServedResource, namespace: String?) -> (objects: [AnyKubernetesObject], revision: Int64)
    func get(_ resource: ServedResource, namespace: String, name: String) -> AnyKubernetesObject?
}

/// Answers everything that is read: discovery, lists, single objects, in JSON or as Tables. Pure but for its source.
package struct APIReader {
    private let source: any ObjectSource
    /// `HOST:PORT` as clients reach the server.
    private let server: String
    private let version: [String: String]

    /// - Parameter version: `GET /version`, as it is.
    package init(source: any ObjectSource, server: String, version: [String: String]) {
        self.source = source
        self.server = server
        self.version = version
    }

    /// What can be done with every resource as yet.
    private static let verbs = ["get", "list"]

    /// - Parameter now: seconds since 1970, for ages.
    package func answer(_ request: APIRequest, now: Double) -> APIResponse {
        guard let path = APIPath(request.path) else { return StatusDocument.noSuchPath.response }
        guard request.method == "GET" else {
            return StatusDocument(
                405, "MethodNotAllowed", "the server does not allow this method on the requested resource"
            ).response
        }
        switch path {
        case .version: return json(version)
        case .health: return APIResponse(contentType: "text/plain; charset=utf-8", body: Array("ok".utf8))
        case .coreVersions: return json(Discovery.Versions(server: server))
        case .groups: return json(Discovery.groups)
        case .group(let name): return json(Discovery.group(name))
        case .resources(let group, let version):
            return json(Discovery.resources(group: group, version: version) { _ in Self.verbs })
        case .collection(let resource, let namespace): return list(resource, namespace, request, now)
        case .object(let resource, let namespace, let name, nil):
            guard let object = source.get(resource, namespace: namespace, name: name) else {
                return StatusDocument.notFound(resource, name).response
            }
            if request.wantsTable { return table(resource, [object], nil, request, now) }
            return json(object)
        case .object: return StatusDocument.noSuchPath.response
        }
    }

    private func list(
        _ resource: ServedResource, _ namespace: String?, _ request: APIRequest, _ now: Double
    ) -> APIResponse {
        var (objects, revision) = source.list(resource, namespace: namespace)
        do throws(SelectorFault) {
            if let text = request.parameter("labelSelector") {
                let selector = try LabelSelector(text: text)
                objects.removeAll { !selector.matches($0.object.labels) }
            }
            if let text = request.parameter("fieldSelector") {
                let selector = try FieldSelector(text: text, for: resource.type)
                objects.removeAll { !selector.matches($0.object) }
            }
        } catch {
            return StatusDocument(400, "BadRequest", error.description).response
        }
        if request.wantsTable { return table(resource, objects, "\(revision)", request, now) }
        return json(
            ObjectListDocument(
                kind: resource.type.kind + "List", apiVersion: resource.type.apiVersion,
                metadata: ["resourceVersion": "\(revision)"], items: objects))
    }

    private func table(
        _ resource: ServedResource, _ objects: [AnyKubernetesObject], _ revision: String?, _ request: APIRequest,
        _ now: Double
    ) -> APIResponse {
        json(
            TableDocument(
                resource, objects, revision: revision, including: request.parameter("includeObject") ?? "Metadata",
                now: now))
    }

    private func json(_ value: some Encodable) -> APIResponse {
        guard let body = try? KubernetesJSON.encode(value) else {
            return StatusDocument(500, "InternalError", "the object has no JSON form").response
        }
        return APIResponse(body: body)
    }
}

/// `PodList` and the like.
private struct ObjectListDocument: Encodable {
    var kind: String
    var apiVersion: String
    var metadata: [String: String]
    var items: [AnyKubernetesObject]
}

extension APIRequest {
    /// Whether the client would rather have a Table: it stands before plain JSON in what it accepts.
    var wantsTable: Bool {
        for choice in accept.split(separator: ",") {
            let words = choice.split(separator: ";").map { $0.trimmed }
            if words.contains("as=Table"), words.contains("v=v1") { return true }
            if words == ["application/json"] { return false }
        }
        return false
    }
}
