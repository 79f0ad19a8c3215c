internal import KubernetesModel

/// All that is served in one document (apidiscovery.k8s.io): two requests instead of one for each version.
struct AggregatedDiscovery: Encodable {
    struct Kind: Encodable {
        var group: String
        var version: String
        var kind: String
    }

    struct Subresource: Encodable {
        var subresource: String
        var responseKind: Kind
        var verbs: [String]
    }

    struct Resource: Encodable {
        var resource: String
        var responseKind: Kind
        var scope: String
        var singularResource: String
        var verbs: [String]
        var shortNames: [String]?
        var categories: [String]?
        var subresources: [Subresource]?
    }

    struct Version: Encodable {
        var version: String
        var freshness = "Current"
        var resources: [Resource]
    }

    struct Group: Encodable {
        /// The core group has an empty one.
        var metadata: [String: String]
        var versions: [Version]
    }

    var kind = "APIGroupDiscoveryList"
    var apiVersion: String
    var metadata: [String: String] = [:]
    var items: [Group]

    /// - Parameters:
    ///   - isCore: the core group alone (`/api`), or all others (`/apis`).
    ///   - version: `v2` or `v2beta1`; they differ in name only.
    init(isCore: Bool, version: String) {
        apiVersion = "apidiscovery.k8s.io/\(version)"
        let names = isCore ? [""] : Discovery.groups.groups.map(\.name)
        items = names.map { name in
            let served = ServedResource.all.filter { $0.type.group == name }
            let versions = served.map(\.type.version).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
            return Group(
                metadata: name.isEmpty ? [:] : ["name": name],
                versions: versions.map { version in
                    let own = served.filter { $0.type.version == version }.sorted { $0.type.plural < $1.type.plural }
                    return Version(version: version, resources: own.map(Resource.init))
                })
        }
    }
}

extension AggregatedDiscovery.Resource {
    fileprivate init(_ served: ServedResource) {
        let type = served.type
        resource = type.plural
        responseKind = AggregatedDiscovery.Kind(group: type.group, version: type.version, kind: type.kind)
        scope = type.isNamespaced ? "Namespaced" : "Cluster"
        singularResource = served.singular
        verbs = served.verbs
        shortNames = served.shortNames.isEmpty ? nil : served.shortNames
        categories = served.categories.isEmpty ? nil : served.categories
        let parts = served.subresources.map { part in
            AggregatedDiscovery.Subresource(
                subresource: part.name,
                responseKind: AggregatedDiscovery.Kind(
                    group: part.kind?.group ?? type.group, version: part.kind?.version ?? type.version,
                    kind: part.kind?.kind ?? type.kind),
                verbs: part.verbs)
        }
        subresources = parts.isEmpty ? nil : parts
    }
}

extension APIRequest {
    /// The version of the aggregated form that the client would rather have; nil for the legacy form.
    var aggregatedDiscovery: String? {
        for choice in accept.split(separator: ",") {
            let words = choice.split(separator: ";").map { $0.trimmed }
            guard words.contains("as=APIGroupDiscoveryList") else { continue }
            if words.contains("v=v2") { return "v2" }
            if words.contains("v=v2beta1") { return "v2beta1" }
        }
        return nil
    }
}
