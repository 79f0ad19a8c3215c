internal import ClusterState
internal import KubernetesModel

extension APIHandler {
    /// Patches an object.
    ///
    /// A patch that says nothing of the version it is for is made again on what was written in between, however often
    /// that happens, as the API server's storage does (etcd3 GuaranteedUpdate): each time another's write came through,
    /// and who writes is counted.
    func patch(
        _ resource: ServedResource, _ namespace: String, _ name: String, _ request: APIRequest, statusOnly: Bool,
        now: Double
    ) throws(StatusDocument) -> APIResponse {
        let type = request.contentType.split(separator: ";").first.map { $0.trimmed } ?? ""
        if type == "application/apply-patch+yaml" {
            return try apply(resource, namespace, name, request, now: now)
        }
        let patch = try RequestBody.value(request)
        while true {
            let current = try existing(resource, namespace, name)
            let changed = try Self.patched(current, by: patch, type, resource)
            var submitted = try Self.submitted(changed, by: patch, type, resource, request)
            var metadata = submitted.object.object.metadata
            guard metadata.name == name else {
                throw .badRequest(
                    "the name of the object (\(metadata.name ?? "")) does not match the name on the URL (\(name))")
            }
            try Self.place(&metadata, resource, namespace)
            let isConditional = metadata.isForAnother(than: current.object.metadata)
            // Also one that empties the version replaces what was patched, not what came since.
            if metadata.resourceVersion?.isEmpty != false {
                metadata.resourceVersion = current.object.metadata.resourceVersion
            }
            submitted.object.object.metadata = metadata
            if !statusOnly { try noteOwner(of: &submitted.object, over: current, resource, request, now: now) }
            do throws(ClusterError) {
                let stored = try storage.update(
                    submitted.object, statusOnly: statusOnly, isDryRun: request.isDryRun)
                var response = try Self.response(stored)
                response.warnings = submitted.warnings
                return response
            } catch {
                if case .conflict = error, !isConditional { continue }
                throw StatusDocument(error, resource, name: name)
            }
        }
    }

    /// The patched object. What a strategic patch makes of the wrong type is refused as the patch's fault (apiserver
    /// handlers/patch.go applyPatchToObject).
    private static func submitted(
        _ changed: JSONValue, by patch: JSONValue, _ type: String, _ resource: ServedResource, _ request: APIRequest
    ) throws(StatusDocument) -> SubmittedObject {
        do throws(StatusDocument) {
            return try SubmittedObject(changed, resource, request)
        } catch {
            let message = APISchema.shared.message(resource.type.kind)
            guard type == "application/strategic-merge-patch+json",
                let fault = MistypedField.first(in: changed, of: message)
            else { throw error }
            let cause = "Invalid value: \"\(patch.goText)\": unrecognized type: \(fault)"
            throw StatusDocument(
                422, "Invalid", " \"\" is invalid: patch: \(cause)",
                details: StatusDocument.Details(
                    causes: [StatusDocument.Cause(reason: "FieldValueInvalid", message: cause, field: "patch")]))
        }
    }

    static func response(_ object: AnyKubernetesObject, status: Int = 200) throws(ClusterError) -> APIResponse {
        do throws(StatusDocument) {
            return try json(object, status: status)
        } catch {
            throw .badRequest(error.message ?? "")
        }
    }

    /// The object as JSON, with a patch of one of the types applied.
    static func patched(
        _ object: some Encodable, by patch: JSONValue, _ type: String, _ resource: ServedResource
    ) throws(StatusDocument) -> JSONValue {
        return try patched(try value(of: object), by: patch, type, APISchema.shared.message(resource.type.kind))
    }

    static func patched(
        _ value: JSONValue, by patch: JSONValue, _ type: String, _ message: APISchema.Message?
    ) throws(StatusDocument) -> JSONValue {
        do throws(PatchFault) {
            switch type {
            case "application/json-patch+json": return try JSONPatch.apply(patch, to: value)
            case "application/merge-patch+json":
                guard case .object = patch else {
                    throw PatchFault(.malformed, "a merge patch is an object")
                }
                return MergePatch.apply(patch, to: value)
            case "application/strategic-merge-patch+json":
                // As for custom resources: nobody knows their lists.
                guard let message else { throw .unsupportedPatch }
                return try StrategicMergePatch.apply(patch, to: value, of: message)
            default: throw .unsupportedPatch
            }
        } catch {
            if error == .unsupportedPatch {
                throw StatusDocument(
                    415, "UnsupportedMediaType",
                    "the body of the request was in an unknown format - accepted media types include: "
                        + "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml"
                        + (message == nil ? "" : ", application/strategic-merge-patch+json"))
            }
            switch error.kind {
            case .malformed: throw .badRequest(error.description)
            case .inapplicable:
                // The API server does not say which operation it was.
                throw StatusDocument(422, "Invalid", "the server rejected our request due to an error in our request")
            }
        }
    }
}

extension PatchFault {
    fileprivate static let unsupportedPatch = PatchFault(.malformed, "unsupported patch type")
}

extension ObjectMeta {
    /// True when a client says which version or which object of this name it writes to, and the stored one is another.
    func isForAnother(than stored: ObjectMeta) -> Bool {
        func differs(_ given: String?, _ stored: String?) -> Bool { given?.isEmpty == false && given != stored }
        return differs(resourceVersion, stored.resourceVersion) || differs(uid, stored.uid)
    }
}
