import Checks
import Foundation
import LabFiles
import NetworkModel
import Testing

/// `netlab test --json` against docs/test-report.schema.json, and the two in step: no field of one is unknown to the other.
struct ReportSchemaTests {
    private static func schema() -> [String: Any]? {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let data = try? Data(contentsOf: root.appending(path: "docs/test-report.schema.json"))
        return data.flatMap { try? JSONSerialization.jsonObject(with: $0) } as? [String: Any]
    }

    private func report() throws -> Any {
        let finding = Finding(
            "routes a", "missing b", wanted: "b", found: "nothing", node: "a", route: "b", path: ["a: b"])
        let checks = [CheckResult.Status.passed, .failed, .warning, .skipped, .broken, .environment].map { status in
            CheckResult(
                name: "\(status)", status: status, findings: status == .failed ? [finding] : [], message: "m", why: "w",
                seconds: 1.5, attempts: 2, converged: status == .passed ? 0.5 : nil, file: "checks.yaml", line: 3,
                evidence: status == .failed ? "dir/x" : nil)
        }
        let labs = [LabReport(lab: "x", path: "labs/x", wasUp: true, seconds: 2, checks: checks)]
        let data = try JSONEncoder().encode(TestReport(started: 1, seconds: 2, labs: labs))
        return try JSONSerialization.jsonObject(with: data)
    }

    @Test func theReportIsAsItsSchemaSays() throws {
        let schema = try #require(Self.schema())
        #expect(Validation(root: schema).problems(try report(), schema, "report") == [])
    }

    @Test func theValidationSeesWhatIsWrong() throws {
        let schema = try #require(Self.schema())
        var report = try #require(try report() as? [String: Any])
        report["version"] = 2
        report["more"] = true
        report["seconds"] = "two"
        report["labs"] = [["lab": "x"]]
        let problems = Validation(root: schema).problems(report, schema, "report")
        for text in ["report.version", "report.more", "report.seconds", "report.labs[0].checks"] {
            #expect(problems.contains { $0.hasPrefix(text) }, "\(text): \(problems)")
        }
    }
}

/// As much of JSON Schema as that file uses.
private struct Validation {
    let root: [String: Any]

    func problems(_ value: Any, _ schema: [String: Any], _ path: String) -> [String] {
        if let reference = schema["$ref"] as? String, let name = reference.split(separator: "/").last,
            let definitions = root["$defs"] as? [String: Any], let target = definitions[String(name)] as? [String: Any]
        {
            return problems(value, target, path)
        }
        var found: [String] = []
        if let type = schema["type"] as? String, !Self.isType(value, type) { return ["\(path): is no \(type)"] }
        if let constant = schema["const"] as? NSNumber, constant != value as? NSNumber {
            found.append("\(path): const")
        }
        if let words = schema["enum"] as? [String], !words.contains(value as? String ?? "") {
            found.append("\(path): enum")
        }
        if let minimum = schema["minimum"] as? Double, (value as? Double ?? minimum) < minimum {
            found.append("\(path): minimum")
        }
        if let fields = value as? [String: Any] {
            let known = schema["properties"] as? [String: Any] ?? [:]
            for name in schema["required"] as? [String] ?? [] where fields[name] == nil {
                found.append("\(path).\(name): missing")
            }
            for (name, field) in fields.sorted(by: { $0.key < $1.key }) {
                if let inner = known[name] as? [String: Any] {
                    found += problems(field, inner, "\(path).\(name)")
                } else if schema["additionalProperties"] as? Bool == false {
                    found.append("\(path).\(name): unknown")
                }
            }
        }
        if let items = value as? [Any], let inner = schema["items"] as? [String: Any] {
            for (index, item) in items.enumerated() { found += problems(item, inner, "\(path)[\(index)]") }
        }
        return found
    }

    private static func isType(_ value: Any, _ type: String) -> Bool {
        switch type {
        case "object": value is [String: Any]
        case "array": value is [Any]
        case "string": value is String
        case "boolean": value is Bool
        case "integer": (value as? Double).map { $0 == $0.rounded() } ?? false
        default: value is Double || value is Int
        }
    }
}
