internal import ClusterState
internal import KubernetesModel

extension APIHandler {
    /// Server-side apply: what the client states is put into the object and is its own from then on; what it stated
    /// before and nobody else owns goes; what others own with another value is a conflict, unless it is forced.
    func apply(
        _ resource: ServedResource, _ namespace: String, _ name: String, _ request: APIRequest, now: Double
    ) throws(StatusDocument) -> APIResponse {
        guard let manager = request.parameter("fieldManager") else {
            throw StatusDocument(
                422, "Invalid",
                "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch")
        }
        let stated = try statement(try RequestBody.value(request), resource, namespace, name)
        let message = APISchema.shared.message(resource.type.kind)
        let fields = FieldOwnership.fields(in: stated.value, of: message)
        let time = Timestamp(seconds: Int64(now))
        while true {
            guard let current = storage.get(resource, namespace: namespace, name: name) else {
                guard resource.verbs.contains("create") else { throw .notFound(resource, name) }
                var owners = ManagedFields(nil)
                owners.noteApplied(fields, by: manager, apiVersion: resource.type.apiVersion, now: time)
                var submitted = try SubmittedObject(stated.value, resource, request)
                submitted.object.object.metadata.managedFields = owners.entries
                do throws(ClusterError) {
                    return try Self.response(
                        try storage.create(submitted.object, isDryRun: request.isDryRun), status: 201)
                } catch {
                    // Another made it since.
                    if case .alreadyExists = error { continue }
                    throw StatusDocument(error, resource, name: name)
                }
            }
            let live = try Self.value(of: current)
            var owners = ManagedFields(current.object.metadata.managedFields)
            let differing = FieldOwnership.changed(from: live, to: stated.value, of: message)
            let conflicts = owners.conflicts(over: differing, with: manager)
            if !conflicts.isEmpty {
                guard request.isSet("force") else { throw Self.conflict(conflicts, resource, name) }
                for conflict in conflicts {
                    owners.take(conflict.fields) { $0 == conflict.entry }
                }
            }
            let given = owners.applied(by: manager).subtracting(fields).subtracting(owners.others(than: manager))
            let merged = FieldOwnership.merge(
                stated.value, into: FieldOwnership.remove(given, from: live, of: message), of: message)
            owners.noteApplied(fields, by: manager, apiVersion: resource.type.apiVersion, now: time)
            var submitted = try SubmittedObject(merged, resource, request)
            submitted.object.object.metadata.managedFields = owners.entries
            do throws(ClusterError) {
                let stored = try storage.update(submitted.object, statusOnly: false, isDryRun: request.isDryRun)
                return try Self.response(stored)
            } catch {
                if case .conflict = error, stated.isUnconditional { continue }
                throw StatusDocument(error, resource, name: name)
            }
        }
    }

    /// What a client states: checked, without what is not its to say. It need not be a whole object.
    ///
    /// - Throws: 500 for what the schema does not have, as the API server answers (managedfields structuredmerge.go).
    private func statement(
        _ body: JSONValue, _ resource: ServedResource, _ namespace: String, _ name: String
    ) throws(StatusDocument) -> (value: JSONValue, isUnconditional: Bool) {
        guard case .object(var members) = body else { throw .badRequest("the body of the request is no object") }
        let (apiVersion, kind) = (members["apiVersion"]?.text ?? "", members["kind"]?.text ?? "")
        guard apiVersion == resource.type.apiVersion else {
            throw .badRequest(
                "Incorrect version specified in apply patch. Specified patch version: \(apiVersion), "
                    + "expected: \(resource.type.apiVersion)")
        }
        guard kind == resource.type.kind else {
            throw .badRequest("the object provided is a \(kind), not a \(resource.type.kind)")
        }
        guard case .object(var metadata)? = members["metadata"] else {
            throw .badRequest("the body of the request has no metadata")
        }
        guard metadata["managedFields"].map({ $0.elements.isEmpty }) ?? true else {
            throw .badRequest("metadata.managedFields must be nil")
        }
        guard metadata["name"]?.text ?? name == name else {
            throw .badRequest("the name of the object does not match the name on the URL (\(name))")
        }
        let faults = SchemaViolations.texts(in: body, of: APISchema.shared.message(resource.type.kind))
        guard faults.isEmpty else {
            let object = "\(namespace)/\(name); \(apiVersion), Kind=\(kind)"
            var refusal = StatusDocument(
                500, "", "failed to create typed patch object (\(object)): \(SchemaViolations.summary(faults))")
            refusal.reason = nil
            throw refusal
        }
        var meta = ObjectMeta(name: name, namespace: metadata["namespace"]?.text)
        try Self.place(&meta, resource, namespace)
        metadata["name"] = .string(name)
        metadata["namespace"] = meta.namespace.map { .string($0) }
        for field in ["creationTimestamp", "managedFields", "uid", "generation", "selfLink"] { metadata[field] = nil }
        if metadata["resourceVersion"]?.text?.isEmpty == true { metadata["resourceVersion"] = nil }
        members["metadata"] = .object(metadata)
        members["status"] = nil
        // null says nothing in an applied object.
        return (JSONValue.object(members).withoutNulls, metadata["resourceVersion"] == nil)
    }

