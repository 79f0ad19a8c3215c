package import KubernetesModel

/// One write, as those who watch see it.
package struct ObjectChange: Sendable {
    package enum Kind: String, Hashable, Sendable { case added = "ADDED", modified = "MODIFIED", deleted = "DELETED" }

    package var kind: Kind
    /// After the write; of a deletion the last state.
    package var object: AnyKubernetesObject
    /// Before it, when there was one.
    package var previous: AnyKubernetesObject?
    package var revision: Int64

    package init(kind: Kind, object: AnyKubernetesObject, previous: AnyKubernetesObject?, revision: Int64) {
        self.kind = kind
        self.object = object
        self.previous = previous
        self.revision = revision
    }
}

/// A request to be told of changes, and how what is told reads: one JSON document a line.
package struct WatchRequest: Sendable {
    package var resource: ServedResource
    /// nil for all of them.
    package var namespace: String?
    /// The revision after which changes are told; nil: the objects that there are come first.
    package var after: Int64?
    /// Whether the end of the objects that there are is marked (WatchList).
    package var marksInitialEnd: Bool
    package var wantsBookmarks: Bool
    /// Seconds.
    package var timeout: Double
    private let query: ListQuery
    private let representation: Representation

    /// What two watches have in common that are told the same in the same words.
    package struct Audience: Hashable, Sendable {
        fileprivate var resource: ServedResource
        fileprivate var namespace: String?
        fileprivate var query: ListQuery
        fileprivate var representation: Representation
    }

    package var audience: Audience {
        Audience(resource: resource, namespace: namespace, query: query, representation: representation)
    }

    /// Seconds after which a watch ends that names no time itself: as the API server, somewhat at random there.
    private static let defaultTimeout = 2_400.0

    init(_ request: APIRequest, _ resource: ServedResource, namespace: String?) throws(StatusDocument) {
        self.resource = resource
        self.namespace = namespace
        query = try ListQuery(request, resource)
        representation = Representation(request)
        wantsBookmarks = request.isSet("allowWatchBookmarks")
        timeout = request.parameter("timeoutSeconds").flatMap { Double($0) } ?? Self.defaultTimeout
        timeout = min(max(timeout, 1), 86_400)
        let version = request.parameter("resourceVersion") ?? "0"
        guard let revision = Int64(version), revision >= 0 else {
            throw .badRequest("invalid resource version: \(version)")
        }
        marksInitialEnd = request.isSet("sendInitialEvents")
        if marksInitialEnd {
            guard request.parameter("resourceVersionMatch") == "NotOlderThan", wantsBookmarks else {
                throw StatusDocument(
                    422, "Invalid",
                    "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Forbidden: sendInitialEvents needs "
                        + "resourceVersionMatch=NotOlderThan and allowWatchBookmarks=true")
            }
        }
        after = revision == 0 || marksInitialEnd ? nil : revision
    }

    /// The objects that there are, as they come first.
    package func initialEvents(_ objects: [AnyKubernetesObject], revision: Int64, now: Double) -> [UInt8] {
        var bytes: [UInt8] = []
        for object in objects where query.matches(object.object) {
            bytes += line("ADDED", object, now)
        }
        if marksInitialEnd { bytes += bookmark(revision, marksInitialEnd: true) }
        return bytes
    }

    /// What one change comes to; nil when it is none of this watch's business.
    ///
    /// An object that comes to fit the selectors is added, one that ceases to fit is deleted.
    ///
    /// - Parameter lines: what others who watch were told of the same change, so that it is put into words once.
    package func event(_ change: ObjectChange, now: Double, sharing lines: inout SharedLines) -> [UInt8]? {
        if let namespace, change.object.object.namespace != namespace { return nil }
        let fits = query.matches(change.object.object)
        switch change.kind {
        case .added: return fits ? line("ADDED", change.object, now, &lines) : nil
        case .deleted:
            let last = change.previous.map { query.matches($0.object) } ?? fits
            return last ? line("DELETED", change.object, now, &lines) : nil
        case .modified:
            let fitted = change.previous.map { query.matches($0.object) } ?? fits
            switch (fitted, fits) {
            case (true, true): return line("MODIFIED", change.object, now, &lines)
            case (false, true): return line("ADDED", change.object, now, &lines)
            case (true, false): return line("DELETED", change.object, now, &lines)
            case (false, false): return nil
            }
        }
    }

    /// That everything up to a revision was told.
    package func bookmark(_ revision: Int64, marksInitialEnd: Bool = false) -> [UInt8] {
        var metadata = ObjectMeta(resourceVersion: "\(revision)")
        if marksInitialEnd { metadata.annotations = ["k8s.io/initial-events-end": "true"] }
        struct Bookmark: Encodable {
            var kind: String
            var apiVersion: String
            var metadata: ObjectMeta
        }
        let object = Bookmark(kind: resource.type.kind, apiVersion: resource.type.apiVersion, metadata: metadata)
        return Self.line("BOOKMARK", object)
    }

    /// That changes were missed, so that the client lists anew.
    package static func expired(_ status: StatusDocument) -> [UInt8] { line("ERROR", status) }

    /// The lines that one change comes to, by their forms.
    package struct SharedLines {
        fileprivate var lines: [Representation: [String: [UInt8]]] = [:]
        /// How many bytes they are.
        package private(set) var size = 0

        package init() {}

        fileprivate mutating func keep(_ line: [UInt8], _ type: String, in form: Representation) {
            lines[form, default: [:]][type] = line
            size += line.count
        }
    }

    private func line(
        _ type: String, _ object: AnyKubernetesObject, _ now: Double, _ shared: inout SharedLines
    ) -> [UInt8] {
        if let known = shared.lines[representation]?[type] { return known }
        let made = line(type, object, now)
        shared.keep(made, type, in: representation)
        return made
    }

    private func line(_ type: String, _ object: AnyKubernetesObject, _ now: Double) -> [UInt8] {
        switch representation {
        case .objects: return Self.line(type, object)
        case .metadata: return Self.line(type, PartialObjectMetadata(metadata: object.object.metadata))
        case .table(let including):
            let table = TableDocument(
                resource, [object], metadata: ListMeta(resourceVersion: object.object.metadata.resourceVersion ?? ""),
                including: including, now: now)
            return Self.line(type, table)
        }
    }

    private static func line(_ type: String, _ object: some Encodable) -> [UInt8] {
        let body = (try? KubernetesJSON.encode(object)) ?? Array("{}".utf8)
        return Array("{\"type\":\"\(type)\",\"object\":".utf8) + body + Array("}\n".utf8)
    }
}
