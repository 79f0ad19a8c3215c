import ClusterState
import KubernetesModel
import Testing

@Suite struct PodTemplateHashTests {
    private func template(_ manifest: String) throws -> PodTemplateSpec {
        let deployment = try KubernetesJSON.decode(Deployment.self, from: Array(manifest.utf8))
        return try #require(Defaults.applied(to: deployment).spec?.template)
    }

    private func hash(_ template: String) throws -> String {
        let manifest = #"{"metadata":{"name":"a"},"spec":{"selector":{},"template":\#(template)}}"#
        return PodTemplateHash.hash(of: try self.template(manifest), collisionCount: nil)
    }

    @Test("behaviour 6.1: the tutorial's deployment has the tutorial's hash")
    func tutorial() throws {
        // kubectl create deployment hello-app --image=hello-app:1.0, on Kubernetes 1.25.3.
        let template = """
            {"metadata":{"creationTimestamp":null,"labels":{"app":"hello-app"}},
             "spec":{"containers":[{"name":"hello-app","image":"hello-app:1.0","resources":{}}]}}
            """
        #expect(try hash(template) == "646c68546")
    }
}
