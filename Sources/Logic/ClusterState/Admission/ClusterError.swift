package import KubernetesModel

/// Why the API server refuses a request: the Status it would answer.
package enum ClusterError: Error, Hashable, Sendable, CustomStringConvertible {
    case notFound(resource: String, name: String)
    case alreadyExists(resource: String, name: String)
    /// The object was written in between.
    case conflict(resource: String, name: String)
    /// `kind` with its group, as in `Deployment.apps`.
    case invalid(kind: String, name: String, errors: [FieldError])
    /// Nothing new comes into a namespace that is being deleted.
    case namespaceTerminating(resource: String, name: String, namespace: String)
    /// Something that nobody may do; why.
    case forbidden(resource: String, name: String, String)
    case badRequest(String)
    /// Changes after that revision are no longer known: list anew.
    case expired(revision: Int64, oldest: Int64)
    case storage(StoreError)
    /// A stored object that no longer decodes.
    case corrupt(key: String, reason: String)

    /// The HTTP status.
    package var code: Int {
        switch self {
        case .notFound: 404
        case .alreadyExists, .conflict: 409
        case .invalid: 422
        case .namespaceTerminating, .forbidden: 403
        case .badRequest: 400
        case .expired: 410
        case .storage, .corrupt: 500
        }
    }

    /// The Status' reason.
    package var reason: String {
        switch self {
        case .notFound: "NotFound"
        case .alreadyExists: "AlreadyExists"
        case .conflict: "Conflict"
        case .invalid: "Invalid"
        case .namespaceTerminating, .forbidden: "Forbidden"
        case .badRequest: "BadRequest"
        case .expired: "Expired"
        case .storage, .corrupt: "InternalError"
        }
    }

    /// The Status' message.
    package var description: String {
        switch self {
        case .notFound(let resource, let name): return "\(resource) \"\(name)\" not found"
        case .alreadyExists(let resource, let name): return "\(resource) \"\(name)\" already exists"
        case .conflict(let resource, let name):
            return "Operation cannot be fulfilled on \(resource) \"\(name)\": the object has been modified; "
                + "please apply your changes to the latest version and try again"
        case .invalid(let kind, let name, let errors):
            let texts = errors.map(\.description)
            let list = texts.count == 1 ? texts[0] : "[" + texts.joined(separator: ", ") + "]"
            return "\(kind) \"\(name)\" is invalid: \(list)"
        case .namespaceTerminating(let resource, let name, let namespace):
            return "\(resource) \"\(name)\" is forbidden: unable to create new content in namespace \(namespace) "
                + "because it is being terminated"
        case .forbidden(let resource, let name, let why):
            return "\(resource) \"\(name)\" is forbidden: \(why)"
        case .badRequest(let text): return text
        case .expired(let revision, let oldest): return "too old resource version: \(revision) (\(oldest))"
        case .storage(let error): return "the object store failed: \(error)"
        case .corrupt(let key, let reason): return "the stored object \(key) cannot be read: \(reason)"
        }
    }

    package static func notFound(_ resource: ResourceType, _ name: String) -> ClusterError {
        .notFound(resource: resource.qualifiedPlural, name: name)
    }
}
