internal import ClusterState
internal import KubernetesModel

extension APIHandler {
    func create(
        _ resource: ServedResource, _ namespace: String?, _ request: APIRequest, now: Double
    ) throws(StatusDocument) -> APIResponse {
        guard resource.verbs.contains("create") else { throw .methodNotAllowed }
        if resource.type.isNamespaced, namespace == nil {
            throw .badRequest("an empty namespace may not be set during creation")
        }
        var value = try RequestBody.value(request)
        // What is observed is not the client's to say.
        if case .object(var members) = value {
            members["status"] = nil
            value = .object(members)
        }
        var submitted = try SubmittedObject(value, resource, request)
        var metadata = submitted.object.object.metadata
        try Self.place(&metadata, resource, namespace)
        metadata.resourceVersion = nil
        submitted.object.object.metadata = metadata
        try noteOwner(of: &submitted.object, over: nil, resource, request, now: now)
        let name = metadata.name ?? metadata.generateName ?? ""
        let stored = try clusterCall(resource, name) { () throws(ClusterError) in
            try storage.create(submitted.object, isDryRun: request.isDryRun)
        }
        var response = try Self.json(stored, status: 201)
        response.warnings = submitted.warnings
        return response
    }

    /// PUT: the object as a whole, or its status.
    func replace(
        _ resource: ServedResource, _ namespace: String, _ name: String, _ request: APIRequest, statusOnly: Bool,
        now: Double
    ) throws(StatusDocument) -> APIResponse {
        var submitted = try SubmittedObject(try RequestBody.value(request), resource, request)
        var metadata = submitted.object.object.metadata
        try Self.place(&metadata, resource, namespace)
        guard metadata.name == name else {
            throw .badRequest(
                "the name of the object (\(metadata.name ?? "")) does not match the name on the URL (\(name))")
        }
        submitted.object.object.metadata = metadata
        if !statusOnly {
            let current = try existing(resource, namespace, name)
            try noteOwner(of: &submitted.object, over: current, resource, request, now: now)
        }
        let stored = try clusterCall(resource, name) { () throws(ClusterError) in
            try storage.update(submitted.object, statusOnly: statusOnly, isDryRun: request.isDryRun)
        }
        var response = try Self.json(stored)
        response.warnings = submitted.warnings
        return response
    }

    /// Puts the namespace of the URL into an object that names none.
    static func place(
        _ metadata: inout ObjectMeta, _ resource: ServedResource, _ namespace: String?
    ) throws(StatusDocument) {
        guard resource.type.isNamespaced, let namespace else {
            metadata.namespace = nil
            return
        }
        guard (metadata.namespace ?? namespace) == namespace || metadata.namespace == "" else {
            throw .badRequest("the namespace of the provided object does not match the namespace sent on the request")
        }
        metadata.namespace = namespace
    }

    func delete(
        _ resource: ServedResource, _ namespace: String, _ name: String, _ request: APIRequest
    ) throws(StatusDocument) -> APIResponse {
        let options = try deletionOptions(request)
        let found = try existing(resource, namespace, name)
        let left = try clusterCall(resource, name) { () throws(ClusterError) in
            try storage.delete(resource, namespace: namespace, name: name, options)
        }
        if let left { return try Self.json(left) }
        // A pod is answered itself, as it was.
        if found.object is Pod { return try Self.json(found) }
        return StatusDocument.success(resource, name, uid: found.object.metadata.uid).response
    }

    func deleteCollection(
        _ resource: ServedResource, _ namespace: String?, _ request: APIRequest
    ) throws(StatusDocument) -> APIResponse {
        guard resource.verbs.contains("deletecollection") else { throw .methodNotAllowed }
        let options = try deletionOptions(request)
        let query = try ListQuery(request, resource)
        let (all, revision) = storage.list(resource, namespace: namespace)
        let (objects, metadata) = query.page(all, revision: revision)
        for object in objects {
            let (space, name) = (object.object.namespace, object.object.name)
            do throws(ClusterError) {
                _ = try storage.delete(resource, namespace: space, name: name, options)
            } catch {
                // Somebody else was quicker.
                if case .notFound = error { continue }
                throw StatusDocument(error, resource, name: name)
            }
        }
        return try Self.json(
            ObjectListDocument(
                kind: resource.type.kind + "List", apiVersion: resource.type.apiVersion, metadata: metadata,
                items: objects))
    }

    /// From the body, or from the URL where there is none.
    func deletionOptions(_ request: APIRequest) throws(StatusDocument) -> DeletionOptions {
        let body = request.body.isEmpty ? .object([:]) : try RequestBody.value(request)
        return try deletionOptions(body, request)
    }

    func deletionOptions(_ body: JSONValue, _ request: APIRequest) throws(StatusDocument) -> DeletionOptions {
        var options = DeletionOptions()
        options.isDryRun = request.isDryRun || body["dryRun"]?.elements.contains(.string("All")) == true
        options.gracePeriodSeconds =
            body["gracePeriodSeconds"]?.integer ?? request.parameter("gracePeriodSeconds").flatMap { Int64($0) }
        if let seconds = options.gracePeriodSeconds, seconds < 0 { options.gracePeriodSeconds = 1 }
        options.propagation = body["propagationPolicy"]?.text ?? request.parameter("propagationPolicy")
        if case .bool(true)? = body["orphanDependents"] { options.propagation = "Orphan" }
        if let policy = options.propagation, !["Background", "Foreground", "Orphan"].contains(policy) {
            throw StatusDocument(
                422, "Invalid",
                "DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: Unsupported value: \"\(policy)\": "
                    + "supported values: \"Foreground\", \"Background\", \"Orphan\"")
        }
        options.uid = body["preconditions"]?["uid"]?.text
        options.resourceVersion = body["preconditions"]?["resourceVersion"]?.text
        return options
    }

    /// Runs a call of the storage and words its refusal.
    func clusterCall<Value>(
        _ resource: ServedResource, _ name: String, _ body: () throws(ClusterError) -> Value
    ) throws(StatusDocument) -> Value {
        do throws(ClusterError) { return try body() } catch { throw StatusDocument(error, resource, name: name) }
    }
}

extension APIRequest {
    var isDryRun: Bool { parameter("dryRun") == "All" }

    /// Who a change is attributed to: what the client says, or the first word of its user agent.
    var fieldOwner: String {
        parameter("fieldManager") ?? userAgent.split(separator: "/").first.map(String.init) ?? "unknown"
    }
}
