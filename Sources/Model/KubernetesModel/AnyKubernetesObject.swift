/// An object of any kind served here: what a manifest file or a request body holds.
///
/// Decoded by `apiVersion` and `kind`; encoded as the object itself. Fields the types do not name are dropped, as
/// the API server prunes them.
package struct AnyKubernetesObject: Hashable, Sendable {
    package var object: any KubernetesObject

    package init(_ object: any KubernetesObject) { self.object = object }

    package static func == (left: Self, right: Self) -> Bool {
        func equal<Object: KubernetesObject>(_ object: Object) -> Bool { object == right.object as? Object }
        return equal(left.object)
    }

    package func hash(into hasher: inout Hasher) { object.hash(into: &hasher) }
}

/// The kinds served, in the order kubectl's `api-resources` groups them.
package enum KubernetesKinds {
    package static let all: [any KubernetesObject.Type] = [
        ConfigMap.self, Endpoints.self, Event.self, Namespace.self, Node.self, Pod.self, Secret.self,
        ServiceAccount.self, Service.self, DaemonSet.self, Deployment.self, ReplicaSet.self, CiliumNode.self,
        EndpointSlice.self, Lease.self, Job.self, ControllerRevision.self,
    ]

    private static let byName: [String: any KubernetesObject.Type] = Dictionary(
        all.map { ("\($0.resource.apiVersion)/\($0.resource.kind)", $0) }, uniquingKeysWith: { first, _ in first })

    /// The type for what a manifest says of itself; nil for a kind not served.
    package static func type(apiVersion: String, kind: String) -> (any KubernetesObject.Type)? {
        byName["\(apiVersion)/\(kind)"]
    }
}

/// A manifest of a kind that is not served, in kubectl's words.
package struct UnknownKindError: Error, Hashable, Sendable, CustomStringConvertible {
    package var apiVersion: String
    package var kind: String

    package init(apiVersion: String, kind: String) {
        self.apiVersion = apiVersion
        self.kind = kind
    }

    package var description: String { "no matches for kind \"\(kind)\" in version \"\(apiVersion)\"" }
}

extension AnyKubernetesObject: Codable {
    private enum TypeKeys: String, CodingKey { case apiVersion, kind }

    /// - Throws: `UnknownKindError` for a kind not served; `DecodingError` for a field of the wrong shape.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: TypeKeys.self)
        let apiVersion = try container.decode(String.self, forKey: .apiVersion)
        let kind = try container.decode(String.self, forKey: .kind)
        guard let type = KubernetesKinds.type(apiVersion: apiVersion, kind: kind) else {
            throw UnknownKindError(apiVersion: apiVersion, kind: kind)
        }
        object = try type.init(from: decoder)
    }

    package func encode(to encoder: any Encoder) throws { try object.encode(to: encoder) }
}
