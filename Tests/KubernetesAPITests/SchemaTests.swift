import KubernetesModel
import Testing

@testable import KubernetesAPI

@Suite("The table of messages: protobuf bodies, unknown fields, OpenAPI")
struct SchemaTests {
    /// A length-delimited field.
    private func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] { [number << 3 | 2, UInt8(bytes.count)] + bytes }
    private func text(_ number: UInt8, _ text: String) -> [UInt8] { field(number, Array(text.utf8)) }
    private func number(_ number: UInt8, _ value: UInt8) -> [UInt8] { [number << 3, value] }

    private func envelope(_ apiVersion: String, _ kind: String, _ raw: [UInt8]) -> [UInt8] {
        [0x6b, 0x38, 0x73, 0x00] + field(1, text(1, apiVersion) + text(2, kind)) + field(2, raw)
    }

    @Test("a Deployment in protobuf is the same as in JSON; zeros that say something stay, others go")
    func deployment() throws {
        let container = text(1, "web") + text(2, "hello-app") + field(6, number(3, 80) + text(4, "TCP")) + text(13, "")
        let template =
            field(1, field(11, text(1, "app") + text(2, "web")) + field(8, []))
            + field(2, field(2, container) + number(4, 0) + number(11, 0))
        let spec =
            number(1, 0) + field(2, field(1, text(1, "app") + text(2, "web"))) + field(3, template)
            + field(4, field(2, field(1, number(1, 1) + text(3, "25%")))) + number(5, 0)
        let body = envelope("apps/v1", "Deployment", field(1, text(1, "web") + text(3, "default")) + field(2, spec))
        let wanted = """
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"default"},
             "spec":{"replicas":0,"selector":{"matchLabels":{"app":"web"}},
              "strategy":{"rollingUpdate":{"maxUnavailable":"25%"}},
              "template":{"metadata":{"labels":{"app":"web"}},"spec":{"terminationGracePeriodSeconds":0,
               "containers":[{"name":"web","image":"hello-app","ports":[{"containerPort":80,"protocol":"TCP"}]}]}}}}
            """
        let decoded = try ProtobufBody.decode(body)
        #expect(decoded == (try KubernetesJSON.decode(JSONValue.self, from: Array(wanted.utf8))))
    }

    @Test("bytes become base64, embedded messages stand among their owner's fields, times are RFC 3339")
    func scalars() throws {
        let secret = envelope("v1", "Secret", field(2, text(1, "k") + field(2, [0, 255])))
        #expect(try ProtobufBody.decode(secret)["data"]?["k"]?.text == "AP8=")
        let volume = text(1, "v") + field(2, field(2, []))
        let pod = envelope(
            "v1", "Pod", field(1, field(9, number(1, 60))) + field(2, field(1, volume)))
        let decoded = try ProtobufBody.decode(pod)
        #expect(decoded["metadata"]?["deletionTimestamp"]?.text == "1970-01-01T00:01:00Z")
        #expect(decoded["spec"]?["volumes"]?.elements == [.object(["name": .string("v"), "emptyDir": .object([:])])])
    }

    @Test("what is no protobuf is refused, wherever it is cut or bent")
    func malformed() throws {
        let good = envelope("v1", "ConfigMap", field(1, text(1, "a")) + field(2, text(1, "k") + text(2, "v")))
        #expect(try ProtobufBody.decode(good)["data"]?["k"]?.text == "v")
        for length in 0..<good.count {
            // Cut, it decodes to less or is refused; it never crashes.
            _ = try? ProtobufBody.decode(Array(good.prefix(length)))
        }
        #expect(throws: MalformedProtobuf.self) { try ProtobufBody.decode(Array(good.dropFirst())) }
        #expect(throws: MalformedProtobuf.self) { try ProtobufBody.decode(Array(good.dropLast())) }
        #expect(throws: MalformedProtobuf.self) { try ProtobufBody.decode(envelope("v1", "Nothing", [])) }
    }

    @Test("unknown fields are named with their paths")
    func unknownFields() throws {
        let object = """
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"labels":{"any":"x"},"nam":1},
             "spec":{"replicaz":1,"template":{"spec":{"containers":[{"name":"a"},{"imagee":"b"}],
              "volumes":[{"name":"v","emptyDir":{},"emptydir":{}}]}}}}
            """
        let value = try KubernetesJSON.decode(JSONValue.self, from: Array(object.utf8))
        #expect(
            UnknownFields.paths(in: value, of: APISchema.shared.message("Deployment")) == [
                "metadata.nam", "spec.replicaz", "spec.template.spec.containers[1].imagee",
                "spec.template.spec.volumes[0].emptydir",
            ])
    }

    @Test("every field's type is in the table or has a JSON form of its own")
    func tableIsClosed() throws {
        let simple: Set<String> = ["string", "int32", "int64", "bool", "bytes"]
        var seen: Set<String> = []
        var queue = ["Pod", "Deployment", "Service", "Node", "EndpointSlice", "Job", "Lease", "Event", "Secret"]
        while let name = queue.popLast() {
            guard seen.insert(name).inserted else { continue }
            let message = try #require(APISchema.shared.message(name), "\(name)")
            #expect(!message.fields.isEmpty, "\(name)")
            #expect(Set(message.fields.map(\.number)).count == message.fields.count, "\(name)")
            for field in message.fields where !simple.contains(field.type) && !APISchema.scalars.contains(field.type) {
                queue.append(field.type)
            }
        }
        #expect(seen.count > 150)
    }

    @Test("the fields of every stored kind are known to the table: nothing that is served counts as unknown")
    func modelIsInTable() throws {
        for resource in ServedResource.all where resource.origin == .stored && resource.type.group != "cilium.io" {
            #expect(APISchema.shared.message(resource.type.kind) != nil, "\(resource.type.kind)")
        }
    }

    @Test("each version's OpenAPI document refers only to schemas it holds, and offers a patch for what can be patched")
    func openAPI() throws {
        func references(_ value: JSONValue) -> [String] {
            switch value {
            case .object(let members):
                return (members["$ref"]?.text.map { [$0] } ?? []) + members.values.flatMap(references)
            case .array(let elements): return elements.flatMap(references)
            default: return []
            }
        }
        let index = OpenAPIv3.index["paths"]
        #expect(index?["apis/apps/v1"]?["serverRelativeURL"]?.text?.hasPrefix("/openapi/v3/apis/apps/v1?hash=") == true)
        for (group, version) in [("", "v1"), ("apps", "v1"), ("discovery.k8s.io", "v1"), ("cilium.io", "v2")] {
            let document = OpenAPIv3.document(group: group, version: version)
            let schemas = document["components"]?["schemas"]
            for reference in references(document) {
                let name = reference.split(separator: "/").last.map(String.init) ?? ""
                #expect(schemas?[name] != nil, "\(reference)")
            }
        }
        let patch = OpenAPIv3.document(group: "apps", version: "v1")["paths"]?[
            "/apis/apps/v1/namespaces/{namespace}/deployments/{name}"]?["patch"]
        #expect(patch?["x-kubernetes-group-version-kind"]?["kind"]?.text == "Deployment")
    }

    @Test("lists that the server merges have their keys in the schemas, so that clients make patches that fit")
    func mergeKeys() {
        var all = OpenAPISchemas(place: "#/definitions/", describesReferences: true)
        for resource in ServedResource.all { all.add(resource) }
        func property(_ schema: String, _ name: String) -> JSONValue? { all.schemas[schema]?["properties"]?[name] }
        let containers = property("io.k8s.api.core.v1.PodSpec", "containers")
        #expect(containers?["x-kubernetes-patch-merge-key"]?.text == "name")
        #expect(containers?["x-kubernetes-patch-strategy"]?.text == "merge")
        #expect(
            property("io.k8s.api.core.v1.PodSpec", "volumes")?["x-kubernetes-patch-strategy"]?.text
                == "merge,retainKeys")
        #expect(
            property("io.k8s.api.core.v1.ServiceSpec", "ports")?["x-kubernetes-list-map-keys"]?.elements
                == [.string("port"), .string("protocol")])
        #expect(property("io.k8s.api.core.v1.NodeSpec", "taints")?["x-kubernetes-patch-strategy"] == nil)
        #expect(all.schemas["io.k8s.api.apps.v1.DeploymentSpec"]?["required"]?.elements.count == 2)
        #expect(all.schemas["io.cilium.v2.CiliumNode"]?["x-kubernetes-group-version-kind"]?.elements.count == 1)
        #expect(
            property("io.k8s.api.core.v1.EndpointSubset", "ports")?["items"]?["$ref"]?.text
                == "#/definitions/io.k8s.api.core.v1.EndpointPort")
    }

    @Test(
        "OpenAPI v2 is a message in which every definition that is referred to stands, and every kind can be tried out")
    func openAPIv2() throws {
        /// Fields of a message by number.
        func fields(_ bytes: ArraySlice<UInt8>) throws -> [Int: [ArraySlice<UInt8>]] {
            var found: [Int: [ArraySlice<UInt8>]] = [:]
            var reader = ProtobufReader(bytes)
            while let (number, value) = try reader.next() {
                if case .bytes(let bytes) = value { found[number, default: []].append(bytes) }
            }
            return found
        }
        func text(_ bytes: ArraySlice<UInt8>?) -> String { String(decoding: bytes ?? [], as: UTF8.self) }
        let document = try fields(OpenAPIv2.document[...])
        #expect(text(document[1]?.first) == "2.0")
        let entries = try fields(try #require(document[9]?.first))[1] ?? []
        var schemas: [String: [Int: [ArraySlice<UInt8>]]] = [:]
        for entry in entries {
            let pair = try fields(entry)
            schemas[text(pair[1]?.first)] = try fields(pair[2]?.first ?? [])
        }
        #expect(schemas.count > 200)
        for (name, schema) in schemas {
            for property in try schema[25]?.first.map({ try fields($0)[1] ?? [] }) ?? [] {
                let value = try fields(try fields(property)[2]?.first ?? [])
                let items = try value[23]?.first.map { try fields(try fields($0)[1]?.first ?? []) }
                for reference in [value[1]?.first, items?[1]?.first].compactMap({ $0 }) {
                    let target = text(reference).split(separator: "/").last.map(String.init) ?? ""
                    #expect(schemas[target] != nil, "\(name) refers to \(target)")
                }
            }
        }
        let paths = try fields(try #require(document[8]?.first))[2] ?? []
        let patchable = ServedResource.all.filter { $0.verbs.contains("patch") }
        #expect(paths.count == patchable.count)
        #expect(paths.allSatisfy { text($0).contains("dryRun") })
    }
}
