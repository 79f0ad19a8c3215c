internal import KubernetesModel

/// meta/v1 Status: how every refusal reads.
package struct StatusDocument: Encodable, Hashable, Sendable {
    package struct Details: Encodable, Hashable, Sendable {
        package var name: String?
        package var group: String?
        package var kind: String?
    }

    package var kind = "Status"
    package var apiVersion = "v1"
    package var metadata: [String: String] = [:]
    package var status = "Failure"
    package var message: String
    package var reason: String
    package var details: Details?
    package var code: Int

    package init(_ code: Int, _ reason: String, _ message: String, details: Details? = nil) {
        self.code = code
        self.reason = reason
        self.message = message
        self.details = details
    }

    package static func notFound(_ resource: ServedResource, _ name: String) -> StatusDocument {
        StatusDocument(
            404, "NotFound", "\(resource.type.qualifiedPlural) \"\(name)\" not found",
            details: Details(
                name: name, group: resource.type.group.isEmpty ? nil : resource.type.group, kind: resource.type.plural))
    }

    /// A URL that names nothing served.
    package static let noSuchPath = StatusDocument(404, "NotFound", "the server could not find the requested resource")

    package var response: APIResponse {
        APIResponse(status: code, body: (try? KubernetesJSON.encode(self)) ?? [])
    }
}
