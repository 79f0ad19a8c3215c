internal import ClusterState
package import KubernetesModel

/// Whose output is asked for, and how much of it (core/v1 PodLogOptions).
package struct LogRequest: Hashable, Sendable {
    package var pod: Pod
    package var container: String
    package var follows: Bool
    package var isPrevious: Bool
    package var hasTimestamps: Bool
    package var tailLines: Int?
    package var limitBytes: Int?
    package var sinceSeconds: Int64?
    package var sinceTime: Timestamp?
}

/// A command to run in a container, or a container to look at (core/v1 PodExecOptions, PodAttachOptions).
package struct CommandRequest: Hashable, Sendable {
    package var pod: Pod
    package var container: String
    /// Empty: attach to what runs there.
    package var command: [String]
    package var hasInput: Bool
    package var hasOutput: Bool
    package var hasError: Bool
    package var hasTerminal: Bool
}

extension APIHandler {
    /// What stands below an object: its status, its scale, what is done with a pod.
    func part(
        _ part: String, of resource: ServedResource, _ namespace: String, _ name: String, _ request: APIRequest,
        _ now: Double
    ) throws(StatusDocument) -> APIAnswer {
        switch (part, request.method) {
        case ("status", "GET"): return .response(try Self.json(try existing(resource, namespace, name)))
        case ("status", "PUT"):
            return .response(try replace(resource, namespace, name, request, statusOnly: true, now: now))
        case ("status", "PATCH"):
            return .response(try patch(resource, namespace, name, request, statusOnly: true, now: now))
        case ("scale", "GET"):
            let scale = try scale(of: existing(resource, namespace, name))
            guard case .table = Representation(request) else { return .response(try Self.json(scale)) }
            return .response(try Self.json(TableDocument(scale, now: now)))
        case ("scale", "PUT"), ("scale", "PATCH"):
            return .response(try rescale(resource, namespace, name, request))
        case ("eviction", "POST"): return .response(try evict(resource, namespace, name, request))
        case ("binding", "POST"): return .response(try bind(resource, namespace, name, request))
        case ("exec", "GET"), ("exec", "POST"), ("attach", "GET"), ("attach", "POST"):
            return .command(try command(part, resource, namespace, name, request))
        case ("portforward", "GET"), ("portforward", "POST"):
            guard let pod = try existing(resource, namespace, name).object as? Pod else { throw .noSuchPath }
            let words = (request.query["ports"] ?? []).flatMap { $0.split(separator: ",") }
            let ports = words.compactMap { UInt16($0) }.filter { $0 > 0 }
            guard ports.count == words.count else { throw .badRequest("query parameter \"ports\" names no port") }
            return .portForward(pod, ports: ports)
        case ("log", "GET"): return .log(try log(resource, namespace, name, request))
        default: throw .methodNotAllowed
        }
    }

    private func scale(of object: AnyKubernetesObject) throws(StatusDocument) -> Scale {
        switch object.object {
        case let deployment as Deployment:
            return Scale(
                deployment, deployment.spec?.replicas ?? 1, deployment.status?.replicas ?? 0,
                deployment.spec?.selector)
        case let set as ReplicaSet:
            return Scale(set, set.spec?.replicas ?? 1, set.status?.replicas ?? 0, set.spec?.selector)
        default: throw .noSuchPath
        }
    }

    private func rescale(
        _ resource: ServedResource, _ namespace: String, _ name: String, _ request: APIRequest
    ) throws(StatusDocument) -> APIResponse {
        let body = try RequestBody.value(request)
        while true {
            let current = try existing(resource, namespace, name)
            var wanted = body
            if request.method == "PATCH" {
                guard let bytes = try? KubernetesJSON.encode(try scale(of: current)),
                    let value = try? KubernetesJSON.decode(JSONValue.self, from: bytes)
                else { throw StatusDocument(500, "InternalError", "the scale has no JSON form") }
                let type = request.contentType.split(separator: ";").first.map { $0.trimmed } ?? ""
                wanted = try Self.patched(value, by: body, type, APISchema.shared.message("Scale"))
            }
            guard let replicas = wanted["spec"]?["replicas"]?.integer ?? (wanted["spec"] == nil ? nil : 0) else {
                throw .badRequest("a Scale needs spec.replicas")
            }
            guard replicas >= 0, let count = Int32(exactly: replicas) else {
                throw StatusDocument(
                    422, "Invalid",
                    "Scale.autoscaling \"\(name)\" is invalid: spec.replicas: Invalid value: \(replicas): "
                        + "must be greater than or equal to 0",
                    details: StatusDocument.Details(name: name, group: "autoscaling", kind: "Scale"))
            }
            let version = wanted["metadata"]?["resourceVersion"]?.text
            var changed = current
            if var deployment = current.object as? Deployment {
                deployment.spec?.replicas = count
                changed = AnyKubernetesObject(deployment)
            } else if var set = current.object as? ReplicaSet {
                set.spec?.replicas = count
                changed = AnyKubernetesObject(set)
            }
            if let version, !version.isEmpty { changed.object.metadata.resourceVersion = version }
            let isConditional = changed.object.metadata.isForAnother(than: current.object.metadata)
            do throws(ClusterError) {
                let stored = try storage.update(changed, statusOnly: false, isDryRun: request.isDryRun)
                do throws(StatusDocument) {
                    return try Self.json(try scale(of: stored))
                } catch {
                    throw ClusterError.badRequest(error.message ?? "")
                }
            } catch {
                if case .conflict = error, !isConditional { continue }
                throw StatusDocument(error, resource, name: name)
            }
        }
    }

