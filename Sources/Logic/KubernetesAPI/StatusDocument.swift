package import ClusterState
internal import KubernetesModel

/// meta/v1 Status: how every refusal reads.
package struct StatusDocument: Error, Encodable, Hashable, Sendable {
    /// What is wrong with one field.
    package struct Cause: Encodable, Hashable, Sendable {
        package var reason: String
        package var message: String
        package var field: String?
    }

    package struct Details: Encodable, Hashable, Sendable {
        package var name: String?
        package var group: String?
        package var kind: String?
        package var uid: String?
        package var causes: [Cause]?
    }

    package var kind = "Status"
    package var apiVersion = "v1"
    package var metadata: [String: String] = [:]
    package var status = "Failure"
    package var message: String?
    package var reason: String?
    package var details: Details?
    package var code: Int

    package init(_ code: Int, _ reason: String, _ message: String, details: Details? = nil) {
        self.code = code
        self.reason = reason
        self.message = message
        self.details = details
    }

    /// The Status of a refusal by the cluster.
    ///
    /// - Parameter resource: what the request was about.
    package init(_ error: ClusterError, _ resource: ServedResource, name: String) {
        var details = Details(
            name: name, group: resource.type.group.isEmpty ? nil : resource.type.group, kind: resource.type.plural)
        switch error {
        case .notFound(let plural, let name) where plural == Namespace.resource.plural:
            details = Details(name: name, kind: plural)
        case .invalid(let kind, let name, let errors):
            details.kind = kind.split(separator: ".").first.map(String.init)
            details.name = name
            details.causes = errors.map(Cause.init)
        default: break
        }
        self.init(error.code, error.reason, error.description, details: details)
    }

    /// That something was done: `status: Success`.
    static func success(_ resource: ServedResource, _ name: String, uid: String?) -> StatusDocument {
        var status = StatusDocument(
            200, "", "",
            details: Details(
                name: name, group: resource.type.group.isEmpty ? nil : resource.type.group, kind: resource.type.plural,
                uid: uid))
        status.status = "Success"
        status.message = nil
        status.reason = nil
        return status
    }

    package static func badRequest(_ message: String) -> StatusDocument { StatusDocument(400, "BadRequest", message) }

    static let methodNotAllowed = StatusDocument(
        405, "MethodNotAllowed", "the server does not allow this method on the requested resource")

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

extension StatusDocument.Cause {
    fileprivate init(_ error: FieldError) {
        reason =
            switch error.kind {
            case .required: "FieldValueRequired"
            case .invalid: "FieldValueInvalid"
            case .duplicate: "FieldValueDuplicate"
            case .unsupported: "FieldValueNotSupported"
            case .forbidden: "FieldValueForbidden"
            case .notFound: "FieldValueNotFound"
            case .tooLong: "FieldValueTooLong"
            }
        message = String(error.description.dropFirst(error.field.count + 2))
        field = error.field
    }
}
