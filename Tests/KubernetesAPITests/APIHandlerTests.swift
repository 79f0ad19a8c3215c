import KubernetesAPI
import KubernetesModel
import Testing

/// What clients read, as the real API server answers it.
struct APIHandlerTests {
    private let table = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"

    private func answer(_ target: String, method: String = "GET", accept: String = "application/json") -> APIResponse {
        let pods = ["a", "b"].map { name in
            Pod(
                metadata: ObjectMeta(
                    name: name, namespace: "default", creationTimestamp: Timestamp(seconds: 1000), labels: ["app": name]
                ),
                spec: PodSpec(containers: [], nodeName: "n1"), status: PodStatus(phase: "Running"))
        }
        let objects = pods.map { AnyKubernetesObject($0) }
        let handler = APIHandler(
            storage: FewObjects(objects), server: "127.0.0.1:6443", version: ["gitVersion": "v1.25.3"])
        let request = APIRequest(method: method, target: target, accept: accept)
        guard case .response(let response) = handler.answer(request, now: 1090) else {
            return APIResponse(status: 0, body: [])
        }
        return response
    }

    private func document(_ response: APIResponse) throws -> JSONValue {
        try KubernetesJSON.decode(JSONValue.self, from: response.body)
    }

    @Test func listsCarryTheRevision() throws {
        let list = try document(answer("/api/v1/namespaces/default/pods"))
        #expect(list["kind"]?.text == "PodList" && list["apiVersion"]?.text == "v1")
        #expect(list["metadata"]?["resourceVersion"]?.text == "42")
        #expect(list["items"]?.elements.compactMap { $0["metadata"]?["name"]?.text } == ["a", "b"])
        #expect(try document(answer("/api/v1/namespaces/other/pods"))["items"]?.elements == [])
    }

    @Test(arguments: [
        ("?labelSelector=app%3Da", ["a"]), ("?labelSelector=app+in+(b,c)", ["b"]),
        ("?fieldSelector=metadata.name%3Db", ["b"]), ("?labelSelector=&fieldSelector=", ["a", "b"]),
        ("?limit=500", ["a", "b"]),
    ])
    func selectorsChoose(query: String, names: [String]) throws {
        let list = try document(answer("/api/v1/pods" + query))
        #expect(list["items"]?.elements.compactMap { $0["metadata"]?["name"]?.text } == names)
    }

    @Test func tablesHaveACellForEveryColumn() throws {
        let found = try document(answer("/api/v1/pods?limit=500", accept: table))
        #expect(found["kind"]?.text == "Table" && found["metadata"]?["resourceVersion"]?.text == "42")
        let columns = found["columnDefinitions"]?.elements ?? []
        #expect(columns.first?["format"]?.text == "name" && columns.last?["priority"]?.integer == 1)
        let rows = found["rows"]?.elements ?? []
        #expect(rows.count == 2 && rows.allSatisfy { $0["cells"]?.elements.count == columns.count })
        #expect(rows.first?["object"]?["kind"]?.text == "PartialObjectMetadata")
        let whole = try document(answer("/api/v1/pods?includeObject=Object", accept: table))
        #expect(whole["rows"]?.elements.first?["object"]?["kind"]?.text == "Pod")
        let one = try document(answer("/api/v1/namespaces/default/pods/a", accept: table))
        #expect(one["rows"]?.elements.count == 1)
    }

    @Test func plainJSONIsPlainJSON() throws {
        let accept = "application/json,application/json;as=Table;v=v1;g=meta.k8s.io"
        #expect(try document(answer("/api/v1/pods", accept: accept))["kind"]?.text == "PodList")
        #expect(try document(answer("/api/v1/namespaces/default/pods/a"))["kind"]?.text == "Pod")
    }

    @Test(arguments: [
        ("GET", "/api/v1/namespaces/default/pods/x", 404, "pods \"x\" not found"),
        ("GET", "/apis/apps/v1/namespaces/default/deployments/x", 404, "deployments.apps \"x\" not found"),
        ("GET", "/nothing", 404, "the server could not find the requested resource"),
        ("PUT", "/api/v1/pods", 405, "the server does not allow this method on the requested resource"),
        ("GET", "/api/v1/pods?fieldSelector=spec.x%3Dy", 400, "field label not supported: spec.x"),
        ("GET", "/api/v1/pods?labelSelector=a%3Db,", 400, "found '', expected: identifier in \"a=b,\""),
    ])
    func refusalsAreStatus(method: String, target: String, code: Int, message: String) throws {
        let response = answer(target, method: method)
        let status = try document(response)
        #expect(response.status == code && status["code"]?.integer == Int64(code))
        #expect(status["kind"]?.text == "Status" && status["message"]?.text == message)
    }

    @Test func discoveryNamesEveryKind() throws {
        #expect(try document(answer("/api"))["versions"]?.elements == [.string("v1")])
        var kinds: [String] = []
        for path in [
            "/api/v1", "/apis/apps/v1", "/apis/discovery.k8s.io/v1", "/apis/cilium.io/v2",
            "/apis/coordination.k8s.io/v1", "/apis/batch/v1",
        ] {
            kinds += try document(answer(path))["resources"]?.elements.compactMap { $0["kind"]?.text } ?? []
        }
        #expect(Set(kinds).isSuperset(of: KubernetesKinds.all.map { $0.resource.kind }))
        #expect(try document(answer("/version/"))["gitVersion"]?.text == "v1.25.3")
        #expect(answer("/readyz").body == Array("ok".utf8))
    }
}
