internal import Controllers
internal import KubernetesModel

/// What was applied from a manifest, as `KIND NAMESPACE NAME`.
struct AppliedName: Hashable {
    private let kind: String
    private let namespace: String
    private let name: String

    init(_ object: any KubernetesObject) {
        kind = type(of: object).resource.kind
        namespace = object.namespace
        name = object.name
    }

    init?(text: String) {
        let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        guard words.count == 3 else { return nil }
        (kind, namespace, name) = (words[0], words[1], words[2])
    }

    var text: String { "\(kind) \(namespace) \(name)" }

    /// Deletes the object if it is still there.
    func delete(from cluster: Cluster) {
        func delete<Object: KubernetesObject>(_ type: Object.Type) {
            // Not found means that somebody deleted it before.
            try? cluster.delete(type, namespace, name)
        }
        guard let type = KubernetesKinds.all.first(where: { $0.resource.kind == kind }) else { return }
        delete(type)
    }
}
