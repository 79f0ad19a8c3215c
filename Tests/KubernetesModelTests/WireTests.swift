import KubernetesModel
import Testing

@Suite struct WireTests {
    @Test(
        "times are written and read as RFC 3339",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("2022-12-01T08:30:05Z", 1_669_883_405), ("2000-02-29T23:59:59Z", 951_868_799),
        ])
    func timestamps(text: String, seconds: Int64) {
        #expect(Timestamp(text)?.seconds == seconds)
        #expect(Timestamp(seconds: seconds).description == text)
    }

    @Test func offsetsAndFractionsAreUnderstood() {
        #expect(Timestamp("2022-12-01T10:30:05.123456+02:00") == Timestamp("2022-12-01T08:30:05Z"))
        #expect(Timestamp("2022-12-01 08:30") == nil)
    }

    @Test("a manifest decodes by apiVersion and kind and keeps its fields")
    func manifest() throws {
        let text = """
            {"apiVersion":"v1","kind":"Service","metadata":{"name":"x","creationTimestamp":null},
             "spec":{"ports":[{"port":80,"targetPort":"http"}],"selector":{"app":"x"},"unknown":1}}
            """
        let object = try KubernetesJSON.decode(AnyKubernetesObject.self, from: Array(text.utf8))
        let service = try #require(object.object as? Service)
        #expect(service.spec?.ports?.first?.targetPort == "http")
        let bytes = try KubernetesJSON.encode(object)
        #expect(try KubernetesJSON.decode(AnyKubernetesObject.self, from: bytes) == object)
        #expect(throws: UnknownKindError(apiVersion: "v1", kind: "Job")) {
            try KubernetesJSON.decode(AnyKubernetesObject.self, from: Array(#"{"apiVersion":"v1","kind":"Job"}"#.utf8))
        }
    }

    @Test(
        "label selectors",
        arguments: [
            (LabelSelectorRequirement(key: "a", operator: "In", values: ["1"]), true),
            (LabelSelectorRequirement(key: "a", operator: "NotIn", values: ["1"]), false),
            (LabelSelectorRequirement(key: "b", operator: "NotIn", values: ["1"]), true),
            (LabelSelectorRequirement(key: "b", operator: "Exists"), false),
            (LabelSelectorRequirement(key: "b", operator: "DoesNotExist"), true),
        ])
    func selectors(requirement: LabelSelectorRequirement, holds: Bool) {
        #expect(LabelSelector(matchExpressions: [requirement]).matches(["a": "1"]) == holds)
    }
}
