import ClusterState
import KubernetesAPI
import KubernetesModel
import Synchronization

/// Objects in a list, as a storage: no defaults, no rules but resource versions.
final class FewObjects: ObjectStorage {
    private let objects: Mutex<[AnyKubernetesObject]>
    /// How many of the next writes come too late: another has made or labelled the object in between.
    private let rivals: Mutex<Int>

    init(_ objects: [AnyKubernetesObject], rivals: Int = 0) {
        self.objects = Mutex(objects)
        self.rivals = Mutex(rivals)
    }

    var all: [AnyKubernetesObject] { objects.withLock { $0 } }

    func list(_ resource: ServedResource, namespace: String?) -> (objects: [AnyKubernetesObject], revision: Int64) {
        let found = objects.withLock { $0 }.filter { object in
            type(of: object.object).resource == resource.type
                && (namespace == nil || object.object.namespace == namespace)
        }
        return (found, 42)
    }

    func get(_ resource: ServedResource, namespace: String, name: String) -> AnyKubernetesObject? {
        list(resource, namespace: namespace).objects.first { $0.object.name == name }
    }

    func create(_ object: AnyKubernetesObject, isDryRun: Bool) throws(ClusterError) -> AnyKubernetesObject {
        var object = object
        object.object.metadata.resourceVersion = "1"
        if nextRival() > 0 {
            object.object.metadata.labels = ["rival": ""]
            objects.withLock { $0.append(object) }
            throw .alreadyExists(resource: "things", name: object.object.name)
        }
        if !isDryRun { objects.withLock { $0.append(object) } }
        return object
    }

    func update(
        _ object: AnyKubernetesObject, statusOnly: Bool, isDryRun: Bool
    ) throws(ClusterError) -> AnyKubernetesObject {
        let name = object.object.name
        let rival = nextRival()
        if rival > 0 { label(name, "rival-\(rival)") }
        let old = objects.withLock { $0.first { $0.object.name == name } }
        guard let old else { throw .notFound(resource: "things", name: name) }
        if old.object.metadata.resourceVersion != object.object.metadata.resourceVersion {
            throw .conflict(resource: "things", name: name)
        }
        if !isDryRun { objects.withLock { $0 = $0.map { $0.object.name == name ? object : $0 } } }
        return object
    }

    private func nextRival() -> Int {
        rivals.withLock { left in
            defer { left = max(left - 1, 0) }
            return left
        }
    }

    private func label(_ name: String, _ rival: String) {
        objects.withLock { all in
            for index in all.indices where all[index].object.name == name {
                all[index].object.metadata.labels = (all[index].object.metadata.labels ?? [:]).merging([rival: ""]) {
                    $1
                }
                all[index].object.metadata.resourceVersion = rival
            }
        }
    }

    func delete(
        _ resource: ServedResource, namespace: String, name: String, _ options: DeletionOptions
    ) throws(ClusterError) -> AnyKubernetesObject? {
        if !options.isDryRun { objects.withLock { $0.removeAll { $0.object.name == name } } }
        return nil
    }

    func changes(after revision: Int64) throws(ClusterError) -> [ObjectChange] { [] }

    func bind(namespace: String, pod: String, node: String) throws(ClusterError) {}
}

extension FewObjects {
    /// What a handler of these objects answers to a write.
    func answer(
        _ method: String, _ target: String, _ body: String, type: String = "application/json"
    ) throws -> APIResponse {
        var request = APIRequest(method: method, target: target, accept: "application/json")
        request.body = Array(body.utf8)
        request.contentType = type
        let handler = APIHandler(storage: self, server: "h:1", version: [:])
        guard case .response(let response) = handler.answer(request, now: 100) else { throw NoResponse() }
        return response
    }

    struct NoResponse: Error {}
}
