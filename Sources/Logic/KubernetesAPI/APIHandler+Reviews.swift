internal import KubernetesModel

extension APIHandler {
    /// Questions about rights: whoever got in may do everything, as `system:masters` may.
    func review(_ resource: ServedResource, _ request: APIRequest) throws(StatusDocument) -> APIResponse {
        guard case .object(var members) = try RequestBody.value(request) else {
            throw .badRequest("the body of the request is no object")
        }
        members["kind"] = .string(resource.type.kind)
        members["apiVersion"] = .string(resource.type.apiVersion)
        if members["metadata"] == nil { members["metadata"] = .object([:]) }
        let all = JSONValue.array([.string("*")])
        switch resource.type.kind {
        case "SelfSubjectReview":
            members["status"] = .object([
                "userInfo": .object([
                    "username": .string(request.user),
                    "groups": .array((request.groups + ["system:authenticated"]).map { .string($0) }),
                ])
            ])
        case "SelfSubjectRulesReview":
            members["status"] = .object([
                "resourceRules": .array([.object(["verbs": all, "apiGroups": all, "resources": all])]),
                "nonResourceRules": .array([.object(["verbs": all, "nonResourceURLs": all])]),
                "incomplete": .bool(false),
            ])
        default: members["status"] = .object(["allowed": .bool(true)])
        }
        return try Self.json(JSONValue.object(members), status: 201)
    }
}
