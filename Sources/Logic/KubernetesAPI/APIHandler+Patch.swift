internal import ClusterState
internal import KubernetesModel

extension APIHandler {
    /// Patches that meet a write in between are tried again on what was written, as the API server does.
    static var tries: Int { 5 }

    func patch(
        _ resource: ServedResource, _ namespace: String, _ name: String, _ request: APIRequest, statusOnly: Bool,
        now: Double
    ) throws(StatusDocument) -> APIResponse {
        let type = request.contentType.split(separator: ";").first.map { $0.trimmed } ?? ""
        if type == "application/apply-patch+yaml" {
            return try apply(resource, namespace, name, request, now: now)
        }
        let patch = try RequestBody.value(request)
        for attempt in 1... {
            let current = try existing(resource, namespace, name)
            let changed = try Self.patched(current, by: patch, type, resource)
            var submitted = try Self.submitted(changed, by: patch, type, resource, request)
            var metadata = submitted.object.object.metadata
            guard metadata.name == name else {
                throw .badRequest(
                    "the name of the object (\(metadata.name ?? "")) does not match the name on the URL (\(name))")
            }
            try Self.place(&metadata, resource, namespace)
            let isConditional = metadata.resourceVersion != current.object.metadata.resourceVersion
            submitted.object.object.metadata = metadata
            if !statusOnly { try noteOwner(of: &submitted.object, over: current, resource, request, now: now) }
            do throws(ClusterError) {
                let stored = try storage.update(
                    submitted.object, statusOnly: statusOnly, isDryRun: request.isDryRun)
                var response = try Self.response(stored)
                response.warnings = submitted.warnings
                return response
            } catch {
                if case .conflict = error, !isConditional, attempt < Self.tries { continue }
                throw StatusDocument(error, resource, name: name)
            }
        }
        throw StatusDocument(500, "InternalError", "the patch was not applied")
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

    static func response(_ object: AnyKubernetesObject) throws(ClusterError) -> APIResponse {
        do throws(StatusDocument) {
            return try json(object)
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
