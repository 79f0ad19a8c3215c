internal import KubernetesModel

/// In which form a client wants objects: content negotiation as far as it matters here.
enum Representation: Hashable, Sendable {
    case objects
    /// - including: `Metadata`, `Object` or `None`, what stands beside the cells.
    case table(including: String)
    case metadata

    init(_ request: APIRequest) {
        self = .objects
        for choice in request.accept.split(separator: ",") {
            let words = choice.split(separator: ";").map { $0.trimmed }
            if words.contains("as=Table"), words.contains("v=v1") {
                self = .table(including: request.parameter("includeObject") ?? "Metadata")
                return
            }
            if words.contains(where: { $0.hasPrefix("as=PartialObjectMetadata") }), words.contains("v=v1") {
                self = .metadata
                return
            }
            if words == ["application/json"] { return }
        }
    }
}

/// An object of which only the metadata is shown.
struct PartialObjectMetadata: Encodable {
    var kind = "PartialObjectMetadata"
    var apiVersion = "meta.k8s.io/v1"
    var metadata: ObjectMeta
}

/// `PodList` and the like.
struct ObjectListDocument<Item: Encodable>: Encodable {
    var kind: String
    var apiVersion: String
    var metadata: ListMeta
    var items: [Item]
}

/// meta/v1 ListMeta.
struct ListMeta: Encodable {
    var resourceVersion: String
    var `continue`: String?
    var remainingItemCount: Int?
}
