import KubernetesAPI
import KubernetesModel
import Testing

/// Writes that another write comes before, each time they are tried.
struct ConflictTests {
    private let rivals = 40

    private func answer(
        _ method: String, _ path: String, _ body: String, type: String = "application/json"
    ) throws -> (status: Int, object: Deployment) {
        let deployment = Deployment(
            metadata: ObjectMeta(name: "d", namespace: "default", uid: "u", resourceVersion: "1"),
            spec: DeploymentSpec(
                replicas: 1, selector: LabelSelector(matchLabels: ["a": "b"]), template: PodTemplateSpec()))
        let storage = FewObjects([AnyKubernetesObject(deployment)], rivals: rivals)
        let response = try storage.answer(
            method, "/apis/apps/v1/namespaces/default/deployments/d" + path, body, type: type)
        return (response.status, try #require(storage.all.first?.object as? Deployment))
    }

    @Test(
        "who says nothing of the version comes through, and what came before stays",
        arguments: [
            ("PATCH", "", #"{"spec":{"replicas":3}}"#, "application/merge-patch+json"),
            (
                "PATCH", "", #"{"spec":{"replicas":3},"metadata":{"resourceVersion":null}}"#,
                "application/merge-patch+json"
            ),
            ("PATCH", "", #"{"spec":{"replicas":3}}"#, "application/strategic-merge-patch+json"),
            ("PATCH", "", #"[{"op":"replace","path":"/spec/replicas","value":3}]"#, "application/json-patch+json"),
            ("PATCH", "?fieldManager=x&force=true", apply(#""name":"d""#), "application/apply-patch+yaml"),
            (
                "PATCH", "?fieldManager=x&force=true", apply(#""name":"d","resourceVersion":"""#),
                "application/apply-patch+yaml"
            ),
            ("PATCH", "/scale", #"{"spec":{"replicas":3}}"#, "application/merge-patch+json"),
            (
                "PUT", "/scale", #"{"metadata":{"name":"d","namespace":"default"},"spec":{"replicas":3}}"#,
                "application/json"
            ),
        ])
    func unconditional(method: String, path: String, body: String, type: String) throws {
        let (status, object) = try answer(method, path, body, type: type)
        #expect(status == 200 && object.spec?.replicas == 3, "\(status)")
        #expect(object.metadata.labels?.count == rivals)
    }

    @Test(
        "who says which version or which object is meant is refused when it is another",
        arguments: [
            ("", #"{"spec":{"replicas":3},"metadata":{"resourceVersion":"0"}}"#, "application/merge-patch+json"),
            ("", #"{"spec":{"replicas":3},"metadata":{"uid":"other"}}"#, "application/merge-patch+json"),
            ("?fieldManager=x&force=true", apply(#""name":"d","resourceVersion":"1""#), "application/apply-patch+yaml"),
            ("/scale", #"{"spec":{"replicas":3},"metadata":{"resourceVersion":"0"}}"#, "application/merge-patch+json"),
        ])
    func conditional(path: String, body: String, type: String) throws {
        let (status, object) = try answer("PATCH", path, body, type: type)
        #expect(status == 409 && object.spec?.replicas == 1)
    }

    @Test("who applies what another makes at the same moment applies it to that")
    func creation() throws {
        let storage = FewObjects([], rivals: 1)
        let response = try storage.answer(
            "PATCH", "/api/v1/namespaces/default/configmaps/c?fieldManager=x",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: b}\n", type: "application/apply-patch+yaml"
        )
        #expect(response.status == 200)
        let map = try #require(storage.all.first?.object as? ConfigMap)
        #expect(storage.all.count == 1 && map.labels == ["rival": ""] && map.data == ["a": "b"])
    }

    private static func apply(_ metadata: String) -> String {
        #"{"apiVersion":"apps/v1","kind":"Deployment","metadata":{\#(metadata)},"spec":{"replicas":3}}"#
    }
}