    /// policy/v1 Eviction: deletes the pod. No budget stands in the way, because none can be made.
    private func evict(
        _ resource: ServedResource, _ namespace: String, _ name: String, _ request: APIRequest
    ) throws(StatusDocument) -> APIResponse {
        let body = try RequestBody.value(request)
        _ = try existing(resource, namespace, name)
        let options = try deletionOptions(body["deleteOptions"] ?? .object([:]), request)
        _ = try clusterCall(resource, name) { () throws(ClusterError) in
            try storage.delete(resource, namespace: namespace, name: name, options)
        }
        return try Self.done()
    }

    private func bind(
        _ resource: ServedResource, _ namespace: String, _ name: String, _ request: APIRequest
    ) throws(StatusDocument) -> APIResponse {
        let body = try RequestBody.value(request)
        guard let node = body["target"]?["name"]?.text, !node.isEmpty else {
            throw .badRequest("a Binding needs target.name")
        }
        try clusterCall(resource, name) { () throws(ClusterError) in
            try storage.bind(namespace: namespace, pod: name, node: node)
        }
        return try Self.done()
    }

    private static func done() throws(StatusDocument) -> APIResponse {
        try json(["kind": "Status", "apiVersion": "v1", "status": "Success"], status: 201)
    }

    private func command(
        _ part: String, _ resource: ServedResource, _ namespace: String, _ name: String, _ request: APIRequest
    ) throws(StatusDocument) -> CommandRequest {
        guard let pod = try existing(resource, namespace, name).object as? Pod else { throw .noSuchPath }
        let words = part == "exec" ? request.query["command"] ?? [] : []
        if part == "exec", words.isEmpty {
            throw .badRequest("you must specify at least one command for the container")
        }
        let hasTerminal = request.isSet("tty")
        return CommandRequest(
            pod: pod, container: try Self.container(of: pod, request.parameter("container")), command: words,
            hasInput: request.isSet("stdin"), hasOutput: request.isSet("stdout"),
            // A terminal mixes the two.
            hasError: request.isSet("stderr") && !hasTerminal, hasTerminal: hasTerminal)
    }

    private func log(
        _ resource: ServedResource, _ namespace: String, _ name: String, _ request: APIRequest
    ) throws(StatusDocument) -> LogRequest {
        guard let pod = try existing(resource, namespace, name).object as? Pod else { throw .noSuchPath }
        return LogRequest(
            pod: pod, container: try Self.container(of: pod, request.parameter("container")),
            follows: request.isSet("follow"), isPrevious: request.isSet("previous"),
            hasTimestamps: request.isSet("timestamps"),
            tailLines: request.parameter("tailLines").flatMap { Int($0) }.map { max(0, $0) },
            limitBytes: request.parameter("limitBytes").flatMap { Int($0) }.map { max(1, $0) },
            sinceSeconds: request.parameter("sinceSeconds").flatMap { Int64($0) },
            sinceTime: request.parameter("sinceTime").flatMap { Timestamp($0) })
    }

    /// The container that is meant; a pod with one needs no name.
    static func container(of pod: Pod, _ name: String?) throws(StatusDocument) -> String {
        let names = (pod.spec?.containers ?? []).map(\.name)
        if let name {
            guard names.contains(name) else {
                throw .badRequest("container \(name) is not valid for pod \(pod.name)")
            }
            return name
        }
        guard names.count == 1 else {
            throw .badRequest(
                "a container name must be specified for pod \(pod.name), choose one of: [\(names.joined(separator: " "))]"
            )
        }
        return names[0]
    }
}

/// autoscaling/v1 Scale.
struct Scale: Codable {
    struct Spec: Codable { var replicas: Int32 }
    struct Status: Codable {
        var replicas: Int32
        var selector: String
    }

    var kind = "Scale"
    var apiVersion = "autoscaling/v1"
    var metadata: ObjectMeta
    var spec: Spec
    var status: Status

    init(_ object: any KubernetesObject, _ wanted: Int32, _ present: Int32, _ selector: LabelSelector?) {
        metadata = ObjectMeta(
            name: object.name, namespace: object.namespace, uid: object.uid,
            resourceVersion: object.metadata.resourceVersion, creationTimestamp: object.metadata.creationTimestamp)
        spec = Spec(replicas: wanted)
        let labels = (selector?.matchLabels ?? [:]).sorted { $0.key < $1.key }
        status = Status(replicas: present, selector: labels.map { "\($0.key)=\($0.value)" }.joined(separator: ","))
    }
}
