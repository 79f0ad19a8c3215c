internal import KubernetesModel

/// The documents from which clients learn what is served, in the legacy form that every client falls back to.
package enum Discovery {
    /// `GET /api`
    package struct Versions: Encodable, Hashable, Sendable {
        package struct Address: Encodable, Hashable, Sendable {
            package var clientCIDR = "0.0.0.0/0"
            package var serverAddress: String
        }
        package var kind = "APIVersions"
        package var versions = ["v1"]
        package var serverAddressByClientCIDRs: [Address]

        /// - Parameter server: `HOST:PORT` as clients reach it.
        package init(server: String) { serverAddressByClientCIDRs = [Address(serverAddress: server)] }
    }

    package struct GroupVersion: Encodable, Hashable, Sendable {
        package var groupVersion: String
        package var version: String
    }

    /// An item of `GET /apis`, and `GET /apis/GROUP`.
    package struct Group: Encodable, Hashable, Sendable {
        /// In the list the items have none.
        package var kind: String?
        package var apiVersion: String?
        package var name: String
        package var versions: [GroupVersion]
        package var preferredVersion: GroupVersion
    }

    /// `GET /apis`
    package struct Groups: Encodable, Hashable, Sendable {
        package var kind = "APIGroupList"
        package var apiVersion = "v1"
        package var groups: [Group]
    }

    /// A resource, or a subresource such as `pods/log`.
    package struct Resource: Encodable, Hashable, Sendable {
        package var name: String
        package var singularName: String
        package var namespaced: Bool
        /// Of the kind, where it is not the list's.
        package var group: String?
        package var version: String?
        package var kind: String
        package var verbs: [String]
        package var shortNames: [String]?
        package var categories: [String]?
    }

    /// `GET /api/v1`, `GET /apis/GROUP/VERSION`
    package struct Resources: Encodable, Hashable, Sendable {
        package var kind = "APIResourceList"
        package var apiVersion: String?
        package var groupVersion: String
        package var resources: [Resource]
    }

    /// All groups but the core one, in the order of their names.
    package static var groups: Groups {
        let names = Set(ServedResource.all.map(\.type.group)).subtracting([""]).sorted()
        return Groups(groups: names.compactMap { group($0, isAlone: false) })
    }

    /// - Parameter isAlone: as a document of its own.
    package static func group(_ name: String, isAlone: Bool = true) -> Group? {
        let versions = ServedResource.all.filter { $0.type.group == name }.map(\.type.version).reduce(into: [String]())
        {
            if !$0.contains($1) { $0.append($1) }
        }
        let all = versions.map { GroupVersion(groupVersion: "\(name)/\($0)", version: $0) }
        guard let first = all.first else { return nil }
        return Group(
            kind: isAlone ? "APIGroup" : nil, apiVersion: isAlone ? "v1" : nil, name: name, versions: all,
            preferredVersion: first)
    }

    /// The resources of one version, in the order of their names, each with its subresources.
    package static func resources(group: String, version: String) -> Resources {
        let served = ServedResource.all.filter { $0.type.group == group && $0.type.version == version }
        return Resources(
            apiVersion: group.isEmpty ? nil : "v1", groupVersion: group.isEmpty ? version : "\(group)/\(version)",
            resources: served.sorted { $0.type.plural < $1.type.plural }.flatMap { resource in
                [Resource(resource)] + resource.subresources.map { Resource($0, of: resource) }
            })
    }
}

extension Discovery.Resource {
    init(_ resource: ServedResource) {
        self.init(
            name: resource.type.plural, singularName: resource.singular, namespaced: resource.type.isNamespaced,
            kind: resource.type.kind, verbs: resource.verbs,
            shortNames: resource.shortNames.isEmpty ? nil : resource.shortNames,
            categories: resource.categories.isEmpty ? nil : resource.categories)
    }

    init(_ part: ServedResource.Subresource, of resource: ServedResource) {
        self.init(
            name: "\(resource.type.plural)/\(part.name)", singularName: "", namespaced: resource.type.isNamespaced,
            group: part.kind.flatMap { $0.group.isEmpty ? nil : $0.group },
            version: part.kind.flatMap { $0.group.isEmpty ? nil : $0.version },
            kind: part.kind?.kind ?? resource.type.kind, verbs: part.verbs)
    }
}
