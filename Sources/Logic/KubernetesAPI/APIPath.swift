internal import KubernetesModel

/// What a URL of the API means.
package enum APIPath: Hashable, Sendable {
    case version
    /// `/healthz`, `/livez`, `/readyz`, with whatever stands below them.
    case health
    /// `/api`: the versions of the core group.
    case coreVersions
    /// `/apis`: all groups.
    case groups
    /// `/apis/apps`
    case group(String)
    /// `/api/v1`, `/apis/apps/v1`
    case resources(group: String, version: String)
    /// `/openapi/v2`
    case openAPIv2
    /// `/openapi/v3`
    case openAPIv3Index
    /// `/openapi/v3/apis/apps/v1`
    case openAPIv3(group: String, version: String)
    /// A collection; with a namespace only what is in it.
    case collection(ServedResource, namespace: String?)
    case object(ServedResource, namespace: String, name: String, subresource: String?)

    /// nil for a URL that names nothing served.
    package init?(_ path: String) {
        // python's client asks for /version/.
        var parts = path.split(separator: "/").map(String.init)
        switch parts.first {
        case "version" where parts.count == 1: self = .version
        case "healthz", "livez", "readyz": self = .health
        case "openapi" where parts.dropFirst() == ["v2"]: self = .openAPIv2
        case "openapi" where parts.dropFirst() == ["v3"]: self = .openAPIv3Index
        case "openapi" where parts.count > 2 && parts[1] == "v3":
            guard case .resources(let group, let version)? = APIPath(parts.dropFirst(2).joined(separator: "/")) else {
                return nil
            }
            self = .openAPIv3(group: group, version: version)
        case "api", "apis":
            let isCore = parts.removeFirst() == "api"
            guard let found = isCore ? Self.below(group: "", parts) : Self.belowGroups(parts) else { return nil }
            self = found
        default: return nil
        }
    }

    private static func belowGroups(_ parts: [String]) -> APIPath? {
        guard let group = parts.first else { return .groups }
        guard ServedResource.all.contains(where: { $0.type.group == group && !group.isEmpty }) else { return nil }
        return parts.count == 1 ? .group(group) : below(group: group, Array(parts.dropFirst()))
    }

    /// Below `/api` or `/apis/GROUP`: a version, and what it serves.
    private static func below(group: String, _ parts: [String]) -> APIPath? {
        guard let version = parts.first else { return .coreVersions }
        let served = ServedResource.all.filter { $0.type.group == group && $0.type.version == version }
        guard !served.isEmpty else { return nil }
        var rest = parts.dropFirst()
        guard let first = rest.first else { return .resources(group: group, version: version) }
        func resource(_ plural: String, namespaced: Bool?) -> ServedResource? {
            served.first { $0.type.plural == plural && (namespaced == nil || $0.type.isNamespaced == namespaced) }
        }
        // A namespace as an object has no third part: /api/v1/namespaces/default.
        if first == "namespaces", rest.count > 2, !["status", "finalize"].contains(rest[rest.startIndex + 2]) {
            rest = rest.dropFirst()
            guard let namespace = rest.popFirst(), let plural = rest.popFirst(),
                let found = resource(plural, namespaced: true)
            else { return nil }
            return below(found, namespace: namespace, Array(rest))
        }
        rest = rest.dropFirst()
        guard let found = resource(first, namespaced: nil) else { return nil }
        if rest.isEmpty { return .collection(found, namespace: nil) }
        // An object of a namespace is not found without it.
        return found.type.isNamespaced ? nil : below(found, namespace: "", Array(rest))
    }

    private static func below(_ resource: ServedResource, namespace: String, _ rest: [String]) -> APIPath? {
        switch rest.count {
        case 0: .collection(resource, namespace: namespace)
        case 1: .object(resource, namespace: namespace, name: rest[0], subresource: nil)
        case 2: .object(resource, namespace: namespace, name: rest[0], subresource: rest[1])
        default: nil
        }
    }
}
