internal import KubernetesModel

/// Which objects of a collection are asked for.
struct ListQuery: Hashable, Sendable {
    var labels: LabelSelector?
    var fields: FieldSelector?
    /// How many at once; nil for all.
    var limit: Int?
    /// The key after which to go on.
    var start: String?

    /// - Throws: what is wrong with a parameter.
    init(_ request: APIRequest, _ resource: ServedResource) throws(StatusDocument) {
        do throws(SelectorFault) {
            labels = try request.parameter("labelSelector").map { text throws(SelectorFault) in
                try LabelSelector(text: text)
            }
            fields = try request.parameter("fieldSelector").map { text throws(SelectorFault) in
                try FieldSelector(text: text, for: resource.type)
            }
        } catch {
            throw .badRequest(error.description)
        }
        limit = request.parameter("limit").flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
        if let token = request.parameter("continue") {
            guard let bytes = Base64.decode(token) else { throw .badRequest("continue key is not valid") }
            start = String(decoding: bytes, as: UTF8.self)
        }
    }

    func matches(_ object: any KubernetesObject) -> Bool {
        labels?.matches(object.labels) ?? true && fields?.matches(object) ?? true
    }

    /// One page of the objects that are asked for.
    func page(
        _ objects: [AnyKubernetesObject], revision: Int64
    ) -> (objects: [AnyKubernetesObject], metadata: ListMeta) {
        var found = objects.filter { matches($0.object) }
        if let start { found.removeAll { Self.key($0) <= start } }
        var metadata = ListMeta(resourceVersion: "\(revision)")
        if let limit, found.count > limit {
            metadata.remainingItemCount = labels == nil && fields == nil ? found.count - limit : nil
            found.removeLast(found.count - limit)
            metadata.continue = found.last.map { Base64.encode(Array(Self.key($0).utf8)) }
        }
        return (found, metadata)
    }

    private static func key(_ object: AnyKubernetesObject) -> String {
        "\(object.object.namespace)/\(object.object.name)"
    }
}
