import KubernetesModel
import NIOCore
import Testing

@testable import APIServer
@testable import KubernetesAPI

@Suite("Those who watch are told everything once, each at its own pace") struct WatchLogTests {
    private func change(_ revision: Int64, _ name: String = "a", padding: Int = 0) -> ObjectChange {
        let map = ConfigMap(
            metadata: ObjectMeta(name: name, namespace: "default", resourceVersion: "\(revision)"),
            data: ["x": String(repeating: "y", count: padding)])
        return ObjectChange(kind: .modified, object: AnyKubernetesObject(map), previous: nil, revision: revision)
    }

    private func request(_ query: String = "") throws -> WatchRequest {
        let request = APIRequest(
            method: "GET", target: "/api/v1/configmaps?watch=true\(query)", accept: "application/json")
        let resource = try #require(ServedResource.all.first { $0.type.kind == "ConfigMap" })
        return try WatchRequest(request, resource, namespace: nil)
    }

    private func versions(_ bytes: ByteBuffer?) throws -> [String] {
        try String(buffer: bytes ?? ByteBuffer()).split(separator: "\n").map { line in
            let event = try KubernetesJSON.decode(JSONValue.self, from: Array(line.utf8))
            return event["object"]?["metadata"]?["resourceVersion"]?.text ?? ""
        }
    }

    @Test("what came after a revision, and nothing twice; what does not fit is passed over, and still counts as told")
    func order() throws {
        var log = WatchLog(after: 5)
        log.append([change(6), change(7, "b"), change(9)])
        var told = log.portion(for: try request(), after: 5, now: 0)
        #expect(try versions(told.bytes) == ["6", "7", "9"] && told.revision == 9)
        told = log.portion(for: try request(), after: 6, now: 0)
        #expect(try versions(told.bytes) == ["7", "9"] && told.revision == 9)
        told = log.portion(for: try request("&fieldSelector=metadata.name%3Db"), after: 7, now: 0)
        #expect(told.bytes == nil && told.revision == 9)
        told = log.portion(for: try request(), after: 9, now: 0)
        #expect(told.bytes == nil && told.revision == 9)
    }

    @Test("much comes in portions that join without a gap")
    func portions() throws {
        var log = WatchLog(after: 0)
        log.append((1...50).map { change($0, padding: 20_000) })
        var revision: Int64 = 0
        var all: [String] = []
        var count = 0
        while revision < 50 {
            let told = log.portion(for: try request(), after: revision, now: 0)
            #expect(told.revision > revision && (told.bytes?.readableBytes ?? 0) < 300_000)
            all += try versions(told.bytes)
            revision = told.revision
            count += 1
        }
        #expect(all == (1...50).map { "\($0)" } && count > 2)
    }

    @Test("it forgets the oldest beyond its bounds, and says from where on it knows")
    func bounds() throws {
        var log = WatchLog(after: 0)
        for start in stride(from: Int64(0), to: 30_000, by: 10_000) {
            log.append((1...10_000).map { change(start + $0) })
        }
        #expect(!log.reaches(back: 0) && log.reaches(back: 29_000) && log.end == 30_000)
        let told = log.portion(for: try request(), after: 29_999, now: 0)
        #expect(try versions(told.bytes) == ["30000"])
    }
}
