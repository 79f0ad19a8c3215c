internal import ClusterState
internal import KubernetesModel
internal import LabFiles

/// What pods from the API may be: held to the same rules as those of manifest files, so that a client gets no further
/// into this machine than whoever started the lab allowed (`HostAccess`).
///
/// An image that is not built in is no fault here: the pod waits with ImagePullBackOff, as on a cluster that cannot
/// reach the registry.
struct WorkloadAdmission: Hashable, Sendable {
    var access: HostAccess

    /// - Throws: `invalid`, with every problem.
    func check(_ object: any KubernetesObject) throws(ClusterError) {
        // What Kubernetes itself refuses, the cluster refuses in Kubernetes' words.
        if !Validation.errors(in: Self.named(object)).isEmpty { return }
        let problems: [Problem]
        switch object {
        case let pod as Pod: problems = Self.problems(pod, images(pod.spec), access)
        case let set as Deployment: problems = Self.problems(set, images(set.spec?.template.spec), access)
        case let set as ReplicaSet: problems = Self.problems(set, images(set.spec?.template?.spec), access)
        case let set as DaemonSet: problems = Self.problems(set, images(set.spec?.template.spec), access)
        case let job as Job: problems = Self.problems(job, images(job.spec?.template.spec), access)
        default: return
        }
        let errors = problems.filter { $0.severity == .error }.map { problem in
            FieldError(.forbidden, problem.field, Self.words(problem))
        }
        guard !errors.isEmpty else { return }
        let resource = type(of: object).resource
        let kind = resource.group.isEmpty ? resource.kind : "\(resource.kind).\(resource.group)"
        throw .invalid(kind: kind, name: object.name, errors: errors)
    }

    /// With a name, as it will be stored, and with defaults.
    private static func named(_ object: some KubernetesObject) -> any KubernetesObject {
        var object = object
        if object.name.isEmpty, object.metadata.generateName != nil { object.metadata.name = "generated" }
        return Defaults.applied(to: object)
    }

    private func images(_ spec: PodSpec?) -> Set<String> {
        Set((spec?.initContainers ?? []).compactMap(\.image) + (spec?.containers ?? []).compactMap(\.image))
    }

    /// The object's wanted state as a manifest file, read as such files are.
    private static func problems<Object: ObjectWithStatus>(
        _ object: Object, _ images: Set<String>, _ access: HostAccess
    ) -> [Problem] {
        var wanted = object
        wanted.status = nil
        wanted.metadata = ObjectMeta(
            // What only the API may have says nothing of the machine: a generated name, owners, finalizers.
            name: object.metadata.name ?? "generated", namespace: object.metadata.namespace,
            labels: object.metadata.labels,
            annotations: object.metadata.annotations)
        guard let bytes = try? KubernetesJSON.encode(wanted) else { return [] }
        let file = LabFile(path: "object", text: String(decoding: bytes, as: UTF8.self))
        do throws(LabProblems) {
            _ = try LabFiles.manifests(
                [file], builtInImages: LabFiles.defaultImages.union(images), access: access)
            return []
        } catch {
            return error.problems
        }
    }

    private static func words(_ problem: Problem) -> String {
        let message = problem.message.hasPrefix("Forbidden: ") ? problem.message.dropFirst(11) : problem.message[...]
        return message + (problem.expected.map { " (expected: \($0))" } ?? "")
    }
}
