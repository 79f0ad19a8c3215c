import KubernetesModel
import Testing

@testable import KubernetesAPI

@Suite("Server-side apply: who owns what")
struct OwnershipTests {
    private let storage = FewObjects([])

    private func json(_ text: String) throws -> JSONValue {
        try KubernetesJSON.decode(JSONValue.self, from: Array(text.utf8))
    }

    private func ask(
        _ method: String, _ target: String, _ body: String, type: String = "application/json"
    ) throws -> (status: Int, body: JSONValue) {
        let handler = APIHandler(storage: storage, server: "h:1", version: [:])
        var request = APIRequest(method: method, target: target, accept: "application/json")
        request.body = Array(body.utf8)
        request.contentType = type
        request.userAgent = "kubectl/v1.34"
        guard case .response(let response) = handler.answer(request, now: 100) else {
            Issue.record("no response")
            return (0, .null)
        }
        return (response.status, try KubernetesJSON.decode(JSONValue.self, from: response.body))
    }

    private func apply(_ body: String, _ manager: String, force: Bool = false) throws -> (status: Int, body: JSONValue)
    {
        try ask(
            "PATCH", "/api/v1/namespaces/default/configmaps/c?fieldManager=\(manager)&force=\(force)", body,
            type: "application/apply-patch+yaml")
    }