    private static func conflict(
        _ conflicts: [(entry: ManagedFieldsEntry, fields: FieldSet)], _ resource: ServedResource, _ name: String
    ) -> StatusDocument {
        var causes: [StatusDocument.Cause] = []
        var texts: [String] = []
        for (entry, fields) in conflicts {
            var who = "\"\(entry.manager ?? "")\""
            // Who applies is known by name alone (apimachinery managedfields conflict.go).
            if entry.operation == "Update" {
                who += " using \(entry.apiVersion ?? "")" + (entry.time.map { " at \($0)" } ?? "")
            }
            let paths = fields.paths
            causes += paths.map {
                StatusDocument.Cause(reason: "FieldManagerConflict", message: "conflict with \(who)", field: $0)
            }
            texts.append(
                paths.count == 1
                    ? "conflict with \(who): \(paths[0])"
                    : "conflicts with \(who):\n" + paths.map { "- \($0)" }.joined(separator: "\n"))
        }
        let count = causes.count == 1 ? "1 conflict" : "\(causes.count) conflicts"
        return StatusDocument(
            409, "Conflict", "Apply failed with \(count): " + texts.joined(separator: "\n"),
            details: StatusDocument.Details(causes: causes))
    }

    /// An object as JSON.
    static func value(of object: some Encodable) throws(StatusDocument) -> JSONValue {
        guard let bytes = try? KubernetesJSON.encode(object),
            let value = try? KubernetesJSON.decode(JSONValue.self, from: bytes)
        else { throw StatusDocument(500, "InternalError", "the object has no JSON form") }
        return value
    }

    /// Notes in an object who wrote what is new in it, before it is stored.
    func noteOwner(
        of object: inout AnyKubernetesObject, over old: AnyKubernetesObject?, _ resource: ServedResource,
        _ request: APIRequest, now: Double
    ) throws(StatusDocument) {
        let message = APISchema.shared.message(resource.type.kind)
        let new = try Self.value(of: object)
        let before = try old.map { old throws(StatusDocument) in try Self.value(of: old) } ?? .object([:])
        var owners = ManagedFields(old?.object.metadata.managedFields)
        owners.noteUpdate(
            FieldOwnership.changed(from: before, to: new, of: message), by: request.fieldOwner,
            apiVersion: resource.type.apiVersion, now: Timestamp(seconds: Int64(now)),
            present: FieldOwnership.fields(in: new, of: message))
        object.object.metadata.managedFields = owners.entries.isEmpty ? nil : owners.entries
    }
}

extension JSONValue {
    /// Without members that are null, at any depth.
    var withoutNulls: JSONValue {
        switch self {
        case .object(let members): .object(members.filter { $0.value != .null }.mapValues(\.withoutNulls))
        case .array(let elements): .array(elements.map(\.withoutNulls))
        default: self
        }
    }
}
