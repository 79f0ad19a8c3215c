import KubernetesModel
import Testing

@testable import KubernetesAPI

@Suite("Server-side apply: what the schema does not have is refused, what it has is not asked for")
struct ApplySchemaTests {
    private func texts(_ spec: String) throws -> [String] {
        let json = #"{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":\#(spec)}"#
        let value = try KubernetesJSON.decode(JSONValue.self, from: Array(json.utf8))
        return SchemaViolations.texts(in: value, of: APISchema.shared.message("Deployment"))
    }

    private func pod(_ spec: String) throws -> [String] {
        let path = ".spec.template.spec"
        return try texts(#"{"template":{"spec":\#(spec)}}"#).map { text in
            #expect(text.hasPrefix(path))
            return String(text.dropFirst(path.count))
        }
    }

    @Test("a part of an object is enough")
    func parts() throws {
        #expect(try texts(#"{"replicas":3}"#).isEmpty)
        #expect(try texts(#"{"selector":null,"strategy":{"rollingUpdate":{"maxSurge":"25%"}}}"#).isEmpty)
        let ports = #"[{"containerPort":80},{"containerPort":80,"protocol":"UDP"}]"#
        #expect(try pod(#"{"containers":[{"name":"a","ports":\#(ports)}]}"#).isEmpty)
        #expect(try pod(#"{"containers":[{"name":"a","resources":{"limits":{"cpu":1,"memory":"1Gi"}}}]}"#).isEmpty)
    }

    @Test(
        "structured-merge-diff's words",
        arguments: [
            (#"{"nodeNames":"x"}"#, ".nodeNames: field not declared in schema"),
            (#"{"hostNetwork":"yes"}"#, ".hostNetwork: expected boolean, got &{yes}"),
            (
                #"{"terminationGracePeriodSeconds":"5"}"#,
                ".terminationGracePeriodSeconds: expected numeric (int or float), got string"
            ),
            (
                #"{"nodeSelector":{"a":1}}"#,
                ".nodeSelector.a: expected string, got &value.valueUnstructured{Value:1}"
            ),
            (#"{"nodeSelector":["a"]}"#, ".nodeSelector: expected map, got &{[a]}"),
            (#"{"containers":{"a":1}}"#, ".containers: expected list, got &{map[a:1]}"),
            (
                #"{"containers":[{"name":"a","imagee":"b"}]}"#,
                #".containers[name="a"].imagee: field not declared in schema"#
            ),
            (
                #"{"containers":[{"image":"a"}]}"#,
                #".containers: element 0: associative list with keys has an element that omits key field "name""#
            ),
            (
                #"{"containers":[{"name":"a","env":[{"name":"X","value":"1"},{"name":"X","value":"2"}]}]}"#,
                #".containers[name="a"].env: duplicate entries for key [name="X"]"#
            ),
            (
                #"{"containers":[{"name":"a","ports":[{"containerPort":80},{"containerPort":80,"protocol":"TCP"}]}]}"#,
                #".containers[name="a"].ports: duplicate entries for key [containerPort=80,protocol="TCP"]"#
            ),
            (#"{"tolerations":[{"key":"a","values":"b"}]}"#, ".tolerations[0].values: field not declared in schema"),
        ])
    func words(spec: String, text: String) throws {
        #expect(try pod(spec) == [text])
    }

    @Test("a refusal is the API server's, names the object and every fault")
    func refusal() throws {
        let response = try FewObjects([]).answer(
            "PATCH", "/apis/apps/v1/namespaces/shop/deployments/d?fieldManager=x",
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec: {a: 1, b: 2}",
            type: "application/apply-patch+yaml")
        let status = try KubernetesJSON.decode(JSONValue.self, from: response.body)
        #expect(response.status == 500 && status["reason"] == nil)
        #expect(
            status["message"]?.text
                == "failed to create typed patch object (shop/d; apps/v1, Kind=Deployment): errors:\n"
                + "  .spec.a: field not declared in schema\n  .spec.b: field not declared in schema")
    }
}
