import KubernetesModel
import Testing

@testable import KubernetesAPI

@Suite("Hostile requests: refused, never fatal")
struct FuzzTests {
    private static let pod = AnyKubernetesObject(
        Pod(
            metadata: ObjectMeta(name: "a", namespace: "default", resourceVersion: "1", labels: ["app": "a"]),
            spec: PodSpec(containers: [Container(name: "c", image: "x", command: ["sh"])])))

    private static let bodies = [
        #"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"},"spec":{"containers":[{"name":"c","image":"x"}]}}"#,
        #"[{"op":"add","path":"/spec/containers/-","value":{"name":"d"}},{"op":"move","from":"/spec","path":"/status"}]"#,
        #"{"spec":{"$setElementOrder/containers":[{"name":"c"}],"containers":[{"name":"c","$patch":"delete"}]}}"#,
        #"{"metadata":{"labels":{"a":null},"finalizers":["x"],"$deleteFromPrimitiveList/finalizers":["x"]}}"#,
        #"{"propagationPolicy":"Orphan","gracePeriodSeconds":-5,"preconditions":{"uid":"x"}}"#,
        "k8s\u{0}\u{0A}\u{0C}\u{0A}\u{02}v1\u{12}\u{03}Pod\u{12}\u{05}\u{0A}\u{03}\u{0A}\u{01}a",
    ]

    private static let types = [
        "", "application/json", "application/json-patch+json", "application/merge-patch+json",
        "application/strategic-merge-patch+json", "application/apply-patch+yaml",
        "application/vnd.kubernetes.protobuf", "text/plain",
    ]

    private static let targets = [
        "/api/v1/namespaces/default/pods", "/api/v1/namespaces/default/pods/a",
        "/api/v1/namespaces/default/pods/a/status",
        "/api/v1/namespaces/default/pods/a/eviction", "/api/v1/namespaces/default/pods/a/exec?command=",
        "/api/v1/namespaces/default/pods/a/log?tailLines=-1", "/apis/apps/v1/namespaces/default/deployments/a/scale",
        "/api/v1/pods?watch=1&resourceVersion=-1", "/api/v1/pods?labelSelector=((,&fieldSelector=!", "/apis/x/y/z",
        "/openapi/v3/apis/apps/v1", "/api/v1/namespaces/default/pods/a?fieldManager=f&force=true&dryRun=All",
        "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", "/api/v1/pods?limit=0&continue=AAAA",
    ]

    @Test("20,000 damaged requests of every kind are answered, each with a code that a client understands")
    func damagedRequests() {
        var random = SystemRandomNumberGenerator()
        func pick<Value>(_ values: [Value]) -> Value { values[Int.random(in: 0..<values.count, using: &random)] }
        for _ in 0..<20_000 {
            let handler = APIHandler(storage: FewObjects([Self.pod]), server: "h:1", version: [:])
            var body = Array(pick(Self.bodies).utf8)
            for _ in 0..<Int.random(in: 0..<6) where !body.isEmpty {
                let index = Int.random(in: 0..<body.count)
                switch Int.random(in: 0..<4) {
                case 0: body[index] = UInt8.random(in: 0...255)
                case 1: body.remove(at: index)
                case 2: body.insert(pick(Array("{}[]\":,0123null\\$".utf8)), at: index)
                default: body.removeLast(body.count - index)
                }
            }
            var target = Array(pick(Self.targets).utf8)
            if Bool.random() { target.insert(UInt8.random(in: 33...126), at: Int.random(in: 0...target.count)) }
            var request = APIRequest(
                method: pick(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]),
                target: String(decoding: target, as: UTF8.self),
                accept: pick(["*/*", "application/json;as=Table;v=v1;g=meta.k8s.io", ""]))
            request.body = body
            request.contentType = pick(Self.types)
            guard case .response(let response) = handler.answer(request, now: 0) else { continue }
            // The API server's own 500: an applied object that its kind's schema does not have.
            let isUntyped = String(decoding: response.body, as: UTF8.self).contains("\"failed to create typed patch")
            #expect((200..<600).contains(response.status) && (response.status != 500 || isUntyped), "\(request)")
        }
    }

    @Test(
        "a small body of very many values is refused, in every form, and not answered with all that is wrong with them")
    func manyValues() throws {
        func status(_ bytes: [UInt8], _ type: String) throws -> Int {
            let handler = APIHandler(storage: FewObjects([]), server: "h:1", version: [:])
            var request = APIRequest(method: "POST", target: "/api/v1/namespaces/default/pods", accept: "")
            request.body = bytes
            request.contentType = type
            guard case .response(let response) = handler.answer(request, now: 0) else { throw FewObjects.NoResponse() }
            return response.status
        }
        func pod(_ containers: Int) -> [UInt8] {
            let list = Array(repeating: "{}", count: containers).joined(separator: ",")
            return Array(#"{"metadata":{"name":"p"},"spec":{"containers":[\#(list)]}}"#.utf8)
        }
        func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
            var count = bytes.count
            var size: [UInt8] = []
            repeat {
                size.append(UInt8(count & 0x7f) | (count > 0x7f ? 0x80 : 0))
                count >>= 7
            } while count > 0
            return [number << 3 | 2] + size + bytes
        }
        func protobuf(_ containers: Int) -> [UInt8] {
            let type = field(1, Array("v1".utf8)) + field(2, Array("Pod".utf8))
            let metadata = field(1, field(1, Array("p".utf8)))
            let spec = field(2, Array(repeating: [0x12, 0], count: containers).flatMap { $0 })
            return [0x6b, 0x38, 0x73, 0] + field(1, type) + field(2, metadata + spec)
        }
        for (form, make) in [("application/json", pod), ("application/vnd.kubernetes.protobuf", protobuf)] {
            #expect(try status(make(1000), form) == 201)
            #expect(try status(make(500_000), form) == 413)
        }
        let yaml = "metadata: {name: p}\nspec:\n  containers:\n" + String(repeating: "  - {}\n", count: 30_000)
        #expect(try status(Array(yaml.utf8), "application/yaml") == 413)
    }
}