    @Test("an object is made, changed by its owner, and loses what its owner states no more")
    func owner() throws {
        #expect(
            try apply(#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"},"data":{"a":"1","b":"1"}}"#, "x")
                .status == 201)
        let second = try apply(#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"},"data":{"a":"2"}}"#, "x")
        #expect(second.status == 200)
        #expect(second.body["data"] == .object(["a": .string("2")]))
        #expect(
            second.body["metadata"]?["managedFields"]?.elements.first?["fieldsV1"]
                == (try json(#"{"f:data":{"f:a":{}}}"#)))
    }

    @Test("what another owns with another value is a conflict, which force decides; with the same value it is shared")
    func conflict() throws {
        _ = try apply(#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"},"data":{"a":"1","b":"1"}}"#, "x")
        let refused = try apply(
            #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"},"data":{"a":"2"}}"#, "y")
        #expect(refused.status == 409)
        #expect(refused.body["message"]?.text == "Apply failed with 1 conflict: conflict with \"x\": .data.a")
        #expect(refused.body["details"]?["causes"]?.elements.first?["field"]?.text == ".data.a")
        #expect(
            try apply(#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"},"data":{"a":"1"}}"#, "y").status
                == 200)
        let forced = try apply(
            #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"},"data":{"a":"3"}}"#, "z", force: true)
        #expect(forced.body["data"]?["a"]?.text == "3")
        // Shared no more: x states b alone, y nothing.
        let managers = forced.body["metadata"]?["managedFields"]?.elements.compactMap { $0["manager"]?.text }
        #expect(managers == ["x", "z"])
    }

    @Test("an update takes what it changes from whoever applied it")
    func update() throws {
        _ = try apply(#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"},"data":{"a":"1","b":"1"}}"#, "x")
        let patched = try ask(
            "PATCH", "/api/v1/namespaces/default/configmaps/c", #"{"data":{"a":"9","b":null}}"#,
            type: "application/merge-patch+json")
        #expect(patched.body["data"] == .object(["a": .string("9")]))
        let entries = patched.body["metadata"]?["managedFields"]?.elements ?? []
        #expect(entries.map { $0["operation"]?.text } == ["Update"])
        #expect(entries.first?["manager"]?.text == "kubectl")
        #expect(
            try apply(#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"},"data":{"a":"1"}}"#, "x").status
                == 409)
    }

    @Test("keyed lists are owned by the element: two who state one container each do not meet")
    func lists() throws {
        let message = APISchema.shared.message("Pod")
        let one = try json(#"{"spec":{"containers":[{"name":"a","image":"x","ports":[{"containerPort":80}]}]}}"#)
        let two = try json(#"{"spec":{"containers":[{"name":"b","image":"y"}]}}"#)
        let fields = FieldOwnership.fields(in: one, of: message)
        #expect(
            fields.paths == [
                #".spec.containers[name="a"]"#, #".spec.containers[name="a"].image"#,
                #".spec.containers[name="a"].name"#,
                #".spec.containers[name="a"].ports[containerPort=80,protocol="TCP"]"#,
                #".spec.containers[name="a"].ports[containerPort=80,protocol="TCP"].containerPort"#,
            ])
        let both = FieldOwnership.merge(two, into: one, of: message)
        #expect(both["spec"]?["containers"]?.elements.count == 2)
        #expect(FieldOwnership.remove(fields, from: both, of: message) == two)
        #expect(FieldOwnership.changed(from: one, to: both, of: message).paths.allSatisfy { $0.contains(#"name="b""#) })
    }

    @Test("a set of fields survives being written and read")
    func fieldsV1() throws {
        let text =
            #"{"f:metadata":{"f:finalizers":{"v:\"x\"":{}}},"f:spec":{"f:containers":{"k:{\"name\":\"a\"}":{".":{},"f:image":{}}}}}"#
        let value = try json(text)
        #expect(FieldSet(value).json == value)
        #expect(FieldSet(value).subtracting(FieldSet(value)).isEmpty)
    }

    @Test("apply without a manager, or with managedFields, is refused")
    func refusals() throws {
        let body = #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"}}"#
        let target = "/api/v1/namespaces/default/configmaps/c"
        #expect(try ask("PATCH", target, body, type: "application/apply-patch+yaml").status == 422)
        let own = #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c","managedFields":[{"manager":"m"}]}}"#
        #expect(try ask("PATCH", target + "?fieldManager=x", own, type: "application/apply-patch+yaml").status == 400)
    }

    @Test("a body in YAML is the same as in JSON; two documents, a bomb of aliases or broken YAML are refused")
    func yaml() throws {
        let target = "/api/v1/namespaces/default/configmaps"
        let body =
            "# comment\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: y\ndata:\n  a: \"1\"\n  b: |\n    two\n"
        let made = try ask("POST", target, body, type: "application/yaml")
        #expect(made.status == 201 && made.body["data"]?["a"]?.text == "1" && made.body["data"]?["b"]?.text == "two\n")
        let applied = try ask(
            "PATCH", target + "/z?fieldManager=m", body.replacing("name: y", with: "name: z"),
            type: "application/apply-patch+yaml")
        #expect(applied.status == 201)
        for bad in ["a: [", "a: 1\n---\nb: 2\n", "", "a: \t- x\n\tb", "a: &a [x,x]\nb: *a\nc: {*a : *a}"] {
            #expect(try ask("POST", target, bad, type: "application/yaml").status == 400, "\(bad)")
        }
    }

    @Test(
        "a body that is no JSON, too deep, of another kind or with unknown fields is refused in the API server's words")
    func bodies() throws {
        let target = "/api/v1/namespaces/default/configmaps"
        #expect(try ask("POST", target, "{").status == 400)
        #expect(try ask("POST", target, String(repeating: "[", count: 200)).status == 400)
        #expect(try ask("POST", target, #"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"x"}}"#).status == 400)
        #expect(try ask("POST", target, "a: b", type: "text/yaml").status == 415)
        let strict = try ask(
            "POST", target + "?fieldValidation=Strict",
            #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"},"dataa":{}}"#)
        #expect(
            strict.body["message"]?.text
                == #"ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "dataa""#
        )
        let wrong = try ask(
            "POST", target, #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"},"data":{"a":1}}"#)
        #expect(wrong.status == 400)
        #expect(wrong.body["message"]?.text?.contains("data.a") == true)
        #expect(storage.all.isEmpty)
    }
}
