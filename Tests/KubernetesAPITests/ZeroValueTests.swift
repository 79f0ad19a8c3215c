import ClusterState
import KubernetesModel
import Testing

@testable import KubernetesAPI

/// What a client leaves out is zero, as Go's decoder has it, and validation says what is wrong with that.
struct ZeroValueTests {
    private func submitted(_ json: String, _ apiVersion: String, _ plural: String) throws -> any KubernetesObject {
        let storage = FewObjects([])
        let root = apiVersion == "v1" ? "/api/v1" : "/apis/\(apiVersion)"
        let response = try storage.answer("POST", "\(root)/namespaces/default/\(plural)", json)
        #expect(response.status == 201, "\(String(decoding: response.body, as: UTF8.self))")
        return try #require(storage.all.first?.object)
    }

    private func problems(_ json: String, _ apiVersion: String, _ plural: String) throws -> [String] {
        func errors<Object: KubernetesObject>(_ object: Object) -> [FieldError] {
            Validation.errors(in: Defaults.applied(to: object))
        }
        return errors(try submitted(json, apiVersion, plural)).map(\.description)
    }

    @Test("a template that is not given has no labels and no containers")
    func template() throws {
        let found = try problems(
            #"{"metadata":{"name":"d"},"spec":{"selector":{"matchLabels":{"a":"b"}}}}"#, "apps/v1", "deployments")
        #expect(
            found == [
                "spec.template.metadata.labels: Invalid value: map[string]string(nil): "
                    + "`selector` does not match template `labels`",
                "spec.template.spec.containers: Required value",
            ])
    }

    @Test("null is what is not given")
    func null() throws {
        #expect(
            try problems(#"{"metadata":{"name":"d"},"spec":{"containers":null}}"#, "v1", "pods")
                == ["spec.containers: Required value"])
    }

    @Test("every field that an element lacks is named, in every element")
    func elements() throws {
        let probe = #""readinessProbe":{"httpGet":{"httpHeaders":[{"value":"x"}]}}"#
        let container = #"{"image":"pause","ports":[{"name":"web"}],"env":[{"value":"1"}],\#(probe)}"#
        let found = try problems(
            #"{"metadata":{"name":"p"},"spec":{"containers":[\#(container),\#(container)]}}"#, "v1", "pods")
        for index in 0...1 {
            let field = "spec.containers[\(index)]"
            #expect(found.contains("\(field).name: Required value"))
            #expect(found.contains("\(field).ports[0].containerPort: Required value"))
            #expect(found.contains("\(field).env[0].name: Required value"))
            #expect(
                found.contains(
                    "\(field).readinessProbe.httpGet.port: Invalid value: 0: must be between 1 and 65535, inclusive"))
            #expect(found.contains { $0.hasPrefix("\(field).readinessProbe.httpGet.httpHeaders: Invalid value: \"\"") })
        }
    }

    @Test("owners, taints, endpoints")
    func others() throws {
        let owned = try problems(#"{"metadata":{"name":"c","ownerReferences":[{}]}}"#, "v1", "configmaps")
        #expect(owned.count == 4)
        #expect(owned.first == "metadata.ownerReferences[0].apiVersion: Invalid value: \"\": version must not be empty")
        let endpoints = try problems(#"{"metadata":{"name":"e"},"subsets":[{"addresses":[{}]}]}"#, "v1", "endpoints")
        #expect(
            endpoints == [
                "subsets[0].addresses[0].ip: Invalid value: \"\": must be a valid IP address, "
                    + "(e.g. 10.9.8.7 or 2001:db8::ffff)"
            ])
        let slice = try problems(
            #"{"metadata":{"name":"s"},"endpoints":[{}]}"#, "discovery.k8s.io/v1", "endpointslices")
        #expect(
            slice == [
                "addressType: Required value",
                "endpoints[0].addresses: Required value: must contain at least 1 address",
            ])
    }

    @Test("what is of the wrong type stays the decoder's to refuse")
    func types() throws {
        let error = #expect(throws: StatusDocument.self) {
            let resource = try #require(ServedResource.all.first { $0.type.kind == "Pod" })
            let value = try KubernetesJSON.decode(
                JSONValue.self, from: Array(#"{"spec":{"containers":[{"ports":"x"}]}}"#.utf8))
            _ = try SubmittedObject(value, resource, APIRequest(method: "POST", target: "/", accept: ""))
        }
        #expect(error?.code == 400)
    }
}
